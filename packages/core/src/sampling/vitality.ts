/**
 * How lively each node takes its peers to be: when each entry of the view was last known to live, and so whom to
 * ping.
 */
import { limits } from '../limits.ts'
import type { Losses } from './losses.ts'
import type { Rows } from './rows.ts'
import type { Views } from './views.ts'

/** Rounds after a loss in which more is pinged. */
const unrest = 64
/** Pings per round in calm, and while there is unrest. */
const inCalm = 1
const inUnrest = 3

export class Vitality {
  readonly #views: Views
  readonly #most: number
  /**
   * The round in which each entry of the view was last known to live, by its lowest sixteen bits: all that is asked of it is
   * whom to ping first.
   */
  readonly #checked: Uint16Array
  readonly #losses: Losses
  readonly #lastLoss: Int32Array
  // Whom to ping, while they are looked for: where they stand, and for how long nothing has been heard of them.
  readonly #places: Int32Array = new Int32Array(limits.maxProbes)
  readonly #ages: Int32Array = new Int32Array(limits.maxProbes)

  /** No more than `most` pings per round. */
  constructor(rows: Rows, views: Views, losses: Losses, most: number) {
    this.#views = views
    this.#most = most
    this.#checked = rows.shorts(views.max)
    this.#losses = losses
    this.#lastLoss = rows.ints(1)
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
    const ages = this.#ages
    const round = rounds[node]!
    const usual = round - this.#lastLoss[node]! < unrest ? inUnrest : inCalm
    const wanted = Math.min(usual + Math.ceil(this.#losses.recent[node]! - 0.5), this.#most)
    const end = node * max + sizes[node]!
    let count = 0
    // By insertion: few are wanted of few.
    for (let at = node * max; at < end; at++) {
      const age = (round - checked[at]!) & 0xffff
      if (age < 2) continue
      let place = count < wanted ? count++ : wanted
      while (place > 0 && ages[place - 1]! < age) {
        if (place < wanted) {
          places[place] = places[place - 1]!
          ages[place] = ages[place - 1]!
        }
        place--
      }
      if (place < wanted) {
        places[place] = at
        ages[place] = age
      }
    }
    for (let i = 0; i < count; i++) out[i] = peers[places[i]!]!
    return count
  }
}
