/**
 * From bytes to messages. The decoder is total: any bytes give a message or a named rejection. Nothing is allocated from
 * what a length field claims: memory for envelopes that came in short form is asked for once all bytes of the message are
 * there, and is at most 1.6 times as much as these.
 */
import { isRejection, limits, reasonOf, reject } from '@pex/core'
import type { Question, Rejection, Settle } from '@pex/core'
import { readAverages } from './averages.ts'
import { ClaimReader } from './descriptors.ts'
import { ACK, ASK, PICKING_REPLY, PING, PONG, REFUSAL, REPLY, SETTLE, SETTLING_ASK } from './kinds.ts'
import type {
  ClaimedAsk,
  ClaimedPong,
  ClaimedQuestion,
  ClaimedReply,
  ClaimedResponse,
  Refusal
} from './message.ts'
import { readPicks } from './picks.ts'
import { Reader } from './reader.ts'

/** Decodes any bytes as a question. Never throws. */
export function decodeQuestion(bytes: Uint8Array): ClaimedQuestion | Rejection {
  const kind = kindOf(bytes)
  if (typeof kind !== 'number') return kind
  const reader = new Reader(bytes, 1)
  switch (kind) {
    case ASK:
    case SETTLING_ASK:
      return decodeAsk(kind === SETTLING_ASK, reader)
    case SETTLE:
      return decodeSettle(reader)
    case PING:
      return ended(reader) ?? { type: 'ping' }
    default:
      return reject('unknown-kind')
  }
}

/** Decodes any bytes as an answer to that question: of a kind that answers it, or a refusal. Never throws. */
export function decodeResponse(bytes: Uint8Array, to: Question): ClaimedResponse | Rejection {
  const kind = kindOf(bytes)
  if (typeof kind !== 'number') return kind
  if (!answers(kind, to)) return reject('unknown-kind')
  const reader = new Reader(bytes, 1)
  switch (kind) {
    case REPLY:
    case PICKING_REPLY:
      return decodeReply(kind === PICKING_REPLY, reader)
    case ACK:
      return ended(reader) ?? { type: 'ack' }
    case PONG:
      return decodePong(reader)
    default:
      return decodeRefusal(reader)
  }
}

function kindOf(bytes: Uint8Array): number | Rejection {
  if (bytes.length > limits.maxMessageBytes) return reject('oversize')
  return bytes[0] ?? reject('truncated')
}

function answers(kind: number, to: Question): boolean {
  if (kind === REFUSAL) return true
  switch (to.type) {
    case 'ask':
      return kind === REPLY || (kind === PICKING_REPLY && to.settles)
    case 'settle':
      return kind === ACK
    case 'ping':
      return kind === PONG
  }
}

function ended(reader: Reader): Rejection | undefined {
  return reader.left > 0 ? reject('trailing-bytes') : undefined
}

function decodeAsk(settles: boolean, reader: Reader): ClaimedAsk | Rejection {
  const exchange = reader.uint32()
  if (typeof exchange !== 'number') return exchange
  const records = new ClaimReader(reader)
  const wrong = records.list()
  if (wrong !== undefined) return wrong
  const averages = readAverages(reader)
  if (isRejection(averages)) return averages
  const trailing = ended(reader)
  if (trailing !== undefined) return trailing
  records.lengthen()
  return { type: 'ask', exchange, settles, claims: records.claims, averages }
}

function decodeReply(hasPicks: boolean, reader: Reader): ClaimedReply | Rejection {
  const records = new ClaimReader(reader)
  const wrong = records.list()
  if (wrong !== undefined) return wrong
  const averages = readAverages(reader)
  if (isRejection(averages)) return averages
  const picks = hasPicks ? readPicks(reader) : undefined
  if (picks !== undefined && isRejection(picks)) return picks
  const trailing = ended(reader)
  if (trailing !== undefined) return trailing
  records.lengthen()
  return { type: 'reply', claims: records.claims, picks, averages }
}

function decodeSettle(reader: Reader): Settle | Rejection {
  const exchange = reader.uint32()
  if (typeof exchange !== 'number') return exchange
  const picks = readPicks(reader)
  if (isRejection(picks)) return picks
  return ended(reader) ?? { type: 'settle', exchange, picks }
}

function decodePong(reader: Reader): ClaimedPong | Rejection {
  const records = new ClaimReader(reader)
  const wrong = records.record(0) ?? ended(reader)
  if (wrong !== undefined) return wrong
  records.lengthen()
  return { type: 'pong', own: records.claims[0]! }
}

function decodeRefusal(reader: Reader): Refusal | Rejection {
  const code = reader.varint()
  if (typeof code !== 'number') return code
  return ended(reader) ?? { type: 'refusal', reason: reasonOf(code) }
}
