/**
 * One node's life under a policy, drawn from a seed: contacts, rounds, messages, peers that answer and peers that do not. For
 * the suite of policies, which looks at the node after every step.
 */
import { below, chance, limits, mix, Offer, Picks, role, Sampling } from '@pex/core'
import type { Role, SamplingInit } from '@pex/core'
import type { SeededRng } from './chance.ts'

/** Whose life it is. */
export const SELF = 0
/** Whose rows stand beside, and never change. */
export const BYSTANDER = 1
/** Few peers, so that what is received often speaks of somebody who is held. */
const PEERS = 80
/** Rounds in which nothing but time passes, now and then: claims grow old. */
const LONG = 1_200

export class PolicyScene {
  readonly sampling: Sampling
  readonly viewSize: number
  readonly exchangeSize: number
  /** Everybody the node was ever told of. Bounded by the peers that a scene draws from. */
  readonly known: Set<number> = new Set()
  /** What the last step showed, and to whom. */
  shown: { readonly offer: Offer; readonly to: number } | undefined
  /** What the last step picked, of how many. */
  picked: { readonly places: readonly number[]; readonly of: number } | undefined
  readonly #rng: SeededRng
  readonly #out: Uint32Array = new Uint32Array(limits.maxViewSize + limits.maxProbes)

  constructor(policy: SamplingInit['policy'], rng: SeededRng) {
    this.#rng = rng.fork('scene')
    this.viewSize = 2 + below(this.#rng, limits.maxViewSize - 1)
    this.exchangeSize = 2 + below(this.#rng, Math.max(Math.floor(this.viewSize / 2), 2) - 1)
    const secret = this.#rng()
    const peers = {
      hashes: Uint32Array.from({ length: PEERS }, (_, i) => mix(i ^ secret)),
      groups: Uint32Array.from({ length: PEERS }, (_, i) => (i % 3 === 0 ? 0 : mix(1 + (i % 7))))
    }
    const { viewSize, exchangeSize } = this
    this.sampling = new Sampling({ policy, nodes: 2, viewSize, exchangeSize, peers, rng: rng.fork('policy') })
    this.sampling.join(SELF)
    this.sampling.join(BYSTANDER)
    for (let i = 0; i < viewSize; i++) this.sampling.learn(BYSTANDER, 2 + below(this.#rng, PEERS - 2), 1)
  }

  view(node: number = SELF): number[] {
    return [...this.#out.subarray(0, this.sampling.view(node, this.#out))]
  }

  /** Begins a round. */
  begin(): number[] {
    return [...this.#out.subarray(0, this.sampling.begin(SELF, this.#out))]
  }

  probes(): number[] {
    return [...this.#out.subarray(0, this.sampling.probes(SELF, this.#out))]
  }

  show(to: number): Offer {
    const offer = new Offer()
    this.sampling.show(SELF, to, offer)
    this.shown = { offer, to }
    return offer
  }

  /** Somebody else; few of them, so that the same ones come again. */
  anybody(): number {
    return 1 + below(this.#rng, PEERS - 1)
  }

  learn(peer: number): void {
    this.known.add(peer)
    this.sampling.learn(SELF, peer, below(this.#rng, 20))
  }

  /** A message from somebody: others with hops, and its own record last. */
  message(from: number, others: readonly number[]): Offer {
    const offer = new Offer()
    for (const peer of new Set(others))
      if (peer !== from && peer !== SELF) offer.push(peer, 1 + below(this.#rng, limits.maxHop))
    offer.push(from, 0)
    for (const peer of offer.peers.subarray(0, offer.count)) this.known.add(peer)
    return offer
  }

  /** A whole exchange, in the two messages or the three that the policy takes. */
  exchange(from: number, as: Role, received: Offer): void {
    const { sampling } = this
    this.picked = undefined
    sampling.met(SELF, from)
    const threefold = sampling.settles && chance(this.#rng, 0.5)
    if (as === role.responder && !sampling.admits(SELF, from)) return
    const sent = this.show(from)
    if (!threefold) return void sampling.merge(SELF, from, as, received, sent)
    const taken = new Picks()
    const given = new Picks()
    sampling.pick(SELF, from, as, received, taken)
    this.picked = { places: [...taken.places.subarray(0, taken.count)], of: received.count }
    for (let place = 0; place < sent.count; place++)
      if (given.count < taken.count && chance(this.#rng, 0.5)) given.push(place)
    sampling.settle(SELF, from, as, { sent, received, taken, given })
  }

  /** One step of the life, drawn by chance. */
  step(): void {
    const rng = this.#rng
    const kind = below(rng, 10)
    const peer = this.anybody()
    this.shown = undefined
    this.picked = undefined
    if (kind === 0) this.learn(peer)
    else if (kind === 1) this.sampling.missed(SELF, peer)
    else if (kind === 2) this.sampling.forget(SELF, peer)
    else if (kind === 3) this.sampling.met(SELF, peer)
    else if (kind === 4) this.probes()
    else if (kind === 5) this.begin()
    else if (kind === 6 && chance(rng, 0.1)) for (let i = 0; i < LONG; i++) this.begin()
    else {
      const others = Array.from({ length: below(rng, this.exchangeSize) }, () => this.anybody())
      this.exchange(peer, chance(rng, 0.5) ? role.initiator : role.responder, this.message(peer, others))
    }
  }
}
