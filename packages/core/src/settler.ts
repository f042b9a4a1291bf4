/**
 * The third message of an exchange, on the side that asks: entries change hands only when both sides know what the other
 * one takes. The settle is asked again until its ack comes; the responder acks a repeated one without carrying it out twice.
 * When no ack comes at all, it is asked a last time in the next round, and then given up.
 */
import { limits } from './limits.ts'
import type { Response } from './message.ts'
import type { Node, Transcript } from './node.ts'
import type { Pings } from './pings.ts'
import type { Contact } from './ports.ts'
import { role } from './sampling/policy.ts'

/** An exchange that lacks nothing but the ack of its settle. */
export interface Unsettled {
  readonly to: Contact & { readonly id: string }
  readonly exchange: number
  readonly transcript: Transcript
  /** What the settle says: places in the reply's list. */
  readonly picks: readonly number[]
}

/** What the news means for the round: its exchange has worked, or has not, or it has to wait, or it is not concerned. */
export type Outcome = 'settled' | 'failed' | 'waiting' | 'aside'

interface Attempt extends Unsettled {
  readonly attempt: number
  /** Times that it has been asked before. */
  readonly repeats: number
}

export class Settler {
  readonly #node: Node
  readonly #pings: Pings
  #present: Attempt | undefined
  // Of the round before: waits for the next one, then asked a last time.
  #left: Unsettled | undefined
  #last: Attempt | undefined

  constructor(node: Node, pings: Pings) {
    this.#node = node
    this.#pings = pings
  }

  /** True while the round's exchange waits for its ack. */
  get busy(): boolean {
    return this.#present !== undefined
  }

  has(attempt: number): boolean {
    return attempt === this.#present?.attempt || attempt === this.#last?.attempt
  }

  /** Settles the exchange of the round. */
  settle(unsettled: Unsettled): void {
    this.#present = this.#ask(unsettled, 0)
  }

  /** A round begins: what the last one left open is asked a last time. */
  beginRound(): void {
    this.#last = this.#left && this.#ask(this.#left, limits.settleRepeats)
    this.#left = undefined
  }

  /** The ack has come, or something else in its place. */
  answered(attempt: number, from: string, response: Response): Outcome {
    const { unsettled, concerned } = this.#end(attempt)
    if (response.type !== 'ack') {
      this.#node.rejected(from, 'unknown-kind')
      this.#node.forget(from)
      return concerned ? 'failed' : 'aside'
    }
    const { transcript } = unsettled
    this.#pings.answered(from)
    this.#node.settle(role.initiator, transcript)
    this.#node.complete(from, role.initiator, transcript.received.length)
    return concerned ? 'settled' : 'aside'
  }

  /** No ack has come, or one that had to be rejected, or a refusal: the responder knows of no such exchange. */
  unanswered(attempt: number, fault: 'rejected' | 'refused' | undefined): Outcome {
    const { unsettled, concerned } = this.#end(attempt)
    const { id } = unsettled.to
    if (fault === 'refused') this.#pings.answered(id)
    if (fault === 'rejected') this.#node.forget(id)
    if (!concerned) return 'aside'
    if (fault !== undefined) return 'failed'
    if (unsettled.repeats < limits.settleRepeats) {
      this.#present = this.#ask(unsettled, unsettled.repeats + 1)
      return 'waiting'
    }
    this.#left = unsettled
    return 'failed'
  }

  #ask(unsettled: Unsettled, repeats: number): Attempt {
    const { to, exchange, picks } = unsettled
    const ms = this.#node.gossip.exchangeMs / 2 / (1 + limits.settleRepeats)
    return { ...unsettled, repeats, attempt: this.#node.request(to, { type: 'settle', exchange, picks }, ms) }
  }

  /** The attempt is over; `concerned` is the round if its exchange was meant. */
  #end(attempt: number): { unsettled: Attempt; concerned: boolean } {
    const concerned = attempt === this.#present?.attempt
    const unsettled = (concerned ? this.#present : this.#last)!
    if (concerned) this.#present = undefined
    else this.#last = undefined
    return { unsettled, concerned }
  }
}
