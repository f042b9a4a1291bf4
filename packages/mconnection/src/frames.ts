/**
 * The sealed frames of a SecretConnection: 1 024 bytes of room behind a length of four bytes (little end first), sealed
 * to 1 044 bytes under a counter of their own in each direction. What they carry is a stream of bytes: messages may be cut
 * anywhere.
 */
import { assert } from '@pex/core'
import { ConnectionError } from './errors.ts'
import type { Fault } from './errors.ts'
import { TAG_BYTES } from './primitives.ts'
import type { Aead } from './primitives.ts'

/** Bytes that one frame carries, most. From CometBFT. */
export const FRAME_DATA = 1_024
const LENGTH_BYTES = 4
const PLAIN_BYTES = LENGTH_BYTES + FRAME_DATA
/** Bytes of a frame on the wire. */
export const FRAME_BYTES: number = PLAIN_BYTES + TAG_BYTES

/** Frames sealed by one call, most: what it allocates stays about 64 KiB. */
export const FRAMES_AT_ONCE = 62

/**
 * Frames that one key seals or opens, most. The protocol has 2^64; a number that counts exactly ends sooner, after 9 EB,
 * and an end there must be: a counter that began again would give the key away.
 */
export const MAX_FRAMES: number = Number.MAX_SAFE_INTEGER

export class Sealer {
  readonly #aead: Aead
  #counter: number
  readonly #plain = new Uint8Array(PLAIN_BYTES)
  readonly #view = new DataView(this.#plain.buffer)

  /** @param counter frames sealed before, default 0 */
  constructor(aead: Aead, counter: number = 0) {
    this.#aead = aead
    this.#counter = counter
  }

  /** The frames of at most `FRAMES_AT_ONCE` * `FRAME_DATA` bytes. Fails with `PEX_CLOSED` when the key is used up. */
  seal(data: Uint8Array): Uint8Array {
    const frames = Math.ceil(data.length / FRAME_DATA)
    assert(frames <= FRAMES_AT_ONCE, 'what is sealed at once is bounded')
    const sealed = new Uint8Array(frames * FRAME_BYTES)
    for (let i = 0; i < frames; i++) {
      if (this.#counter >= MAX_FRAMES)
        throw new ConnectionError('PEX_CLOSED', 'the key has sealed its last frame')
      const part = data.subarray(i * FRAME_DATA, (i + 1) * FRAME_DATA)
      this.#view.setUint32(0, part.length, true)
      this.#plain.set(part, LENGTH_BYTES)
      // Nothing of an earlier frame goes out again as padding.
      if (part.length < FRAME_DATA) this.#plain.fill(0, LENGTH_BYTES + part.length)
      this.#aead.seal(this.#counter++, this.#plain, sealed.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES))
    }
    return sealed
  }
}

export class Opener {
  readonly #aead: Aead
  #counter: number
  /** The beginning of a frame whose end has not come yet. */
  readonly #partial = new Uint8Array(FRAME_BYTES)
  #held = 0
  #fault: Fault | undefined

  /** @param counter frames opened before, default 0 */
  constructor(aead: Aead, counter: number = 0) {
    this.#aead = aead
    this.#counter = counter
  }

  /** What is wrong with the stream; nothing more comes out of it then. */
  get fault(): Fault | undefined {
    return this.#fault
  }

  /** Whether the stream would end inside a frame here. */
  get isPartial(): boolean {
    return this.#held > 0
  }

  /** What the frames carry that this chunk completes, up to the first faulty one. */
  open(chunk: Uint8Array): Uint8Array {
    const frames = Math.floor((this.#held + chunk.length) / FRAME_BYTES)
    const data = new Uint8Array(frames * FRAME_DATA)
    let length = 0
    let offset = 0
    for (let i = 0; i < frames && this.#fault === undefined; i++) {
      const missing = FRAME_BYTES - this.#held
      const part = chunk.subarray(offset, offset + missing)
      offset += missing
      let frame = part
      if (this.#held > 0) {
        this.#partial.set(part, this.#held)
        this.#held = 0
        frame = this.#partial
      }
      length += this.#frame(frame, data, length)
    }
    if (this.#fault === undefined) {
      this.#partial.set(chunk.subarray(offset), this.#held)
      this.#held += chunk.length - offset
    }
    return data.subarray(0, length)
  }

  /** Opens one frame into its place; how much it carried. */
  #frame(frame: Uint8Array, data: Uint8Array, at: number): number {
    const plain = this.#counter < MAX_FRAMES ? this.#aead.open(this.#counter++, frame) : undefined
    if (plain === undefined) {
      this.#fault = 'bad-frame'
      return 0
    }
    const length = new DataView(plain.buffer, plain.byteOffset).getUint32(0, true)
    if (length > FRAME_DATA) {
      this.#fault = 'frame-oversize'
      return 0
    }
    data.set(plain.subarray(LENGTH_BYTES, LENGTH_BYTES + length), at)
    return length
  }
}
