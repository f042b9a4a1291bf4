/**
 * What the reactor knows of one connected peer: whether it was asked and has answered, and how often it has asked. All of it
 * is forgotten with the connection, as in CometBFT; bans are not.
 */
import type { Clock } from '@pex/core'
import type { Peer } from '@pex/switch'
import type { Purpose } from './dials.ts'
import type { Pace } from './pacing.ts'

/** Requests without an answer after which a peer is not asked again. Guess: one may be lost on a busy peer, two are silence. */
const MOST_UNANSWERED = 2

export class Session {
  readonly peer: Peer
  readonly pace: Pace
  /** A seed has answered it, or it is being disconnected: nothing that it says counts any more. */
  isOver = false
  /** What it was dialled for, where that is not to have one more peer. */
  readonly purpose: Purpose | undefined
  readonly #clock: Clock
  /** Requests sent that no answer has come to. An answer that is late is still one that was asked for. */
  #unanswered = 0
  #askedAt = Number.NEGATIVE_INFINITY
  #cancel: (() => void) | undefined

  constructor(peer: Peer, pace: Pace, clock: Clock, purpose: Purpose | undefined) {
    this.peer = peer
    this.pace = pace
    this.purpose = purpose
    this.#clock = clock
  }

  /** Whether a request waits for its answer, and may still get it in time. */
  get isWaiting(): boolean {
    return this.#cancel !== undefined
  }

  /** Whether it may be asked: nothing is under way, the last time is long enough ago, and it is not known to be silent. */
  mayAsk(everyMs: number): boolean {
    if (this.isOver || this.isWaiting || this.#unanswered >= MOST_UNANSWERED) return false
    return this.#clock.now() - this.#askedAt >= everyMs
  }

  /** It was asked; `onExpired` is called where no answer comes in time. */
  asked(answerMs: number, onExpired: () => void): void {
    this.#unanswered++
    this.#askedAt = this.#clock.now()
    this.#cancel = this.#clock.after(answerMs, () => {
      this.#cancel = undefined
      onExpired()
    })
  }

  /** It has answered: whether it was asked. */
  answered(): boolean {
    if (this.#unanswered === 0) return false
    this.#unanswered = 0
    this.#rest()
    return true
  }

  end(): void {
    this.isOver = true
    this.#rest()
  }

  #rest(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
