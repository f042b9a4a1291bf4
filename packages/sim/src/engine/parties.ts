/**
 * The two ends of an exchange: an honest node does what the shipped core says, an attacker what its rules say. The steps
 * are those of `Sampling`.
 */
import { role, verdict } from '@pex/core'
import type { Offer, Picks, Role, Sampling, Settlement, Verdict } from '@pex/core'
import { state } from '../snapshot.ts'
import type { Network } from './network.ts'

export class Parties {
  readonly #network: Network
  readonly #sampling: Sampling
  readonly #states: Uint8Array

  constructor(network: Network) {
    this.#network = network
    this.#sampling = network.sampling
    this.#states = network.states
  }

  /** True for an attacker that shows its face to `other`. */
  #isFoul(node: number, other: number): boolean {
    return this.#states[node] === state.hostile && this.#network.attack?.poses?.(node, other) !== true
  }

  /** False where an attacker keeps silent. */
  answers(node: number, from: number): boolean {
    return this.#states[node] !== state.hostile || this.#network.attack?.answers?.(node, from) !== false
  }

  show(node: number, to: number, out: Offer): void {
    if (this.#states[node] !== state.hostile) return this.#sampling.show(node, to, out)
    const attack = this.#network.attack!
    if (this.#isFoul(node, to)) {
      out.clear()
      attack.show(node, to, out)
      out.push(node, 0)
    } else {
      this.#sampling.show(node, to, out)
      attack.doctor?.(node, to, out)
    }
  }

  admits(node: number, from: number): boolean {
    return this.#isFoul(node, from) || this.#sampling.admits(node, from)
  }

  pick(node: number, from: number, as: Role, received: Offer, picks: Picks): Verdict {
    if (!this.#isFoul(node, from)) return this.#sampling.pick(node, from, as, received, picks)
    const { attack } = this.#network
    picks.clear()
    if (attack?.pick !== undefined) attack.pick(node, from, received, picks)
    else
      for (let place = 0; place < received.count; place++)
        if (this.#states[received.peers[place]!] === state.honest) picks.push(place)
    return verdict.welcome
  }

  settle(node: number, from: number, as: Role, exchange: Settlement): void {
    if (!this.#isFoul(node, from)) this.#sampling.settle(node, from, as, exchange)
  }

  merge(node: number, from: number, as: Role, received: Offer, sent: Offer): Verdict {
    return this.#isFoul(node, from) ? verdict.welcome : this.#sampling.merge(node, from, as, received, sent)
  }

  met(node: number, peer: number): void {
    if (!this.#isFoul(node, peer)) this.#sampling.met(node, peer)
  }

  missed(node: number, peer: number): void {
    if (!this.#isFoul(node, peer)) this.#sampling.missed(node, peer)
  }

  /** The responder's side of a request: fills `answer` and `picks`, and says what kind of answer it is. */
  respond(node: number, from: number, request: Offer, answer: Offer, picks: Picks): Reply {
    this.met(node, from)
    picks.clear()
    if (!this.admits(node, from)) return this.#turnAway(node, from, request, answer)
    if (this.#sampling.settles) {
      const judgement = this.pick(node, from, role.responder, request, picks)
      if (judgement === verdict.tooShort) return this.#teach(node, from, answer)
      if (judgement !== verdict.welcome) return reply.refusal
      this.show(node, from, answer)
      return reply.offer
    }
    this.show(node, from, answer)
    const welcome = this.merge(node, from, role.responder, request, answer) === verdict.welcome
    return welcome ? reply.offer : reply.refusal
  }

  #turnAway(node: number, from: number, request: Offer, answer: Offer): Reply {
    if (!this.#isFoul(node, from) && !this.#sampling.teaches(request.count)) return reply.refusal
    return this.#teach(node, from, answer)
  }

  #teach(node: number, from: number, answer: Offer): Reply {
    if (this.#isFoul(node, from)) this.show(node, from, answer)
    else this.#sampling.teach(node, from, answer)
    return answer.count > 1 ? reply.lesson : reply.refusal
  }
}

/** What a responder answers: nothing to be had; an offer without picks, which the caller only learns from; an offer. */
export const reply = { refusal: 0, lesson: 1, offer: 2 } as const
export type Reply = (typeof reply)[keyof typeof reply]
