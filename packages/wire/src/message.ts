/**
 * The native exchange message; docs/PROTOCOL.md describes it byte by byte. One message each way: an exchange answered by
 * an exchange, or by a refusal. The decoder is total: any bytes give a message or a named rejection, and nothing is
 * allocated from what a length field claims.
 */
import { codeOf, limits, reasonOf, reject } from '@pex/core'
import type { Descriptor, Rejection, RejectionReason } from '@pex/core'
import { Reader, varintLength, writeVarint } from './varint.ts'

/** A descriptor as it came: its envelope is a window on the message and proves nothing until it has been verified. */
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

export type Message = ExchangeMessage | RefusalMessage

const EXCHANGE = 0x01
const REFUSAL = 0x02

/** Encodes an exchange. */
export function encodeExchange(descriptors: readonly Descriptor[]): Uint8Array {
  let length = 1 + varintLength(descriptors.length)
  for (const { hop, record } of descriptors)
    length += varintLength(hop) + varintLength(record.envelope.length) + record.envelope.length

  const bytes = new Uint8Array(length)
  bytes[0] = EXCHANGE
  let offset = writeVarint(descriptors.length, bytes, 1)
  for (const { hop, record } of descriptors) {
    offset = writeVarint(hop, bytes, offset)
    offset = writeVarint(record.envelope.length, bytes, offset)
    bytes.set(record.envelope, offset)
    offset += record.envelope.length
  }
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
  const claims: Claim[] = []
  for (let i = 0; i < count; i++) {
    const hop = reader.varint()
    if (typeof hop !== 'number') return hop
    const envelope = reader.block(limits.maxRecordBytes, reject('record-oversize'))
    if (!(envelope instanceof Uint8Array)) return envelope
    claims.push({ hop, envelope })
  }
  return reader.left > 0 ? reject('trailing-bytes') : { kind: 'exchange', claims }
}

function decodeRefusal(reader: Reader): RefusalMessage | Rejection {
  const code = reader.varint()
  if (typeof code !== 'number') return code
  return reader.left > 0 ? reject('trailing-bytes') : { kind: 'refusal', reason: reasonOf(code) }
}
