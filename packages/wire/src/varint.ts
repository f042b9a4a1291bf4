/**
 * Unsigned varints as in multiformats, in their shortest form only and of at most four bytes: below 2^28.
 */
import { reject } from '@pex/core'
import type { Rejection } from '@pex/core'

const MAX_BYTES = 4

/** Bytes that the number takes. */
export function varintLength(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4
}

/** Writes the number at the offset; returns the offset behind it. */
export function writeVarint(value: number, bytes: Uint8Array, offset: number): number {
  while (value >= 0x80) {
    bytes[offset++] = (value & 0x7f) | 0x80
    value >>>= 7
  }
  bytes[offset++] = value
  return offset
}

/** A cursor over bytes that somebody else wrote: every read gives what it asks for, or a rejection. */
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
    for (let i = 0; i < MAX_BYTES; i++) {
      const byte = this.#bytes[this.#offset++]
      if (byte === undefined) return reject('truncated')
      value |= (byte & 0x7f) << (7 * i)
      if (byte < 0x80) return byte === 0 && i > 0 ? reject('bad-varint') : value
    }
    return reject('bad-varint')
  }

  /** So many bytes: a window on the input, not a copy. */
  window(length: number): Uint8Array | Rejection {
    if (length > this.left) return reject('truncated')
    const start = this.#offset
    this.#offset += length
    return this.#bytes.subarray(start, this.#offset)
  }
}
