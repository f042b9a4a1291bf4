/**
 * The short form of a signed envelope (libp2p's RFC 0002 and 0003); docs/PROTOCOL.md says why and how. An Ed25519 peer's
 * envelope carries its key twice, as the key and within the peer id, and much around both that never differs. What differs
 * is the key, the signature and the rest of the payload: these, in this order, are the short form. An envelope of that
 * shape has exactly one and gets back every byte of itself, so that a signature holds and a memory of what was verified
 * finds it, whichever way it has come.
 */
import { limits, reject } from '@pex/core'
import type { Rejection } from '@pex/core'
import { Reader } from './reader.ts'
import { varintLength, writeVarint } from './varint.ts'

// What never differs, in the order of the envelope. The key follows PUBLIC_KEY and PEER_ID; the payload's length, a varint,
// stands between PAYLOAD_TYPE and PEER_ID; the rest of the payload before SIGNED, the signature behind it.
const PUBLIC_KEY = Uint8Array.of(0x0a, 0x24, 0x08, 0x01, 0x12, 0x20)
const PAYLOAD_TYPE = Uint8Array.of(0x12, 0x02, 0x03, 0x01, 0x1a)
const PEER_ID = Uint8Array.of(0x0a, 0x26, 0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
const SIGNED = Uint8Array.of(0x2a, 0x40)

const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
/** A short form with no rest. */
const MIN_SHORT_BYTES = KEY_BYTES + SIGNATURE_BYTES

const KEY_AT = PUBLIC_KEY.length
const PAYLOAD_TYPE_AT = KEY_AT + KEY_BYTES
const LENGTH_AT = PAYLOAD_TYPE_AT + PAYLOAD_TYPE.length
/** Of the payload: where its rest begins. */
const REST_AT = PEER_ID.length + KEY_BYTES
const BEHIND_PAYLOAD = SIGNED.length + SIGNATURE_BYTES

/** Bytes of the envelope's short form; nothing where it has none, being of another shape or above `maxRecordBytes`. */
export function shortLength(envelope: Uint8Array): number | undefined {
  if (envelope.length > limits.maxRecordBytes) return undefined
  const reader = new Reader(envelope, LENGTH_AT)
  const payload = reader.varint()
  if (typeof payload !== 'number' || payload < REST_AT || reader.left !== payload + BEHIND_PAYLOAD)
    return undefined
  const payloadAt = envelope.length - reader.left
  const hasShape =
    holds(envelope, 0, PUBLIC_KEY) &&
    holds(envelope, PAYLOAD_TYPE_AT, PAYLOAD_TYPE) &&
    holds(envelope, payloadAt, PEER_ID) &&
    holds(envelope, payloadAt + payload, SIGNED) &&
    holds(envelope, payloadAt + PEER_ID.length, envelope.subarray(KEY_AT, PAYLOAD_TYPE_AT))
  return hasShape ? MIN_SHORT_BYTES + payload - REST_AT : undefined
}

/** Writes the short form of an envelope that has one; returns the offset behind it. */
export function writeShort(envelope: Uint8Array, bytes: Uint8Array, offset: number): number {
  const signatureAt = envelope.length - SIGNATURE_BYTES
  const lengthBytes = envelope[LENGTH_AT]! < 0x80 ? 1 : 2
  const rest = envelope.subarray(LENGTH_AT + lengthBytes + REST_AT, signatureAt - SIGNED.length)
  bytes.set(envelope.subarray(KEY_AT, PAYLOAD_TYPE_AT), offset)
  bytes.set(envelope.subarray(signatureAt), offset + KEY_BYTES)
  bytes.set(rest, offset + MIN_SHORT_BYTES)
  return offset + MIN_SHORT_BYTES + rest.length
}

/** Bytes of the envelope that has a short form of so many; or why there is none. */
export function longLength(short: number): number | Rejection {
  if (short < MIN_SHORT_BYTES) return reject('malformed-record')
  const payload = REST_AT + short - MIN_SHORT_BYTES
  const long = LENGTH_AT + varintLength(payload) + payload + BEHIND_PAYLOAD
  return long > limits.maxRecordBytes ? reject('record-oversize') : long
}

/** Writes the envelope that has this short form, of a length that can be; returns the offset behind it. */
export function writeLong(short: Uint8Array, bytes: Uint8Array, offset: number): number {
  const key = short.subarray(0, KEY_BYTES)
  const payload = REST_AT + short.length - MIN_SHORT_BYTES
  bytes.set(PUBLIC_KEY, offset)
  bytes.set(key, offset + KEY_AT)
  bytes.set(PAYLOAD_TYPE, offset + PAYLOAD_TYPE_AT)
  const payloadAt = writeVarint(payload, bytes, offset + LENGTH_AT)
  bytes.set(PEER_ID, payloadAt)
  bytes.set(key, payloadAt + PEER_ID.length)
  bytes.set(short.subarray(MIN_SHORT_BYTES), payloadAt + REST_AT)
  bytes.set(SIGNED, payloadAt + payload)
  bytes.set(short.subarray(KEY_BYTES, MIN_SHORT_BYTES), payloadAt + payload + SIGNED.length)
  return payloadAt + payload + BEHIND_PAYLOAD
}

/** The short form of an envelope, if it has one. */
export function shorten(envelope: Uint8Array): Uint8Array | undefined {
  const length = shortLength(envelope)
  if (length === undefined) return undefined
  const short = new Uint8Array(length)
  writeShort(envelope, short, 0)
  return short
}

/** The envelope that has this short form: `shorten` gives it back. */
export function lengthen(short: Uint8Array): Uint8Array | Rejection {
  const length = longLength(short.length)
  if (typeof length !== 'number') return length
  const envelope = new Uint8Array(length)
  writeLong(short, envelope, 0)
  return envelope
}

function holds(bytes: Uint8Array, offset: number, part: Uint8Array): boolean {
  for (let i = 0; i < part.length; i++) if (bytes[offset + i] !== part[i]) return false
  return true
}
