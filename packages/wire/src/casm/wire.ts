/**
 * casm's exchange in the terms of the core: an ask and a reply without picks. It has neither settles nor averages. Its nodes
 * push what they hold whatever they are sent, so pushing nothing is a ping, and the last record of the answer its pong.
 */
import { isRejection, limits, reject } from '@pex/core'
import type { Descriptor, Message, Question, Rejection } from '@pex/core'
import type { ClaimedQuestion, ClaimedResponse } from '../message.ts'
import type { Wire } from '../wire.ts'
import { decodeGossip, encodeGossip } from './gossip.ts'

/** A wire to Go nodes of wetware/casm. Each namespace, or all of them, may use one. */
export function casmWire(): Wire {
  // An exchange on this wire has no number; ours tells one from the one before.
  let exchange = 0
  return {
    protocolOf: namespace => `/casm/0.0.0/${namespace}/pex`,
    encode,
    encodeRefusal: () => undefined,
    decodeQuestion(bytes: Uint8Array): ClaimedQuestion | Rejection {
      if (bytes.length === 0) return { type: 'ping' }
      const claims = decodeGossip(bytes)
      if (isRejection(claims)) return claims
      exchange = (exchange + 1) >>> 0
      return { type: 'ask', exchange, settles: false, claims, averages: [] }
    },
    decodeResponse,
    repeats: true
  }
}

function encode(message: Message): Uint8Array | undefined {
  switch (message.type) {
    case 'ask':
    case 'reply':
      return encodeGossip(message.descriptors.filter(isHeld))
    case 'ping':
      return new Uint8Array()
    case 'pong':
      return encodeGossip([message.own])
    default:
      return undefined
  }
}

/** Nobody there would know that such a peer is only remembered. */
function isHeld({ hop }: Descriptor): boolean {
  return hop < limits.memoryHop
}

function decodeResponse(bytes: Uint8Array, to: Question): ClaimedResponse | Rejection {
  if (to.type === 'settle') return reject('unknown-kind')
  const claims = decodeGossip(bytes)
  if (isRejection(claims)) return claims
  if (to.type === 'ask') return { type: 'reply', claims, picks: undefined, averages: [] }
  const own = claims.at(-1)!
  return own.hop === 0 ? { type: 'pong', own } : reject('own-record-not-last')
}
