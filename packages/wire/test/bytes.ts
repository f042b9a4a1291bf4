/** Messages put together by hand, right and wrong, without the encoder. */
import { limits } from '@pex/core'

export const EXCHANGE = 0x01
export const REFUSAL = 0x02

type Part = number | readonly number[] | Uint8Array

/** Bytes one after the other. */
export function bytes(...parts: readonly Part[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(part => (typeof part === 'number' ? [part] : [...part])))
}

/** An unsigned varint; with `length`, padded to so many bytes. */
export function varint(value: number, length: number = 0): number[] {
  const groups: number[] = []
  for (
    let rest = value;
    groups.length === 0 || rest > 0 || groups.length < length;
    rest = Math.floor(rest / 128)
  )
    groups.push(rest % 128)
  return groups.map((group, i) => (i < groups.length - 1 ? group | 0x80 : group))
}

/** One record: hop, length, and so many bytes that tell it from others. */
export function claim(hop: number, length: number = 3): number[] {
  return [...varint(hop), ...varint(length), ...Array.from({ length }, (_, i) => (hop + i) & 0xff)]
}

/** An exchange of these records. */
export function exchange(...claims: readonly (readonly number[])[]): Uint8Array {
  return bytes(EXCHANGE, varint(claims.length), ...claims)
}

/** The longest message that there is. */
export function longest(): Uint8Array {
  return exchange(
    ...Array.from({ length: limits.maxRecords }, () => claim(limits.maxHop, limits.maxRecordBytes))
  )
}
