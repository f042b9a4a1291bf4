/**
 * Whom each node has been offered too often. Three tests, one after the other: a peer that is offered much more often than
 * others, a network group that is, and a message many of whose peers are refused, or most of whose peers are offered a
 * little too often, for long or of late (`Surge`): a sum over many shows what a single count cannot yet. Which peer is refused is
 * drawn by chance, the surer the further it is above what is usual.
 *
 * Sources: hit counters (Basalt), count-based samplers against targeted attacks (Busnel et al.); the sum is ours.
 */
import { chance } from '../random.ts'
import type { Losses } from './losses.ts'
import type { Offer } from './offer.ts'
import type { Ground } from './policy.ts'
import { exceeds, fewGroups, Seen } from './seen.ts'
import { Surge } from './surge.ts'
import { limits } from '../limits.ts'

/** Rounds in which a count is halved. */
const window = 64
/** Losses of late with which twice the usual count is allowed; more allow no more. */
const mostLosses = 8

/** Standard deviations above what is usual at which the sum of a message's counts is refused. */
const mostOfSum = 2
/** Share of refused peers above which the whole message is. Without it a sybil of 50 groups keeps 24 % instead of 11 %. */
const mostRefused = 0.35

export class Crowding {
  readonly #ground: Ground
  readonly #peers: Seen
  readonly #groups: Seen
  readonly #surge: Surge
  /** Rounds for which the node has counted. */
  readonly #known: Int32Array
  readonly #losses: Losses
  readonly #refused: Uint8Array = new Uint8Array(limits.maxRecords)

  constructor(ground: Ground) {
    const { nodes } = ground.views
    this.#ground = ground
    this.#peers = new Seen(nodes, 8_192, window)
    this.#groups = new Seen(nodes, 2_048, window)
    this.#surge = new Surge(ground)
    this.#known = new Int32Array(nodes)
    this.#losses = ground.losses
  }

  clear(node: number): void {
    this.#peers.clear(node)
    this.#groups.clear(node)
    this.#surge.clear(node)
    this.#known[node] = 0
  }

  /**
   * True when the node has counted for long enough to judge, and knows of so many that its view cannot hold them all: in a
   * small network everybody is talked of all the time. Each peer has two cells.
   */
  #isRipe(node: number): boolean {
    return this.#known[node]! >= window && this.#peers.ordinary(node) >= 4 * this.#ground.views.max
  }

  /** A round goes by. */
  pass(node: number, round: number): void {
    this.#known[node]!++
    this.#peers.pass(node, round)
    this.#groups.pass(node, round)
    this.#surge.pass(node, round)
  }

  /** Counts what was received, the first `judged` places, and judges them where it `isWary`. True where the message is to be refused whole. */
  judge(node: number, received: Offer, judged: number, isWary: boolean): boolean {
    const active = isWary && this.#isRipe(node)
    const { hashes, groups } = this.#ground.peers
    const mean = this.#mean(node)
    const most = mostOfPeer(mean)
    const mostOfGroup = this.#mostOfGroup(node, mean)
    let sum = 0
    let refused = 0
    for (let place = 0; place < judged; place++) {
      const peer = received.peers[place]!
      const count = this.#peers.count(node, hashes[peer]!)
      const group = groups[peer]!
      const ofGroup = group === 0 ? 0 : this.#groups.count(node, group)
      sum += count
      const isRefused = active && (this.#isTooOften(count, most) || this.#isTooOften(ofGroup, mostOfGroup))
      this.#refused[place] = isRefused ? 1 : 0
      if (isRefused) refused++
    }
    const known = this.#known[node]!
    if (isWary && this.#surge.judge(node, received, judged, known, this.#tolerance(node))) return true
    if (!active) return false
    if (refused > mostRefused * judged) return true
    return exceeds(sum, mean * judged, mostOfSum)
  }

  /** What peers that are talked of are usually counted. */
  #mean(node: number): number {
    return this.#peers.mean(node) * this.#tolerance(node)
  }

  /**
   * Where peers die and others come all the time, those who stay are counted more than the mean, which is of the dead and
   * the new as well.
   */
  #tolerance(node: number): number {
    return 1 + Math.min(this.#losses.recent[node]!, mostLosses) / mostLosses
  }

  isRefused(place: number): boolean {
    return this.#refused[place] === 1
  }

  /** The same test for a peer that the node holds. */
  refuses(node: number, peer: number): boolean {
    if (!this.#isRipe(node)) return false
    const { hashes, groups } = this.#ground.peers
    const mean = this.#mean(node)
    const group = groups[peer]!
    return (
      this.#isTooOften(this.#peers.of(node, hashes[peer]!), mostOfPeer(mean)) ||
      (group !== 0 && this.#isTooOften(this.#groups.of(node, group), this.#mostOfGroup(node, mean)))
    )
  }

  #mostOfGroup(node: number, mean: number): number {
    return this.#groups.ordinary(node) < fewGroups ? 255 : 2 * this.#groups.mean(node) + 3 * mean + 1
  }

  /** The further above, the surer: with the fourth power of the ratio. */
  #isTooOften(count: number, most: number): boolean {
    if (count <= most) return false
    const share = (most / count) * (most / count)
    return !chance(this.#ground.rng, share * share)
  }
}

/** The count above which a peer is offered too often, where so many are usual. */
function mostOfPeer(mean: number): number {
  return 1.5 * mean + 1
}
