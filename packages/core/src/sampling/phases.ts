/**
 * The phases that the merges of casm and of Jelasity et al. 2007 are made of, on packed rows. A policy strings them
 * together in the order in which its paper or specification names them.
 *
 * A policy that uses them keeps its rows in order, eldest first, by the age that it goes by: then the oldest stand
 * together, a message's news only have to be merged in, and nothing is ever searched or sorted whole.
 */
import type { Rng } from '../random.ts'
import { below } from '../random.ts'
import { limits } from '../limits.ts'
import type { Marks } from './marks.ts'
import type { Offer } from './offer.ts'
import { nobody } from './peers.ts'
import { Places } from './places.ts'
import type { Ground } from './policy.ts'
import type { Tombstones } from './tombstones.ts'
import type { Views } from './views.ts'

/** From `news` on, marks say where among the news the peer stands. */
const mark = { barred: 0, sent: 1, news: 2 } as const

export class Phases {
  readonly #views: Views
  readonly #marks: Marks
  readonly #tombstones: Tombstones
  readonly #rng: Rng
  readonly #places: Places
  readonly #shown: number
  /** The order of the rows: by the claimed hop, or else by our own age, and then whatever comes in is the youngest. */
  readonly #byHop: boolean
  // The merge under way: what comes in, new or anew, eldest first. Bounded by a message.
  readonly #news: Uint32Array = new Uint32Array(limits.maxRecords)
  readonly #newsSince: Int32Array = new Int32Array(limits.maxRecords)
  readonly #newsBorn: Int32Array = new Int32Array(limits.maxRecords)
  #newsFrom = 0
  #newsTo = 0
  // What stays of the view, as places in the arrays, and where its row begins.
  #row = 0
  #from = 0
  #to = 0

  constructor(ground: Ground, age: 'own' | 'hop') {
    this.#views = ground.views
    this.#marks = ground.marks
    this.#tombstones = ground.tombstones
    this.#rng = ground.rng
    this.#places = new Places(ground.rng)
    this.#shown = ground.shown
    this.#byHop = age === 'hop'
  }

  /** Different peers of the view in random order; first, if `already` is 1, the one that stands in `out`. Returns how many. */
  partners(node: number, out: Uint32Array, count: number, already: number): number {
    return this.#places.partners(this.#views, node, out, count, already)
  }

  /** Shows random entries, and of the `elders` oldest only when there are no others. */
  show(node: number, to: number, elders: number, out: Offer): void {
    const { peers, sizes, rounds, born, max } = this.#views
    const first = Math.min(elders, sizes[node]!)
    this.#places.show(this.#views, node, to, first, out, this.#shown)
    const row = node * max
    for (let at = row; at < row + first && out.count < this.#shown; at++)
      if (peers[at] !== to) out.push(peers[at]!, rounds[node]! - born[at]!)
  }

  /**
   * Joins what the node holds with what it received, each peer once: of two claims the lower hop stays. The peer itself
   * makes its entry anew; hearsay makes nobody younger by our own count, and brings nobody back who does not answer.
   * Returns how many there are too many for the view.
   */
  union(node: number, from: number, received: Offer): number {
    const { sizes, rounds, max } = this.#views
    const marks = this.#marks
    const round = rounds[node]!
    marks.wipe()
    this.#tombstones.mark(node, marks, mark.barred)
    marks.set(node, mark.barred)
    const news = this.#news
    const newsBorn = this.#newsBorn
    const { peers, hops } = received
    let count = 0
    let inOrder = true
    for (let i = 0; i < received.count; i++) {
      const peer = peers[i]!
      if (marks.get(peer) >= 0) continue
      marks.set(peer, mark.news + count)
      const heard = round - Math.min(hops[i]! + 1, limits.maxHop)
      if (count > 0 && heard < newsBorn[count - 1]!) inOrder = false
      news[count] = peer
      this.#newsSince[count] = round
      newsBorn[count++] = heard
    }
    this.#row = node * max
    this.#from = this.#row
    this.#to = this.#row + sizes[node]!
    this.#newsFrom = 0
    this.#newsTo = count
    const first = this.#renew(from, count)
    // Most messages come in order: then only gaps are to be closed.
    if (!inOrder && this.#byHop) this.#sort(0, count)
    else if (first < count) this.#sort(first, count)
    return Math.max(this.#to - this.#from + this.#newsTo - max, 0)
  }

  /** Without the oldest. */
  heal(count: number): void {
    const { born } = this.#views
    const newsBorn = this.#newsBorn
    const end = this.#to
    const newsEnd = this.#byHop ? this.#newsTo : this.#newsFrom
    let at = this.#from
    let news = this.#newsFrom
    for (let i = 0; i < count; i++) {
      if (at < end && (news >= newsEnd || born[at]! <= newsBorn[news]!)) at++
      else news++
    }
    this.#from = at
    this.#newsFrom = news
  }

  /**
   * Without `count` of those that the node showed, where it still holds them: the partner holds them now. Returns how many
   * went.
   */
  swap(sent: Offer, count: number): number {
    if (count === 0) return 0
    const { peers, since, born } = this.#views
    const marks = this.#marks
    // The own record stands last. Who is spared, where not all of them go, is left to chance.
    const shown = Math.max(sent.count - 1, 0)
    const first = count < shown ? below(this.#rng, shown) : 0
    for (let i = 0; i < Math.min(count, shown); i++) marks.set(sent.peers[(first + i) % shown]!, mark.sent)
    const from = this.#from
    const end = this.#to
    let to = this.#row
    for (let at = from; at < end; at++) {
      if (marks.get(peers[at]!) === mark.sent) continue
      if (to !== at) move(peers, since, born, at, to)
      to++
    }
    this.#from = this.#row
    this.#to = to
    return end - from - (to - this.#row)
  }

  /** Without `count` random ones; the first `spared` in order, the oldest, are not among them. */
  evict(count: number, spared: number): void {
    for (let i = 0; i < count; i++) {
      const held = this.#to - this.#from
      const place = spared + below(this.#rng, held + this.#newsTo - this.#newsFrom - spared)
      if (place < held) this.#close(this.#from + place)
      else {
        this.#newsTo--
        for (let at = this.#newsFrom + place - held; at < this.#newsTo; at++) this.#shift(at + 1, at)
      }
    }
  }

  /**
   * The end of a merge: what is left is the view. Nothing moves twice: where places have come free at the head, as many of
   * the news come in from there, eldest first; the others from the end, youngest first.
   */
  keep(node: number): void {
    const { peers, since, born } = this.#views
    const byHop = this.#byHop
    const newsBorn = this.#newsBorn
    const count = this.#newsTo - this.#newsFrom
    const end = this.#to
    const middle = this.#newsFrom + Math.min(this.#from - this.#row, count)
    this.#views.sizes[node] = end - this.#from + count
    let to = this.#row
    let at = this.#from
    for (let i = this.#newsFrom; i < middle; i++) {
      const heard = newsBorn[i]!
      while (at < end && (!byHop || born[at]! <= heard)) move(peers, since, born, at++, to++)
      this.#enter(i, to++)
    }
    if (at !== to) while (at < end) move(peers, since, born, at++, to++)
    const stays = at
    at = end - 1
    to = at + this.#newsTo - middle
    for (let i = this.#newsTo - 1; i >= middle; i--) {
      const heard = newsBorn[i]!
      if (byHop) while (at >= stays && born[at]! > heard) move(peers, since, born, at--, to--)
      this.#enter(i, to--)
    }
  }

  #enter(news: number, at: number): void {
    const { peers, since, born } = this.#views
    peers[at] = this.#news[news]!
    since[at] = this.#newsSince[news]!
    born[at] = this.#newsBorn[news]!
  }

  /** A contact from elsewhere, to its place in the order. */
  learn(node: number, peer: number, hop: number): void {
    const { peers, since, born, max } = this.#views
    const by = this.#byHop ? born : since
    const row = node * max
    let at = this.#views.add(node, peer, Math.max(hop, 1))
    const entry = { since: since[at]!, born: born[at]!, by: by[at]! }
    for (; at > row && by[at - 1]! > entry.by; at--) move(peers, since, born, at - 1, at)
    peers[at] = peer
    since[at] = entry.since
    born[at] = entry.born
  }

  /** Without a peer, if it is held. */
  remove(node: number, peer: number): void {
    const at = this.#views.find(node, peer)
    if (at < 0) return
    this.#to = node * this.#views.max + this.#views.sizes[node]!--
    this.#close(at)
  }

  /**
   * Goes through the view: whoever was heard of too is renewed, and comes in anew where that changes its place in the order.
   * Returns the first of the news that is none, or `count`.
   */
  #renew(from: number, count: number): number {
    const { peers, since, born } = this.#views
    const marks = this.#marks
    const newsBorn = this.#newsBorn
    const byHop = this.#byHop
    const end = this.#to
    let first = count
    let to = this.#from
    for (let at = to; at < end; at++) {
      const peer = peers[at]!
      const news = marks.get(peer) - mark.news
      if (news >= 0) {
        if (peer === from) continue
        const younger = newsBorn[news]! > born[at]!
        if (younger && byHop) {
          this.#newsSince[news] = since[at]!
          continue
        }
        if (younger) born[at] = newsBorn[news]!
        this.#news[news] = nobody
        if (news < first) first = news
      }
      if (to !== at) move(peers, since, born, at, to)
      to++
    }
    this.#to = to
    return first
  }

  /** Puts the news that are left into order, eldest first; before `first` they are. */
  #sort(first: number, count: number): void {
    this.#newsTo = first
    for (let i = first; i < count; i++) {
      const peer = this.#news[i]!
      if (peer === nobody) continue
      const since = this.#newsSince[i]!
      const born = this.#newsBorn[i]!
      let at = this.#newsTo++
      if (this.#byHop) while (at > 0 && this.#newsBorn[at - 1]! > born) this.#shift(at - 1, at--)
      this.#news[at] = peer
      this.#newsSince[at] = since
      this.#newsBorn[at] = born
    }
  }

  #shift(from: number, to: number): void {
    this.#news[to] = this.#news[from]!
    this.#newsSince[to] = this.#newsSince[from]!
    this.#newsBorn[to] = this.#newsBorn[from]!
  }

  /** Closes the gap at a place. */
  #close(place: number): void {
    const { peers, since, born } = this.#views
    this.#to--
    for (let at = place; at < this.#to; at++) move(peers, since, born, at + 1, at)
  }
}

function move(peers: Uint32Array, since: Int32Array, born: Int32Array, from: number, to: number): void {
  peers[to] = peers[from]!
  since[to] = since[from]!
  born[to] = born[from]!
}
