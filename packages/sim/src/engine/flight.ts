/**
 * An exchange whose messages take time. Both sides keep their state in it, each looking at its own alone.
 */
import { Exchange } from './exchange.ts'
import { reply } from './parties.ts'
import type { Reply } from './parties.ts'

/** How far the initiator is: `left` waits for the node's next round. */
export const phase = { asking: 0, settling: 1, left: 2, last: 3, over: 4 } as const
export type Phase = (typeof phase)[keyof typeof phase]

/** How far the responder is. */
export const stage = { fresh: 0, waiting: 1, complete: 2 } as const
export type Stage = (typeof stage)[keyof typeof stage]

export class Flight {
  readonly exchange: Exchange = new Exchange()
  initiator = 0
  responder = 0
  phase: Phase = phase.over
  stage: Stage = stage.fresh
  reply: Reply = reply.refusal
  /** The initiator's round goes on with what comes of it. */
  ofRound = false
  /** Times that the third message has been sent. */
  sent = 0
  /** The timer that counts; an earlier one that goes off means nothing. */
  timer = 0
  /** Letters and timers under way that know it. */
  references = 0

  begin(initiator: number, responder: number, ofRound: boolean): void {
    this.initiator = initiator
    this.responder = responder
    this.ofRound = ofRound
    this.phase = phase.asking
    this.stage = stage.fresh
    this.sent = 0
  }
}

/** Flights that are over, to be used again. */
export class Hangar {
  // Bounded by the exchanges that were ever under way at the same time.
  readonly #idle: Flight[] = []

  take(): Flight {
    return this.#idle.pop() ?? new Flight()
  }

  /** One letter or timer less knows the flight. */
  release(flight: Flight): void {
    if (--flight.references === 0 && flight.phase === phase.over) this.#idle.push(flight)
  }
}
