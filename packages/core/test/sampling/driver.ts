/**
 * Many nodes of one policy in one process, in the cycle model of the literature: in each round every live node, in fresh
 * random order, makes one exchange at once, without latency or loss. For what comes of many nodes; the simulator
 * proper is `@pex/sim`.
 */
import { below } from '../../src/random.ts'
import type { Rng } from '../../src/random.ts'
import { Offer } from '../../src/sampling/offer.ts'
import { mix } from '../../src/sampling/peers.ts'
import type { Policy } from '../../src/sampling/policy.ts'
import { role } from '../../src/sampling/policy.ts'
import { Sampling } from '../../src/sampling/sampling.ts'

export interface DriverInit {
  readonly policy: Policy
  readonly nodes: number
  /** @default 32 */
  readonly viewSize?: number
  /** @default 16 */
  readonly exchangeSize?: number
  /** @default 1 */
  readonly seed?: number
  /** Network groups, given out at random; 0: nobody has one. @default 0 */
  readonly groups?: number
  /** False to leave in the view whoever does not answer, as the papers of the framework do. @default true */
  readonly evicts?: boolean
  /** Everybody knows node 0 alone, instead of c random others. @default false */
  readonly star?: boolean
}

/** A small generator of good quality (sfc32). */
export function chance(seed: number): Rng {
  let a = mix(seed + 1)
  let b = mix(a ^ 0x9e37_79b9)
  let c = mix(b ^ 0x243f_6a88)
  let count = 1
  return () => {
    const sum = (((a + b) | 0) + count) | 0
    count = (count + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
}

export class Driver {
  readonly nodes: number
  readonly sampling: Sampling
  readonly rng: Rng
  readonly alive: Uint8Array
  /** Who pushes itself and shows nobody but its kind. */
  readonly hostile: Uint8Array
  /** Nodes of different sides do not reach each other. */
  readonly sides: Uint8Array
  readonly #viewSize: number
  readonly #shown: number
  readonly #evicts: boolean
  readonly #order: Uint32Array
  readonly #candidates: Uint32Array = new Uint32Array(64)
  readonly #one: Offer = new Offer()
  readonly #other: Offer = new Offer()
  #attackers: number[] = []
  /** Pushes of each attacker in a round. */
  force = 1

  constructor(init: DriverInit) {
    const { policy, nodes, viewSize = 32, exchangeSize = 16, seed = 1, groups = 0, evicts = true } = init
    this.nodes = nodes
    this.rng = chance(seed)
    this.alive = new Uint8Array(nodes).fill(1)
    this.hostile = new Uint8Array(nodes)
    this.sides = new Uint8Array(nodes)
    this.#viewSize = viewSize
    this.#shown = exchangeSize - 1
    this.#evicts = evicts
    this.#order = Uint32Array.from({ length: nodes }, (_, i) => i)
    const peers = {
      hashes: Uint32Array.from({ length: nodes }, (_, i) => mix(i ^ mix(seed))),
      groups: Uint32Array.from({ length: nodes }, () => (groups === 0 ? 0 : mix(1 + below(this.rng, groups))))
    }
    this.sampling = new Sampling({ policy, nodes, viewSize, exchangeSize, peers, rng: this.rng })
    for (let node = 0; node < nodes; node++) {
      this.sampling.join(node)
      if (init.star === true) this.sampling.learn(node, 0, 1)
      else
        for (let i = 0; i < viewSize; i++)
          this.sampling.learn(node, below(this.rng, nodes), below(this.rng, 20))
    }
  }

  run(rounds: number): void {
    for (let round = 0; round < rounds; round++) {
      this.#shuffle()
      for (let i = 0; i < this.nodes; i++) this.step(this.#order[i]!)
    }
  }

  /** One round of one node. */
  step(node: number): void {
    if (this.alive[node] === 0) return
    if (this.hostile[node] === 1) {
      this.#attack(node)
      return
    }
    const { sampling } = this
    const candidates = this.#candidates
    const count = sampling.begin(node, candidates)
    for (let i = 0; i < count; i++) {
      const partner = candidates[i]!
      if (this.#reaches(node, partner)) {
        this.#exchange(node, partner)
        break
      }
      if (this.#evicts) sampling.missed(node, partner)
    }
    const probes = sampling.probes(node, candidates)
    for (let i = 0; i < probes; i++) {
      const peer = candidates[i]!
      if (this.#reaches(node, peer)) sampling.met(node, peer)
      else if (this.#evicts) sampling.missed(node, peer)
    }
  }

  kill(node: number): void {
    this.alive[node] = 0
  }

  /** Makes the last `count` nodes hostile. */
  attack(count: number, force = 1): void {
    this.force = force
    this.#attackers = Array.from({ length: count }, (_, i) => this.nodes - 1 - i)
    for (const node of this.#attackers) this.hostile[node] = 1
  }

  #reaches(node: number, peer: number): boolean {
    return this.alive[peer] === 1 && this.sides[node] === this.sides[peer]
  }

  #exchange(node: number, partner: number): void {
    const { sampling } = this
    const one = this.#one
    const other = this.#other
    sampling.show(node, partner, one)
    if (this.hostile[partner] === 1) this.#lie(partner, other)
    else {
      sampling.met(partner, node)
      sampling.show(partner, node, other)
      sampling.merge(partner, node, role.responder, one, other)
    }
    sampling.met(node, partner)
    sampling.merge(node, partner, role.initiator, other, one)
  }

  /** Pushes itself and its kind to random honest nodes. */
  #attack(node: number): void {
    const { sampling } = this
    for (let push = 0; push < this.force; push++) {
      const victim = below(this.rng, this.nodes)
      if (this.alive[victim] === 0 || this.hostile[victim] === 1) continue
      this.#lie(node, this.#one)
      sampling.met(victim, node)
      sampling.show(victim, node, this.#other)
      sampling.merge(victim, node, role.responder, this.#one, this.#other)
    }
  }

  #lie(node: number, out: Offer): void {
    out.clear()
    for (let i = 0; i < this.#shown; i++) {
      const friend = this.#attackers[below(this.rng, this.#attackers.length)]!
      if (friend !== node) out.push(friend, 1)
    }
    out.push(node, 0)
  }

  #shuffle(): void {
    const order = this.#order
    for (let i = order.length - 1; i > 0; i--) {
      const j = below(this.rng, i + 1)
      const node = order[i]!
      order[i] = order[j]!
      order[j] = node
    }
  }

  isHonest(node: number): boolean {
    return this.alive[node] === 1 && this.hostile[node] === 0
  }

  /** What applications get at one node. */
  view(node: number): Uint32Array {
    const out = new Uint32Array(this.#viewSize)
    return out.subarray(0, this.sampling.view(node, out))
  }

  /** The share of the honest nodes' entries that `is` true of, the nodes all of whose entries are such, and those with at least one. */
  share(is: (peer: number, node: number) => boolean): { share: number; all: number; some: number } {
    let [entries, hits, all, some] = [0, 0, 0, 0]
    for (let node = 0; node < this.nodes; node++) {
      if (!this.isHonest(node)) continue
      const view = this.view(node)
      let own = 0
      for (const peer of view) if (is(peer, node)) own++
      entries += view.length
      hits += own
      if (own === view.length) all++
      if (own > 0) some++
    }
    return { share: hits / Math.max(entries, 1), all, some }
  }

  /** How many honest views hold each honest node: standard deviation, least, most, and how many nobody holds. */
  inDegrees(): { sd: number; mean: number; min: number; max: number; zero: number } {
    const degrees = new Uint32Array(this.nodes)
    const honest: number[] = []
    for (let node = 0; node < this.nodes; node++) {
      if (!this.isHonest(node)) continue
      honest.push(node)
      for (const peer of this.view(node)) degrees[peer]!++
    }
    const own = honest.map(node => degrees[node]!)
    const mean = own.reduce((sum, degree) => sum + degree, 0) / own.length
    const variance = own.reduce((sum, degree) => sum + (degree - mean) ** 2, 0) / own.length
    let [min, max, zero] = [Infinity, 0, 0]
    for (const degree of own) {
      min = Math.min(min, degree)
      max = Math.max(max, degree)
      if (degree === 0) zero++
    }
    return { sd: Math.sqrt(variance), mean, min, max, zero }
  }

  /** The mean share of links among a node's neighbours, over the first `samples` honest nodes, links taken both ways. */
  clustering(samples = 2_000): number {
    const neighbours = this.#neighbours()
    let [sum, count] = [0, 0]
    for (let node = 0; node < this.nodes && count < samples; node++) {
      const own = [...neighbours[node]!]
      if (!this.isHonest(node) || own.length < 2) continue
      let links = 0
      for (const one of own) for (const other of own) if (neighbours[one]!.has(other)) links++
      sum += links / (own.length * (own.length - 1))
      count++
    }
    return sum / count
  }

  /** How many honest nodes the largest component of the honest nodes' links leaves out. */
  outside(): number {
    const neighbours = this.#neighbours()
    const seen = new Uint8Array(this.nodes)
    let [total, largest] = [0, 0]
    for (let start = 0; start < this.nodes; start++) {
      if (!this.isHonest(start)) continue
      total++
      if (seen[start] === 1) continue
      const queue = [start]
      seen[start] = 1
      for (let at = 0; at < queue.length; at++)
        for (const peer of neighbours[queue[at]!]!)
          if (seen[peer] === 0) {
            seen[peer] = 1
            queue.push(peer)
          }
      largest = Math.max(largest, queue.length)
    }
    return total - largest
  }

  #neighbours(): Set<number>[] {
    const neighbours = Array.from({ length: this.nodes }, () => new Set<number>())
    for (let node = 0; node < this.nodes; node++) {
      if (!this.isHonest(node)) continue
      for (const peer of this.view(node))
        if (this.isHonest(peer)) {
          neighbours[node]!.add(peer)
          neighbours[peer]!.add(node)
        }
    }
    return neighbours
  }
}
