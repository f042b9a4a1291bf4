/** One channel's way in: puts the parts of a message together, up to the channel's bound. */

/** Bytes that a message of several parts begins with; it doubles from there as bytes really come. */
const FIRST_BYTES = 4_096

const none = new Uint8Array()

export class Inlet {
  readonly #max: number
  /** Bounded by `#max`, and by four times what has come. */
  #buffer: Uint8Array = none
  #length = 0

  constructor(maxBytes: number) {
    this.#max = maxBytes
  }

  /** Takes a part; the whole message with the last one. Says `message-oversize` when it becomes too long. */
  take(part: Uint8Array, eof: boolean): Uint8Array | 'message-oversize' | undefined {
    const length = this.#length + part.length
    if (length > this.#max) return 'message-oversize'
    if (eof && this.#length === 0) return part.slice()
    if (length > this.#buffer.length) this.#grow(length)
    this.#buffer.set(part, this.#length)
    this.#length = length
    if (!eof) return undefined
    const message = this.#buffer.slice(0, length)
    this.#length = 0
    // A channel that had one long message does not keep its room for ever.
    if (this.#buffer.length > FIRST_BYTES) this.#buffer = none
    return message
  }

  #grow(length: number): void {
    const size = Math.min(Math.max(2 * this.#buffer.length, length, FIRST_BYTES), this.#max)
    const buffer = new Uint8Array(size)
    buffer.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = buffer
  }
}
