/**
 * One exchange on its way: what both sides have shown and picked. Nothing in it is allocated anew when it is used again.
 */
import { Offer, Picks } from '@pex/core'
import type { Settlement } from '@pex/core'

export class Exchange {
  readonly request: Offer = new Offer()
  readonly answer: Offer = new Offer()
  /** What the initiator takes of the answer. */
  readonly asked: Picks = new Picks()
  /** What the responder takes of the request. */
  readonly given: Picks = new Picks()
  /** The exchange as the initiator settles it. */
  readonly initiators: Settlement
  /** The exchange as the responder settles it. */
  readonly responders: Settlement

  constructor() {
    const { request, answer, asked, given } = this
    this.initiators = { sent: request, received: answer, taken: asked, given }
    this.responders = { sent: answer, received: request, taken: given, given: asked }
  }

  copy(other: Exchange): void {
    this.request.copy(other.request)
    this.answer.copy(other.answer)
    this.asked.copy(other.asked)
    this.given.copy(other.given)
  }
}
