/**
 * A message on its way out: which of its pieces have been sent, and which have arrived.
 */
import { fragmentsOf } from './frames.ts'

/** One piece of a message, as it travels in a datagram. */
export interface Piece {
  readonly message: Outgoing
  readonly index: number
}

/** A cancel and a ping are of one piece without bytes. */
export type OutgoingKind = 'question' | 'answer' | 'cancel' | 'ping'

const WAITING = 0
const SENT = 1
const ARRIVED = 2

export class Outgoing {
  readonly kind: OutgoingKind
  readonly id: number
  readonly payload: Uint8Array
  /** Nobody wants it any more: what is on its way may go lost. */
  dropped = false
  readonly #states: Uint8Array
  #waiting: number
  #missing: number

  constructor(kind: OutgoingKind, id: number, payload: Uint8Array = new Uint8Array()) {
    this.kind = kind
    this.id = id
    this.payload = payload
    this.#states = new Uint8Array(fragmentsOf(payload.length))
    this.#waiting = this.#missing = this.#states.length
  }

  /** Whether a piece waits to be sent, for the first time or again. */
  get isWaiting(): boolean {
    return this.#waiting > 0 && !this.dropped
  }

  get hasArrived(): boolean {
    return this.#missing === 0
  }

  /** Whether any piece of it may have reached the peer. */
  get hasBegun(): boolean {
    return this.#waiting < this.#states.length
  }

  /** The first piece that waits; it is sent now. */
  take(): number {
    const index = this.#states.indexOf(WAITING)
    this.#states[index] = SENT
    this.#waiting--
    return index
  }

  lost(index: number): void {
    if (this.#states[index] !== SENT) return
    this.#states[index] = WAITING
    this.#waiting++
  }

  arrived(index: number): void {
    if (this.#states[index] === ARRIVED) return
    if (this.#states[index] === WAITING) this.#waiting--
    this.#states[index] = ARRIVED
    this.#missing--
  }
}
