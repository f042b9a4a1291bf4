/**
 * Random places of a row, without replacement, and what policies do with them. For every length there is one lasting
 * permutation of its places, and a draw shuffles only as many of them as are asked for: a partial shuffle of any
 * permutation is uniform, so nothing has to be set up before it.
 */
import { limits } from '../limits.ts'
import type { Rng } from '../random.ts'
import { below } from '../random.ts'
import type { Offer } from './offer.ts'
import type { Views } from './views.ts'

export class Places {
  readonly #rng: Rng
  // Bounded by the longest row that was ever drawn from, 255 at most.
  readonly #orders: Uint8Array[] = []
  readonly #flags: Uint8Array = new Uint8Array(256)

  constructor(rng: Rng) {
    this.#rng = rng
  }

  /** The first `count` places of what comes back are random ones of 0 to `length` - 1, in random order. To be used before the next draw. */
  draw(length: number, count: number): Uint8Array {
    const order = this.#order(length)
    for (let at = 0; at < count; at++) swap(order, at, at + below(this.#rng, length - at))
    return order
  }

  /** The same in no order that means anything, with no more chance than it takes; whoever is not chosen stands after them. */
  choose(length: number, count: number): Uint8Array {
    if (count * 2 <= length) return this.draw(length, count)
    const order = this.#order(length)
    for (let at = length - 1; at >= count; at--) swap(order, at, below(this.#rng, at + 1))
    return order
  }

  /** Different peers of the view in random order, after the `already` (0 or 1) in `out`. Returns how many there are then. */
  partners(views: Views, node: number, out: Uint32Array, count: number, already: number): number {
    const row = node * views.max
    const size = views.sizes[node]!
    const order = this.draw(size, Math.min(count, size))
    let found = already
    for (let i = 0; i < size && found < count; i++) {
      const peer = views.peers[row + order[i]!]!
      if (already === 0 || peer !== out[0]) out[found++] = peer
    }
    return found
  }

  /**
   * Shows at most `count` random entries of the view, after the first `spared` of its row; never `to`. In the order of the
   * row, so that a row in order makes a message in order.
   */
  show(views: Views, node: number, to: number, spared: number, out: Offer, count: number): void {
    const { peers, born } = views
    const row = node * views.max + spared
    const round = views.rounds[node]!
    const length = views.sizes[node]! - spared
    const shown = Math.min(count, length)
    const order = this.choose(length, shown)
    const flags = this.#flags
    // The fewer are flagged, those chosen or those left out.
    const rest = shown * 2 > length
    for (let i = rest ? shown : 0; i < (rest ? length : shown); i++) flags[order[i]!] = 1
    const chosen = rest ? 0 : 1
    let told = out.count
    for (let place = 0; place < length; place++) {
      const flag = flags[place]!
      flags[place] = 0
      if (flag !== chosen) continue
      let at = row + place
      if (peers[at] === to) {
        if (shown === length) continue
        at = row + order[shown + below(this.#rng, length - shown)]!
      }
      out.peers[told] = peers[at]!
      out.hops[told++] = Math.min((round - born[at]!) | 0, limits.maxHop)
    }
    out.count = told
  }

  #order(length: number): Uint8Array {
    while (this.#orders.length <= length)
      this.#orders.push(Uint8Array.from({ length: this.#orders.length }, (_, place) => place))
    return this.#orders[length]!
  }
}

function swap(order: Uint8Array, one: number, other: number): void {
  const place = order[one]!
  order[one] = order[other]!
  order[other] = place
}

/** Everybody in the packed view. Returns how many. */
export function everybody(views: Views, node: number, out: Uint32Array): number {
  const row = node * views.max
  const size = views.sizes[node]!
  for (let i = 0; i < size; i++) out[i] = views.peers[row + i]!
  return size
}

/** Where the eldest entry of the view stands by `since` or `born`, one of the eldest at random; -1 in an empty view. */
export function eldest(views: Views, node: number, by: Int32Array, rng: Rng): number {
  const row = node * views.max
  const end = row + views.sizes[node]!
  if (end === row) return -1
  let first = row
  let least = by[row]!
  let equals = 1
  for (let at = row + 1; at < end; at++) {
    const age = by[at]!
    if (age < least) {
      first = at
      least = age
      equals = 1
    } else if (age === least) equals++
  }
  if (equals < 2) return first
  let skip = below(rng, equals)
  for (let at = first; ; at++) if (by[at] === least && skip-- === 0) return at
}
