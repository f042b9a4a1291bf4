/** Cuts a stream of bytes into the messages that stand in it, each behind its length; however the stream is chunked. */
import type { Fault } from './errors.ts'
import { MAX_VARINT_BYTES } from './protobuf.ts'

export class Parser {
  readonly #max: number
  #length = 0
  #scale = 1
  /** Bytes of the length that have come; undefined once it is complete. */
  #digits: number | undefined = 0
  /** Where a message is put together that comes in several chunks. Bounded by `#max`. */
  #body: Uint8Array | undefined
  #held = 0
  #fault: Fault | undefined

  /** @param max bytes of one message, without its length */
  constructor(max: number) {
    this.#max = max
  }

  /** What is wrong with the stream; nothing more comes out of it then. */
  get fault(): Fault | undefined {
    return this.#fault
  }

  /** Whether the stream would end inside a message here. */
  get isPartial(): boolean {
    return this.#digits !== 0
  }

  /** The messages that this chunk completes, up to the first fault; windows on the chunk where they are whole in it. */
  *push(chunk: Uint8Array): Generator<Uint8Array, void, void> {
    let offset = 0
    while (this.#fault === undefined) {
      while (this.#digits !== undefined) {
        if (offset === chunk.length) return
        this.#digit(chunk[offset++]!)
        if (this.#fault !== undefined) return
      }
      const missing = this.#length - this.#held
      const part = chunk.subarray(offset, offset + missing)
      if (this.#held === 0 && part.length === missing) {
        offset += missing
        this.#begin()
        yield part
        continue
      }
      this.#body ??= new Uint8Array(this.#max)
      this.#body.set(part, this.#held)
      this.#held += part.length
      offset += part.length
      if (this.#held < this.#length) return
      const whole = this.#body.slice(0, this.#length)
      this.#begin()
      yield whole
    }
  }

  /**
   * The first message in the bytes and what follows it; nothing while it is not whole. For streams that are something
   * else after their first messages. Call it with all the bytes each time, on a parser that has not begun.
   */
  first(bytes: Uint8Array): { readonly message: Uint8Array; readonly rest: Uint8Array } | undefined {
    const before = new Parser(this.#max)
    let offset = 0
    while (before.#digits !== undefined && before.#fault === undefined && offset < bytes.length) {
      before.#digit(bytes[offset++]!)
    }
    this.#fault = before.#fault
    if (before.#digits !== undefined || before.#fault !== undefined) return undefined
    const end = offset + before.#length
    if (bytes.length < end) return undefined
    return { message: bytes.subarray(offset, end), rest: bytes.subarray(end) }
  }

  #digit(byte: number): void {
    this.#length += (byte & 0x7f) * this.#scale
    this.#scale *= 128
    this.#digits = this.#digits! + 1
    if (this.#length > this.#max) this.#fault = 'oversize'
    else if (byte < 0x80) this.#digits = undefined
    else if (this.#digits === MAX_VARINT_BYTES) this.#fault = 'bad-varint'
  }

  #begin(): void {
    this.#length = 0
    this.#scale = 1
    this.#digits = 0
    this.#held = 0
  }
}
