/**
 * Unsigned varints as in multiformats, in their shortest form only and of at most four bytes: below 2^28.
 */

/** Bytes that a varint has, most. */
export const MAX_VARINT_BYTES = 4

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
