/**
 * How lively each node takes its peers to be: when each entry of the view was last known to live, and so whom to
 * ping.
 */
import { limits } from '../limits.ts'
import type { Losses } from './losses.ts'
import type { Views } from './views.ts'

/** Rounds after a loss in which more is pinged. */
const unrest = 64
/** Pings per round in calm, and while there is unrest. */
const inCalm = 1
const inUnrest = 3

export class Vitality {
  readonly #views: Views
  readonly #most: number
  /** The round in which each entry of the view was last known to live. */
  readonly #checked: Int32Array
  readonly #losses: Losses
  readonly #lastLoss: Int32Array
  readonly #places: Int32Array = new Int32Array(limits.maxProbes)

  /** No more than `most` pings per round. */
  constructor(views: Views, losses: Losses, most: number) {
    this.#views = views
    this.#most = most
    this.#checked = new Int32Array(views.nodes * views.max)
    this.#losses = losses
    this.#lastLoss = new Int32Array(views.nodes)
  }

  clear(node: number): void {
    this.#lastLoss[node] = -unrest
  }

  lost(node: number): void {
    this.#lastLoss[node] = this.#views.rounds[node]!
  }

  /** The entry at a place is new: its owner was alive when the claimed hop was 0. */
  came(at: number): void {
    this.#checked[at] = this.#views.born[at]!
  }

  /** The entry at a place has spoken. */
  spoke(node: number, at: number): void {
    this.#checked[at] = this.#views.rounds[node]!
  }

  /** The entry at `from` now stands at `to`. */
  moved(from: number, to: number): void {
    this.#checked[to] = this.#checked[from]!
  }

  /** Whom to ping: those not heard of for longest, the more the more were lost of late. Returns how many. */
  probes(node: number, out: Uint32Array): number {
    const { rounds, sizes, max, peers } = this.#views
    const checked = this.#checked
    const places = this.#places
    const round = rounds[node]!
    const usual = round - this.#lastLoss[node]! < unrest ? inUnrest : inCalm
    const wanted = Math.min(usual + Math.ceil(this.#losses.recent[node]! - 0.5), this.#most)
    const end = node * max + sizes[node]!
    let count = 0
    // By insertion: few are wanted of few.
    for (let at = node * max; at < end; at++) {
      const since = checked[at]!
      if (since >= round - 1) continue
      let place = count < wanted ? count++ : wanted
      while (place > 0 && checked[places[place - 1]!]! > since) {
        if (place < wanted) places[place] = places[place - 1]!
        place--
      }
      if (place < wanted) places[place] = at
    }
    for (let i = 0; i < count; i++) out[i] = peers[places[i]!]!
    return count
  }
}
