/**
 * Whether a message is part of a sudden push: a sum over all that it names, of how often each was named in the last few
 * rounds. Long counts tell who is pushed a little, for long; an attack that begins has taken the view before they move.
 * Short ones are too noisy to judge one peer by, but not a whole message.
 *
 * Network groups are summed as well, for ids that are new in every message. Groups differ in size, so what a message of
 * honest peers comes to is followed, slowly, and kept within bounds: whoever pushes cannot teach us much.
 *
 * Sources: cumulative sums against sudden change (Page 1954), here over places instead of time; the rest is ours.
 */
import type { Offer } from './offer.ts'
import type { Ground } from './policy.ts'
import { exceeds, fewGroups, Seen } from './seen.ts'

/** Rounds in which a count is halved. */
const window = 16
/** Rounds before the first message is judged: a node that is new, and those around it, swap so much that all is unusual. */
const settling = 2 * window
/** How far above what is usual a sum has to be, in standard deviations: for peers one honest message in twenty is. */
const mostOfPeers = 1.3
const mostOfGroups = 2
/** A message of honest peers comes to so many times the mean of all groups, at first, at least and at most. */
const skew = { first: 1.5, least: 1, most: 8 }
/** The skew above which one honest message in ten is; it is followed in steps of so much, in smaller ones where a message is refused. */
const step = { usual: 0.02, refused: 0.005 }
const tenth = 0.1

export class Surge {
  readonly #ground: Ground
  readonly #peers: Seen
  readonly #groups: Seen
  readonly #skews: Float32Array

  constructor(ground: Ground) {
    const { nodes } = ground.views
    this.#ground = ground
    this.#peers = new Seen(nodes, 4_096, window)
    this.#groups = new Seen(nodes, 2_048, window)
    this.#skews = new Float32Array(nodes).fill(skew.first)
  }

  clear(node: number): void {
    this.#peers.clear(node)
    this.#groups.clear(node)
    this.#skews[node] = skew.first
  }

  /** A round goes by. */
  pass(node: number, round: number): void {
    this.#peers.pass(node, round)
    this.#groups.pass(node, round)
  }

  /**
   * Counts what was received, the first `judged` places. True where it is part of a push, and the node has counted for enough
   * rounds (`known`), and knows of enough peers, to say so. `tolerance`: how many times the usual count is usual at the moment.
   */
  judge(node: number, received: Offer, judged: number, known: number, tolerance: number): boolean {
    const { hashes, groups } = this.#ground.peers
    let ofPeers = 0
    let ofGroups = 0
    let grouped = 0
    for (let place = 0; place < judged; place++) {
      const peer = received.peers[place]!
      ofPeers += this.#peers.count(node, hashes[peer]!)
      const group = groups[peer]!
      if (group === 0) continue
      ofGroups += this.#groups.count(node, group)
      grouped++
    }
    if (known < settling || this.#peers.ordinary(node) < 4 * this.#ground.views.max) return false
    const areGroupsPushed = grouped * 2 > judged && this.#judgeGroups(node, ofGroups, grouped)
    const usual = this.#peers.mean(node) * tolerance * judged
    return areGroupsPushed || exceeds(ofPeers, usual, mostOfPeers)
  }

  #judgeGroups(node: number, sum: number, grouped: number): boolean {
    const usual = this.#skews[node]! * this.#groups.mean(node) * grouped
    if (usual === 0 || this.#groups.ordinary(node) < fewGroups) return false
    const isPushed = sum > 1.2 * usual + mostOfGroups * Math.sqrt(usual) + 1
    const by = isPushed ? step.refused : step.usual
    const followed = this.#skews[node]! * (sum > usual ? 1 + by * (1 - tenth) : 1 - by * tenth)
    this.#skews[node] = Math.min(skew.most, Math.max(skew.least, followed))
    return isPushed
  }
}
