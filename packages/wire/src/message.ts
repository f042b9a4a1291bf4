/**
 * Messages as they come: what core's messages say, with records that have not been verified yet; docs/PROTOCOL.md
 * describes each byte by byte.
 */
import type { Ack, Ask, Average, Ping, RejectionReason, Reply, Settle } from '@pex/core'
import type { Claim } from './descriptors.ts'

/** An ask whose records prove nothing yet. */
export interface ClaimedAsk extends Pick<Ask, 'type' | 'exchange' | 'settles'> {
  /** In the order of the message: the sender's own record comes last. */
  readonly claims: readonly Claim[]
  readonly averages: readonly Average[]
}

/** A reply whose records prove nothing yet. */
export interface ClaimedReply extends Pick<Reply, 'type' | 'picks'> {
  readonly claims: readonly Claim[]
  readonly averages: readonly Average[]
}

/** A pong whose record proves nothing yet. */
export interface ClaimedPong {
  readonly type: 'pong'
  readonly own: Claim
}

/** No to any question. */
export interface Refusal {
  readonly type: 'refusal'
  /** Why; nothing where the code is not one that we know. */
  readonly reason: RejectionReason | undefined
}

export type ClaimedQuestion = ClaimedAsk | Settle | Ping
export type ClaimedResponse = ClaimedReply | Ack | ClaimedPong | Refusal
