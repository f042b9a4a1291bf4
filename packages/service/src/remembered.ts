/** The stored form of an entry: place (1 byte), hop (2 bytes), age in rounds (4 bytes), envelope; numbers big-endian. */
import { limits } from '@pex/core'
import type { Remembered } from '@pex/core'
import { equals } from 'uint8arrays/equals'

const HEADER_BYTES = 7
const MAX_AGE = 0xffff_ffff
const VIEW = 1
const RECOVERY = 2

/** An entry whose envelope has not been verified yet. */
export interface StoredEntry extends Omit<Remembered, 'record'> {
  readonly envelope: Uint8Array
}

export function encodeRemembered({ record, hop, age, place }: Remembered): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + record.envelope.length)
  const header = new DataView(bytes.buffer)
  header.setUint8(0, place === 'view' ? VIEW : RECOVERY)
  header.setUint16(1, hop)
  header.setUint32(3, Math.min(age, MAX_AGE))
  bytes.set(record.envelope, HEADER_BYTES)
  return bytes
}

/** Nothing for bytes that are no entry. */
export function decodeRemembered(bytes: Uint8Array): StoredEntry | undefined {
  if (bytes.length <= HEADER_BYTES) return undefined
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES)
  const place = header.getUint8(0)
  const hop = header.getUint16(1)
  if ((place !== VIEW && place !== RECOVERY) || hop > limits.maxHop) return undefined
  return {
    place: place === VIEW ? 'view' : 'recovery',
    hop,
    age: header.getUint32(3),
    envelope: bytes.subarray(HEADER_BYTES)
  }
}

/** Whether two stored entries are of the same record in the same place, whatever their ages. */
export function sameEntry(a: Uint8Array, b: Uint8Array): boolean {
  return a[0] === b[0] && equals(a.subarray(HEADER_BYTES), b.subarray(HEADER_BYTES))
}
