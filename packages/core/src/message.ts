/**
 * What one node says to another in a namespace. A question is an ask, a settle or a ping; an answer is a reply, an ack, a
 * pong, or a refusal (rejection.ts).
 *
 * An exchange is an ask and a reply. Where both sides can settle, the reply says which of the shown entries the responder
 * takes, and a third message, a settle, says which ones the initiator takes: only then do entries change hands, so that
 * each is held once, on one side or on the other.
 */
import type { Descriptor } from './descriptor.ts'

/** One instance of averaging, by which nodes count each other (estimate/averaging.ts). */
export interface Average {
  /** Which run of averaging, 32 bits: a later one, modulo 2^32, replaces an earlier one. */
  readonly epoch: number
  /** Drawn at random by whoever began it, 32 bits. */
  readonly instance: number
  /** The sender's present value, between -1 and 1; below 0 for a while where exchanges overlap. */
  readonly value: number
}

/** Asks for an exchange. */
export interface Ask {
  readonly type: 'ask'
  /** The initiator's own number for the exchange, 32 bits. */
  readonly exchange: number
  /** True when the initiator will send a settle if the reply has picks. */
  readonly settles: boolean
  /** The shown entries, the own record last. */
  readonly descriptors: readonly Descriptor[]
  readonly averages: readonly Average[]
}

/** Answers an ask. */
export interface Reply {
  readonly type: 'reply'
  readonly descriptors: readonly Descriptor[]
  /** Places in the ask's list that the responder takes, its first choice first; undefined where nothing is to be settled. */
  readonly picks: readonly number[] | undefined
  readonly averages: readonly Average[]
}

/** Ends an exchange: places in the reply's list that the initiator takes. Answered by an ack, also when it comes twice. */
export interface Settle {
  readonly type: 'settle'
  readonly exchange: number
  readonly picks: readonly number[]
}

export interface Ack {
  readonly type: 'ack'
}

/** Asks for a sign of life. */
export interface Ping {
  readonly type: 'ping'
}

/** The answer: the own record, hop 0. */
export interface Pong {
  readonly type: 'pong'
  readonly own: Descriptor
}

export type Question = Ask | Settle | Ping
export type Response = Reply | Ack | Pong
export type Message = Question | Response
