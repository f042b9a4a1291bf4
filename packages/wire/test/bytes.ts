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

/** The size of a record whose envelope of so many bytes stands as it is, or in a short form of so many bytes. */
export function size(length: number, form: 'long' | 'short' = 'long'): number[] {
  return varint(2 * length + (form === 'short' ? 1 : 0))
}

/** One record: hop, size, and so many bytes that tell it from others. */
export function claim(hop: number, length: number = 3, form: 'long' | 'short' = 'long'): number[] {
  return [...varint(hop), ...size(length, form), ...counted(length, hop)]
}

/** Bytes that count upwards. */
export function counted(length: number, first: number = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (first + i) & 0xff)
}

/** The envelope of an Ed25519 peer, field by field, signed or not. The rest is what follows the peer id in the payload. */
export function envelopeOf(key: Uint8Array, signature: Uint8Array, rest: Uint8Array): Uint8Array {
  const publicKey = bytes(0x08, 0x01, 0x12, key.length, key)
  const multihash = bytes(0x00, publicKey.length, publicKey)
  const payload = bytes(0x0a, multihash.length, multihash, rest)
  return bytes(
    [0x0a, publicKey.length, ...publicKey],
    [0x12, 0x02, 0x03, 0x01],
    [0x1a, ...varint(payload.length), ...payload],
    [0x2a, signature.length, ...signature]
  )
}

/** The envelope that `claim` has in a short form of so many bytes. */
export function lengthened(hop: number, length: number): Uint8Array {
  const short = counted(length, hop)
  return envelopeOf(short.subarray(0, 32), short.subarray(32, 96), short.subarray(96))
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
