/** A cursor over bytes that somebody else wrote: every read gives what it asks for, or a rejection. */
import { reject } from '@pex/core'
import type { Rejection } from '@pex/core'
import { MAX_VARINT_BYTES } from './varint.ts'

export class Reader {
  readonly #bytes: Uint8Array
  #offset: number

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes
    this.#offset = offset
  }

  get left(): number {
    return this.#bytes.length - this.#offset
  }

  varint(): number | Rejection {
    let value = 0
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#bytes[this.#offset++]
      if (byte === undefined) return reject('truncated')
      value |= (byte & 0x7f) << (7 * i)
      if (byte < 0x80) return byte === 0 && i > 0 ? reject('bad-varint') : value
    }
    return reject('bad-varint')
  }

  /** Four bytes, big-endian. */
  uint32(): number | Rejection {
    const window = this.#view(4)
    return window instanceof DataView ? window.getUint32(0) : window
  }

  /** Eight bytes, big-endian: a binary64 of IEEE 754, whatever it is. */
  float64(): number | Rejection {
    const window = this.#view(8)
    return window instanceof DataView ? window.getFloat64(0) : window
  }

  /** So many bytes: a window on the input, not a copy. */
  window(length: number): Uint8Array | Rejection {
    if (length > this.left) return reject('truncated')
    const start = this.#offset
    this.#offset += length
    return this.#bytes.subarray(start, this.#offset)
  }

  #view(length: number): DataView | Rejection {
    const window = this.window(length)
    if (!(window instanceof Uint8Array)) return window
    return new DataView(window.buffer, window.byteOffset, length)
  }
}
