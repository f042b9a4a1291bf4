/**
 * A network of nodes that follow one policy, for what is measured over views: a plain loop of rounds over `Sampling`,
 * nothing is lost and everybody lives.
 */
import { shuffle } from '../src/random.ts'
import type { Rng } from '../src/random.ts'
import { Offer, Picks } from '../src/sampling/offer.ts'
import { mix } from '../src/sampling/peers.ts'
import { role, verdict } from '../src/sampling/policy.ts'
import type { Policy } from '../src/sampling/policy.ts'
import { Sampling } from '../src/sampling/sampling.ts'

export class Overlay {
  readonly nodes: number
  readonly sampling: Sampling
  /** A hash of each node's id. */
  readonly hashes: Uint32Array
  readonly #rng: Rng
  readonly #order: number[]
  readonly #peers = new Uint32Array(64)
  readonly #picks = new Picks()
  readonly #picked = new Picks()
  readonly #asked = new Offer()
  readonly #answered = new Offer()

  /** Views of c random peers, mixed for some rounds. */
  constructor(
    policy: Policy,
    nodes: number,
    rng: Rng,
    { viewSize = 32, exchangeSize = 8, mixing = 100 } = {}
  ) {
    this.nodes = nodes
    this.#rng = rng
    this.#order = Array.from({ length: nodes }, (_, node) => node)
    this.hashes = Uint32Array.from(this.#order, node => mix(node ^ 0x5bd1_e995))
    const peers = { hashes: this.hashes, groups: new Uint32Array(nodes) }
    this.sampling = new Sampling({ policy, nodes, viewSize, exchangeSize, peers, rng })
    for (let node = 0; node < nodes; node++) {
      this.sampling.join(node)
      for (const peer of shuffle(rng, [...this.#order], viewSize + 1).slice(0, viewSize + 1))
        this.sampling.learn(node, peer, 0)
    }
    for (let round = 0; round < mixing; round++) this.round()
  }

  /** One round: every node, in random order, tries its partners until an exchange works, and pings whom it wants to. */
  round(): void {
    const { sampling } = this
    for (const node of shuffle(this.#rng, this.#order)) {
      const count = sampling.begin(node, this.#peers)
      for (let at = 0; at < count; at++) if (this.#exchange(node, this.#peers[at]!)) break
      const probes = sampling.probes(node, this.#peers)
      for (let at = 0; at < probes; at++) sampling.met(node, this.#peers[at]!)
    }
  }

  #exchange(a: number, b: number): boolean {
    const { sampling } = this
    const asked = this.#asked
    const answered = this.#answered
    sampling.show(a, b, asked)
    sampling.met(b, a)
    if (!sampling.admits(b, a)) return false
    if (sampling.settles) return this.#settle(a, b)
    sampling.show(b, a, answered)
    sampling.merge(b, a, role.responder, asked, answered)
    sampling.met(a, b)
    sampling.merge(a, b, role.initiator, answered, asked)
    return true
  }

  #settle(a: number, b: number): boolean {
    const { sampling } = this
    const asked = this.#asked
    const answered = this.#answered
    const [picks, picked] = [this.#picks, this.#picked]
    if (sampling.pick(b, a, role.responder, asked, picked) !== verdict.welcome) return false
    sampling.show(b, a, answered)
    sampling.met(a, b)
    if (sampling.pick(a, b, role.initiator, answered, picks) !== verdict.welcome) return false
    sampling.settle(b, a, role.responder, { sent: answered, received: asked, taken: picked, given: picks })
    sampling.settle(a, b, role.initiator, { sent: asked, received: answered, taken: picks, given: picked })
    return true
  }
}
