/**
 * Peer sampling at work: what some nodes that follow one policy decide, in numbers. It never waits and sends nothing; a
 * driver asks it step by step and tells it what came of each: the machine of a namespace (namespace.ts) for a host's one
 * node, a simulation for a million.
 *
 * What every policy shares is here: a node's rounds, tombstones, recovery memory. What differs is the policy's.
 */
import type { Rng } from '../random.ts'
import { below, chance } from '../random.ts'
import { limits } from '../limits.ts'
import { Losses } from './losses.ts'
import { Marks } from './marks.ts'
import { Memory } from './memory.ts'
import type { Offer, Picks } from './offer.ts'
import type { Peers } from './peers.ts'
import { nobody } from './peers.ts'
import type { Policy, Role, Rules, Settlement, Verdict } from './policy.ts'
import { Rows } from './rows.ts'
import { Tombstones } from './tombstones.ts'
import { Views } from './views.ts'

export interface SamplingInit {
  readonly policy: Policy
  readonly nodes: number
  /** c */
  readonly viewSize: number
  /** Records in a message, the own one included. */
  readonly exchangeSize: number
  readonly peers: Peers
  readonly rng: Rng
}

export class Sampling {
  readonly views: Views
  readonly memory: Memory
  readonly #rows: Rows
  readonly #exchangeSize: number
  readonly #marks: Marks
  readonly #losses: Losses
  readonly #tombstones: Tombstones
  readonly #rules: Rules
  readonly #rng: Rng
  // For each node a peer that was lost and has answered, to be asked next; `nobody` for most.
  readonly #returned: Uint32Array

  constructor({ policy, nodes, viewSize, exchangeSize, peers, rng }: SamplingInit) {
    this.#rng = rng
    this.#exchangeSize = exchangeSize
    const rows = new Rows(nodes)
    this.#rows = rows
    this.views = new Views(rows, viewSize)
    this.memory = new Memory(rows, rng)
    this.#losses = new Losses(rows)
    this.#marks = new Marks(peers.hashes.length)
    this.#tombstones = new Tombstones(rows, rng)
    this.#returned = rows.words(1).fill(nobody)
    this.#rules = policy.open({
      rows,
      views: this.views,
      memory: this.memory,
      tombstones: this.#tombstones,
      peers,
      losses: this.#losses,
      marks: this.#marks,
      rng,
      shown: exchangeSize - 1
    })
  }

  /** True when an exchange between two such nodes takes a third message. */
  get settles(): boolean {
    return this.#rules.settling !== undefined
  }

  /** A node starts, or starts again, knowing nobody. */
  join(node: number): void {
    this.views.sizes[node] = 0
    this.views.rounds[node] = 0
    this.memory.clear(node)
    this.#tombstones.clear(node)
    this.#losses.clear(node)
    this.#returned[node] = nobody
    this.#rules.join(node)
  }

  /** A contact from elsewhere fills a free place. False when there is none, or the peer is held already. */
  learn(node: number, peer: number, hop: number): boolean {
    if (peer === node || this.views.isFull(node) || this.views.find(node, peer) >= 0) return false
    this.#rules.learn(node, peer, hop)
    return true
  }

  /** A round or an exchange of the node is next. For whoever leads many nodes: that goes faster then. */
  touch(node: number): void {
    this.#rows.touch(node)
  }

  /** Time goes on, though the node's last round does too. */
  pass(node: number): void {
    this.#tombstones.expire(node, ++this.views.rounds[node]!)
    this.#losses.pass(node)
  }

  /** Begins the node's next round: whom to try, one after the other, until an exchange works. Returns how many. */
  begin(node: number, out: Uint32Array): number {
    this.pass(node)
    this.#rules.begin(node)
    this.#remember(node)
    const returned = this.#returned[node]!
    this.#returned[node] = nobody
    if (returned === nobody || this.views.find(node, returned) >= 0)
      return this.#rules.partners(node, out, limits.triesPerRound)
    // First whoever was lost: the other side of a split may be behind it.
    let count = this.#rules.partners(node, out, limits.triesPerRound - 1)
    let at = 0
    while (at < count && out[at] !== returned) at++
    if (at === count) count++
    for (; at > 0; at--) out[at] = out[at - 1]!
    out[0] = returned
    return count
  }

  #remember(node: number): void {
    const { views, memory } = this
    const size = views.sizes[node]!
    if (size > 0)
      memory.renew(node, views.peers[node * views.max + below(this.#rng, size)]!, views.rounds[node]!)
  }

  /** Whom to ping in this round, one from recovery memory perhaps among them. Returns how many, `limits.maxProbes` at most. */
  probes(node: number, out: Uint32Array): number {
    let count = this.#rules.probes?.(node, out) ?? 0
    const isDue = chance(this.#rng, limits.recoveryProbe) || this.memory.isSplit(node)
    const remembered = isDue ? this.memory.pick(node) : nobody
    if (remembered !== nobody) out[count++] = remembered
    return count
  }

  /** False to turn a caller away for now. */
  admits(node: number, from: number): boolean {
    return this.#rules.admits?.(node, from) ?? true
  }

  /**
   * Whether a caller that is turned away because we are busy is shown somebody all the same: if its message has so few
   * records that it has hardly anybody else to ask. Whoever shows too little for an exchange always is: it learns from
   * that until it has enough.
   */
  teaches(records: number): boolean {
    return this.settles && records * 2 <= this.#exchangeSize
  }

  /** What to show `to`, the own record last. */
  show(node: number, to: number, out: Offer): void {
    out.clear()
    this.#rules.show(node, to, out)
    out.push(node, 0)
  }

  /**
   * What to teach a caller that is turned away: whom the policy says, and beyond that, as far as a message goes, whom this node
   * has only in memory: in a split they are what a newcomer cannot learn elsewhere.
   */
  teach(node: number, to: number, out: Offer): void {
    out.clear()
    if (this.#rules.teach === undefined) this.#rules.show(node, to, out)
    else this.#rules.teach(node, to, out)
    const { memory } = this
    const row = node * memory.size
    const end = row + memory.counts[node]!
    for (let at = row; at < end && out.count < limits.maxRecords - 1; at++) {
      const peer = memory.peers[at]!
      // Whoever has come back may still stand here as lost, and a message that names one peer twice is refused whole.
      if (memory.lost[at]! >= 0 && peer !== to && !out.has(peer)) out.push(peer, limits.memoryHop)
    }
    out.push(node, 0)
  }

  /** The first of three messages, or the second, has come: what to take of it. */
  pick(node: number, from: number, as: Role, received: Offer, picks: Picks): Verdict {
    picks.clear()
    return this.#rules.settling!.pick(node, from, as, received, picks)
  }

  /** Both sides have picked. */
  settle(node: number, from: number, as: Role, exchange: Settlement): void {
    this.#rules.settling!.settle(node, from, as, exchange)
  }

  /** Both messages of an exchange of two have come. */
  merge(node: number, from: number, as: Role, received: Offer, sent: Offer): Verdict {
    this.#recall(node, received)
    return this.#rules.merge(node, from, as, received, sent)
  }

  /** Takes out of an offer those whom the sender has only in memory: newcomers inherit them, and nobody samples them. */
  #recall(node: number, received: Offer): void {
    const round = this.views.rounds[node]!
    let kept = 0
    for (let i = 0; i < received.count; i++) {
      const peer = received.peers[i]!
      const hop = received.hops[i]!
      if (hop < limits.memoryHop) {
        received.peers[kept] = peer
        received.hops[kept++] = hop
      } else if (this.#isNews(node, peer)) this.memory.keep(node, peer, round)
    }
    received.count = kept
  }

  /** Whether memory has room for the peer and no reason against it: hearsay of the buried is not believed here either. */
  #isNews(node: number, peer: number): boolean {
    const { memory } = this
    const isFree = memory.counts[node]! < memory.size && memory.find(node, peer) < 0
    return isFree && peer !== node && !this.#tombstones.has(node, peer)
  }

  /** The peer has spoken to us, or answered: it lives. */
  met(node: number, peer: number): void {
    this.#tombstones.unbury(node, peer)
    if (this.memory.found(node, peer)) {
      this.#returned[node] = peer
      this.#rules.rejoined?.(node, peer)
    }
    this.#rules.met?.(node, peer)
  }

  /** The peer did not answer: it leaves the view, and hearsay of it is not believed for a while. */
  missed(node: number, peer: number): void {
    const round = this.views.rounds[node]!
    const held = this.views.find(node, peer) >= 0
    this.#remove(node, peer)
    this.#tombstones.bury(node, peer, round)
    if (this.memory.missed(node, peer, round)) return
    if (held && this.#losses.lost(node) * 5 > this.views.sizes[node]!) this.memory.keep(node, peer, round)
  }

  /** The peer's answer had to be rejected: it leaves everything. */
  forget(node: number, peer: number): void {
    this.#remove(node, peer)
    this.#tombstones.bury(node, peer, this.views.rounds[node]!)
    this.memory.forget(node, peer)
  }

  /** A newer record shows that the peer lives, or soon will: hearsay of it is believed again. */
  unbury(node: number, peer: number): void {
    this.#tombstones.unbury(node, peer)
  }

  isBuried(node: number, peer: number): boolean {
    return this.#tombstones.has(node, peer)
  }

  /** Whether anything of the node's still has the peer's number: if not, the number may be given to another peer. */
  holds(node: number, peer: number): boolean {
    return (
      this.views.find(node, peer) >= 0 ||
      this.memory.find(node, peer) >= 0 ||
      this.#tombstones.has(node, peer) ||
      this.#returned[node] === peer ||
      (this.#rules.holds?.(node, peer) ?? false)
    )
  }

  /** Everybody in the node's view, what the policy keeps beside the packed view included. Returns how many; each once. */
  view(node: number, out: Uint32Array): number {
    return this.#rules.view(node, out)
  }

  #remove(node: number, peer: number): void {
    this.#rules.remove(node, peer)
    if (this.#returned[node] === peer) this.#returned[node] = nobody
  }
}
