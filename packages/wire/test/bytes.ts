/** Messages put together by hand, right and wrong, without the encoder. */
import { limits } from '@pex/core'
import type { Question, Rejection } from '@pex/core'
import { decodeQuestion, decodeResponse } from '@pex/wire'
import type { ClaimedQuestion, ClaimedResponse } from '@pex/wire'

export const ASK = 0x01
export const SETTLING_ASK = 0x02
export const SETTLE = 0x03
export const PING = 0x04
export const REFUSAL = 0x10
export const REPLY = 0x11
export const PICKING_REPLY = 0x12
export const ACK = 0x13
export const PONG = 0x14

/** The number of an exchange, and no averages. */
export const NUMBER = [0, 0, 1, 7] as const
export const NONE = 0

/** A question for each kind. */
export const questions: Readonly<Record<number, Question>> = {
  [ASK]: { type: 'ask', exchange: 263, settles: false, descriptors: [], averages: [] },
  [SETTLING_ASK]: { type: 'ask', exchange: 263, settles: true, descriptors: [], averages: [] },
  [SETTLE]: { type: 'settle', exchange: 263, picks: [] },
  [PING]: { type: 'ping' }
}

/** Reads bytes as what their kind says: a question, or the answer to the question of the kind that is 16 less. */
export function read(input: Uint8Array): ClaimedQuestion | ClaimedResponse | Rejection {
  const kind = input[0] ?? 0
  if (kind < REFUSAL) return decodeQuestion(input)
  return decodeResponse(input, questions[kind - 16] ?? questions[ASK]!)
}

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

/** A list of these records, with its count. */
export function list(...claims: readonly (readonly number[])[]): Uint8Array {
  return bytes(varint(claims.length), ...claims)
}

/** An ask with these records. */
export function ask(...claims: readonly (readonly number[])[]): Uint8Array {
  return bytes(ASK, NUMBER, list(...claims), NONE)
}

/** A reply with these records. */
export function reply(...claims: readonly (readonly number[])[]): Uint8Array {
  return bytes(REPLY, list(...claims), NONE)
}

/** A value in eight bytes. */
export function float64(value: number): Uint8Array {
  const window = new DataView(new ArrayBuffer(8))
  window.setFloat64(0, value)
  return new Uint8Array(window.buffer)
}

/** A number in four bytes. */
export function uint32(value: number): readonly number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]
}

/** An instance of averaging. */
export function average(epoch: number, value: number): Uint8Array {
  return bytes(uint32(epoch), 0xca, 0xfe, 0, epoch & 0xff, float64(value))
}

/** The longest message that there is. */
export function longest(): Uint8Array {
  const { maxRecords, maxHop, maxRecordBytes, maxAverages } = limits
  const claims = Array.from({ length: maxRecords }, () => claim(maxHop, maxRecordBytes))
  const averages = Array.from({ length: maxAverages }, () => average(2 ** 32 - 1, 1))
  return bytes(PICKING_REPLY, list(...claims), averages.length, ...averages, maxRecords, counted(maxRecords))
}
