/**
 * The native exchange message; docs/PROTOCOL.md describes it byte by byte. One message each way: an exchange answered by
 * an exchange, or by a refusal. The decoder is total: any bytes give a message or a named rejection. Nothing is allocated
 * from what a length field claims: memory for envelopes that came in short form is asked for once all their bytes are there,
 * and is at most 1.6 times as much as these.
 */
import { codeOf, limits, reasonOf, reject } from '@pex/core'
import type { Descriptor, Rejection, RejectionReason } from '@pex/core'
import { longLength, shortLength, writeLong, writeShort } from './short-form.ts'
import { Reader, varintLength, writeVarint } from './varint.ts'

/**
 * A descriptor as it came: its envelope proves nothing until it has been verified. It is a window on the message, or, where
 * the message has its short form, on memory that all claims of the message share.
 */
export interface Claim {
  readonly hop: number
  readonly envelope: Uint8Array
}

export interface ExchangeMessage {
  readonly kind: 'exchange'
  /** In the order of the message: the sender's own record comes last. */
  readonly claims: readonly Claim[]
}

export interface RefusalMessage {
  readonly kind: 'refusal'
  /** Why; nothing where the code is not one that we know. */
  readonly reason: RejectionReason | undefined
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export type Message = ExchangeMessage | RefusalMessage

const EXCHANGE = 0x01
const REFUSAL = 0x02
/** The lowest bit of a record's size: it is in short form. */
const SHORT = 1

/** Encodes an exchange, with the short form of every envelope that has one. */
export function encodeExchange(descriptors: readonly Descriptor[]): Uint8Array {
  let length = 1 + varintLength(descriptors.length)
  const sizes = descriptors.map(({ hop, record }) => {
    const short = shortLength(record.envelope)
    const size = short === undefined ? record.envelope.length << 1 : (short << 1) | SHORT
    length += varintLength(hop) + varintLength(size) + (size >>> 1)
    return size
  })

  const bytes = new Uint8Array(length)
  bytes[0] = EXCHANGE
  let offset = writeVarint(descriptors.length, bytes, 1)
  descriptors.forEach(({ hop, record: { envelope } }, i) => {
    const size = sizes[i]!
    offset = writeVarint(hop, bytes, offset)
    offset = writeVarint(size, bytes, offset)
    if ((size & SHORT) !== 0) writeShort(envelope, bytes, offset)
    else bytes.set(envelope, offset)
    offset += size >>> 1
  })
  return bytes
}

/** Encodes a refusal. */
export function encodeRefusal(reason: RejectionReason): Uint8Array {
  return Uint8Array.of(REFUSAL, codeOf(reason))
}

/** Decodes any bytes. Never throws. */
export function decodeMessage(bytes: Uint8Array): Message | Rejection {
  if (bytes.length > limits.maxMessageBytes) return reject('oversize')
  if (bytes.length === 0) return reject('truncated')
  const reader = new Reader(bytes, 1)
  if (bytes[0] === EXCHANGE) return decodeExchange(reader)
  if (bytes[0] === REFUSAL) return decodeRefusal(reader)
  return reject('unknown-kind')
}

function decodeExchange(reader: Reader): ExchangeMessage | Rejection {
  const count = reader.varint()
  if (typeof count !== 'number') return count
  if (count === 0) return reject('no-records')
  if (count > limits.maxRecords) return reject('too-many-records')
  const claims: Mutable<Claim>[] = []
  const short: Mutable<Claim>[] = []
  let room = 0
  for (let i = 0; i < count; i++) {
    const hop = reader.varint()
    if (typeof hop !== 'number') return hop
    const size = reader.varint()
    if (typeof size !== 'number') return size
    const length = envelopeLength(size)
    if (typeof length !== 'number') return length
    const envelope = reader.window(size >>> 1)
    if (!(envelope instanceof Uint8Array)) return envelope
    const claim = { hop, envelope }
    claims.push(claim)
    if ((size & SHORT) !== 0) {
      short.push(claim)
      room += length
    }
  }
  if (reader.left > 0) return reject('trailing-bytes')
  if (short.length > 0) lengthenAll(short, room)
  return { kind: 'exchange', claims }
}

/** What an envelope takes that came in this size; or why there is none. */
function envelopeLength(size: number): number | Rejection {
  if ((size & SHORT) !== 0) return longLength(size >>> 1)
  return size >>> 1 > limits.maxRecordBytes ? reject('record-oversize') : size >>> 1
}

/** One piece of memory for all of them: asking for it costs more than filling it. */
function lengthenAll(claims: readonly Mutable<Claim>[], room: number): void {
  const bytes = new Uint8Array(room)
  let offset = 0
  for (const claim of claims) {
    const end = writeLong(claim.envelope, bytes, offset)
    claim.envelope = bytes.subarray(offset, end)
    offset = end
  }
}

function decodeRefusal(reader: Reader): RefusalMessage | Rejection {
  const code = reader.varint()
  if (typeof code !== 'number') return code
  return reader.left > 0 ? reject('trailing-bytes') : { kind: 'refusal', reason: reasonOf(code) }
}
