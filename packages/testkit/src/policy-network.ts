/**
 * A network of nodes that follow one policy or several, without time and loss: in each round every live node, in fresh
 * random order, makes one exchange at once (the cycle model of the literature). For the suite of policies.
 */
import { limits, mix, Offer, Picks, role, Sampling, shuffle, verdict } from '@pex/core'
import type { SamplingInit } from '@pex/core'
import type { SeededRng } from './chance.ts'

type Policy = SamplingInit['policy']

export interface PolicyNetworkInit {
  /** Node i follows the policy i modulo their number. */
  readonly policies: readonly Policy[]
  readonly nodes: number
  readonly rng: SeededRng
  readonly viewSize: number
  readonly exchangeSize: number
}

export class PolicyNetwork {
  readonly nodes: number
  readonly viewSize: number
  /** Bounded by the nodes. */
  readonly dead: Set<number> = new Set()
  /** Offers that were longer than a message may be, or broke another rule of messages. Bounded by the offers of one test. */
  readonly wrong: string[] = []
  readonly #samplings: readonly Sampling[]
  readonly #rng: SeededRng
  readonly #exchangeSize: number
  readonly #offers = [new Offer(), new Offer()] as const
  readonly #picks = [new Picks(), new Picks()] as const
  readonly #out: Uint32Array = new Uint32Array(limits.maxViewSize + limits.maxProbes)

  /** Everybody but node 0 knows node 0, and nobody else. */
  constructor({ policies, nodes, rng, viewSize, exchangeSize }: PolicyNetworkInit) {
    this.nodes = nodes
    this.viewSize = viewSize
    this.#rng = rng
    this.#exchangeSize = exchangeSize
    const secret = rng.fork('hashes')()
    const peers = {
      hashes: Uint32Array.from({ length: nodes }, (_, i) => mix(i ^ secret)),
      groups: new Uint32Array(nodes)
    }
    this.#samplings = policies.map(
      (policy, i) =>
        new Sampling({ policy, nodes, viewSize, exchangeSize, peers, rng: rng.fork(`policy ${i}`) })
    )
    for (let node = 0; node < nodes; node++) {
      this.of(node).join(node)
      if (node > 0) this.of(node).learn(node, 0, 1)
    }
  }

  /** The rules at work on a node. */
  of(node: number): Sampling {
    return this.#samplings[node % this.#samplings.length]!
  }

  run(rounds: number): void {
    const nodes = Array.from({ length: this.nodes }, (_, i) => i)
    for (let round = 0; round < rounds; round++)
      for (const node of shuffle(this.#rng, nodes)) if (!this.dead.has(node)) this.#round(node)
  }

  view(node: number): number[] {
    return [...this.#out.subarray(0, this.of(node).view(node, this.#out))]
  }

  live(): number[] {
    return Array.from({ length: this.nodes }, (_, i) => i).filter(node => !this.dead.has(node))
  }

  /** All entries of all live views. */
  entries(): number[] {
    return this.live().flatMap(node => this.view(node))
  }

  /** Whether links, taken both ways, join all live nodes. */
  connected(): boolean {
    const live = this.live()
    const neighbours = new Map(live.map(node => [node, new Set<number>()]))
    for (const node of live)
      for (const peer of this.view(node)) {
        neighbours.get(node)!.add(peer)
        neighbours.get(peer)?.add(node)
      }
    const seen = new Set([live[0]!])
    for (const node of seen)
      for (const peer of neighbours.get(node) ?? []) if (neighbours.has(peer)) seen.add(peer)
    return seen.size === live.length
  }

  #round(node: number): void {
    const sampling = this.of(node)
    const candidates = this.#out.slice(0, sampling.begin(node, this.#out))
    for (const partner of candidates) {
      if (this.dead.has(partner)) sampling.missed(node, partner)
      else if (this.#exchange(node, partner)) break
    }
    for (const peer of this.#out.slice(0, sampling.probes(node, this.#out))) {
      if (this.dead.has(peer)) sampling.missed(node, peer)
      else {
        sampling.met(node, peer)
        this.of(peer).met(peer, node)
      }
    }
  }

  /** True when the exchange worked. */
  #exchange(node: number, partner: number): boolean {
    const [ours, theirs] = this.#offers
    const asking = this.of(node)
    const asked = this.of(partner)
    this.#show(node, partner, ours)
    asked.met(partner, node)
    asking.met(node, partner)
    if (!asked.admits(partner, node)) return asked.teaches(ours.count) && this.#teach(node, partner)
    if (asking.settles && asked.settles) return this.#settle(node, partner)
    this.#show(partner, node, theirs)
    if (asked.merge(partner, node, role.responder, ours, theirs) !== verdict.welcome) return false
    return asking.merge(node, partner, role.initiator, theirs, ours) === verdict.welcome
  }

  /** No exchange; whoever knows next to nobody is shown somebody all the same. */
  #teach(node: number, partner: number): boolean {
    const [ours, theirs] = this.#offers
    const asked = this.of(partner)
    asked.teach(partner, node, theirs)
    return (
      theirs.count > 1 && this.of(node).merge(node, partner, role.initiator, theirs, ours) === verdict.welcome
    )
  }

  #settle(node: number, partner: number): boolean {
    const [ours, theirs] = this.#offers
    const [ourPicks, theirPicks] = this.#picks
    const asking = this.of(node)
    const asked = this.of(partner)
    const judgement = asked.pick(partner, node, role.responder, ours, theirPicks)
    if (judgement === verdict.tooShort) return this.#teach(node, partner)
    if (judgement !== verdict.welcome) return false
    this.#show(partner, node, theirs)
    if (asking.pick(node, partner, role.initiator, theirs, ourPicks) !== verdict.welcome) return false
    const received = { sent: theirs, received: ours, taken: theirPicks, given: ourPicks }
    asked.settle(partner, node, role.responder, received)
    asking.settle(node, partner, role.initiator, {
      sent: ours,
      received: theirs,
      taken: ourPicks,
      given: theirPicks
    })
    return true
  }

  #show(node: number, to: number, out: Offer): void {
    this.of(node).show(node, to, out)
    const fault = offerFault(out, node, to, this.#exchangeSize)
    if (fault !== undefined) this.wrong.push(`node ${node} to ${to}: ${fault}`)
  }
}

/** What is wrong with an offer, if anything is. */
export function offerFault(
  offer: Offer,
  owner: number,
  to: number,
  exchangeSize: number
): string | undefined {
  const peers = [...offer.peers.subarray(0, offer.count)]
  const hops = [...offer.hops.subarray(0, offer.count)]
  if (peers.length > exchangeSize) return `${peers.length} records where ${exchangeSize} are allowed`
  if (peers.pop() !== owner || hops.pop() !== 0) return 'the own record with hop 0 does not stand last'
  if (new Set(peers).size < peers.length) return 'the same peer twice'
  if (peers.includes(owner)) return 'the own record twice'
  if (peers.includes(to)) return 'the word about the partner itself'
  if (hops.some(hop => hop < 1 || hop > limits.maxHop)) return 'a hop that is no hop'
  return undefined
}
