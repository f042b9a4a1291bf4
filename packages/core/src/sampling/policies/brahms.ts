/**
 * Brahms: E. Bortnikov, M. Gurevich, I. Keidar, G. Kliot, A. Shraer, "Brahms: Byzantine Resilient Random Membership
 * Sampling", Computer Networks 53(13), 2009. The view is made anew from those who pushed themselves to us (a share alpha),
 * those whom we pulled (beta) and a sample of all history (gamma), and not at all after more pushes than honest peers would
 * make. The sample is min-wise: of all ids that ever came by each sampler holds the one that its own random function puts
 * first, so repeating an id gains nothing. It is what applications get; pings keep it alive.
 *
 * Departures: an exchange is both: the question is a push of the initiator's own record (whom else it shows matters only
 * while there are free places), the answer a pull. With one exchange per round, a period of several rounds stands for the
 * paper's round. After too many pushes, and without any, the share of history alone is made anew: attackers do
 * not steer it, and without it a node that everybody knows would never learn anything. Where fewer pushed than alpha has
 * places for, fewer pulled come in too, and the rest stays: pulls are what attackers multiply in. Who pushes twice in a
 * period counts twice but comes in once.
 */
import { PexError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { Marks } from '../marks.ts'
import type { Offer } from '../offer.ts'
import { nobody } from '../peers.ts'
import { Places } from '../places.ts'
import type { Ground, Policy, Role, Rules, Verdict } from '../policy.ts'
import { role, verdict } from '../policy.ts'
import { Slots } from '../slots.ts'
import { Stream } from '../stream.ts'
import type { Tombstones } from '../tombstones.ts'
import type { Views } from '../views.ts'

export interface BrahmsOptions {
  /** Share of the view that comes from pushes; more pushes than that in a period are an attack. @default 0.45 */
  readonly alpha?: number
  /** Share of the view that comes from pulls; what is left is history (gamma). @default 0.45 */
  readonly beta?: number
  /** Rounds from one making of the view to the next. @default a quarter of c: then honest pushes seldom pass alpha */
  readonly period?: number
  /** Samplers whose holder is pinged in a round. @default 2 */
  readonly pings?: number
}

const mark = { barred: 0, held: 1 } as const

/** Brahms with c samplers. Throws `PEX_INVALID_PARAMETER` for numbers that make no sense. */
export function brahms(options: BrahmsOptions = {}): Policy {
  const { alpha = 0.45, beta = 0.45, period, pings = 2 } = options
  if (!(alpha > 0 && beta > 0 && alpha + beta <= 1))
    throw new PexError('PEX_INVALID_PARAMETER', 'alpha and beta must be shares of one whole')
  if (period !== undefined && !(Number.isInteger(period) && period >= 1))
    throw new PexError('PEX_INVALID_PARAMETER', 'period must be an integer of 1 or more')
  if (!Number.isInteger(pings) || pings < 0 || pings >= limits.maxProbes)
    throw new PexError('PEX_INVALID_PARAMETER', `pings must be an integer below ${limits.maxProbes}`)
  return {
    name: 'brahms',
    open: ground => new BrahmsRules(ground, alpha, beta, period ?? Math.max(ground.views.max >>> 2, 1), pings)
  }
}

class BrahmsRules implements Rules {
  readonly #views: Views
  readonly #marks: Marks
  readonly #tombstones: Tombstones
  readonly #shown: number
  readonly #c: number
  readonly #samplers: Slots
  readonly #pushed: Stream
  readonly #pulled: Stream
  /** Places that the view has for samples of history. */
  readonly #history: number
  readonly #places: Places
  /** The view as it was, while it is made anew. */
  readonly #before: { peers: Uint32Array; since: Int32Array; born: Int32Array; size: number }
  /** beta : alpha */
  readonly #ratio: number
  readonly #period: number
  readonly #pings: number

  constructor(ground: Ground, alpha: number, beta: number, period: number, pings: number) {
    const { rows, views, rng } = ground
    const c = views.max
    this.#views = views
    this.#marks = ground.marks
    this.#tombstones = ground.tombstones
    this.#shown = ground.shown
    this.#c = c
    this.#samplers = new Slots(rows, c, ground.peers, rng, false)
    this.#pushed = new Stream(rows, Math.max(Math.floor(alpha * c), 1), rng)
    this.#pulled = new Stream(rows, Math.max(Math.floor(beta * c), 1), rng)
    this.#history = c - this.#pushed.size - this.#pulled.size
    this.#places = new Places(rng)
    this.#before = { peers: new Uint32Array(c), since: new Int32Array(c), born: new Int32Array(c), size: 0 }
    this.#ratio = beta / alpha
    this.#period = period
    this.#pings = pings
  }

  #bar(node: number): void {
    this.#marks.wipe()
    this.#tombstones.mark(node, this.#marks, mark.barred)
    this.#marks.set(node, mark.barred)
  }

  /** Takes a peer into the view that is being made. */
  #take(node: number, peer: number, born: number): void {
    if (this.#views.isFull(node) || this.#marks.get(peer) >= 0) return
    this.#marks.set(peer, mark.held)
    const at = this.#views.add(node, peer, this.#views.rounds[node]! - born)
    for (let i = 0; i < this.#before.size; i++)
      if (this.#before.peers[i] === peer) this.#views.since[at] = this.#before.since[i]!
  }

  /** Takes the first `count` of those who came by. */
  #admit(node: number, stream: Stream, count: number): void {
    const row = node * stream.size
    const end = row + Math.min(count, stream.count(node))
    for (let at = row; at < end; at++) this.#take(node, stream.peers[at]!, stream.born[at]!)
  }

  /** The end of a period. */
  #renew(node: number): void {
    const row = node * this.#c
    const size = this.#views.sizes[node]!
    this.#before.peers.set(this.#views.peers.subarray(row, row + size))
    this.#before.since.set(this.#views.since.subarray(row, row + size))
    this.#before.born.set(this.#views.born.subarray(row, row + size))
    this.#before.size = size
    this.#views.sizes[node] = 0
    this.#bar(node)
    const pushes = this.#pushed.seen[node]!
    if (pushes > 0 && pushes <= this.#pushed.size && this.#pulled.seen[node]! > 0) {
      this.#admit(node, this.#pushed, pushes)
      this.#admit(node, this.#pulled, Math.ceil(pushes * this.#ratio))
    }
    const sampled = this.#places.draw(this.#c, this.#history)
    for (let i = 0; i < this.#history; i++) {
      const at = row + sampled[i]!
      if (this.#samplers.peers[at] !== nobody)
        this.#take(node, this.#samplers.peers[at]!, this.#samplers.born[at]!)
    }
    const kept = this.#places.draw(size, size)
    for (let i = 0; i < size; i++)
      this.#take(node, this.#before.peers[kept[i]!]!, this.#before.born[kept[i]!]!)
    this.#pushed.clear(node)
    this.#pulled.clear(node)
  }

  join(node: number): void {
    this.#samplers.clear(node)
    this.#pushed.clear(node)
    this.#pulled.clear(node)
  }

  begin(node: number): void {
    if (this.#views.rounds[node]! % this.#period === 0) this.#renew(node)
  }

  partners(node: number, out: Uint32Array, count: number): number {
    return this.#places.partners(this.#views, node, out, count, 0)
  }

  show(node: number, to: number, out: Offer): void {
    this.#places.show(this.#views, node, to, 0, out, this.#shown)
  }

  merge(node: number, from: number, as: Role, received: Offer): Verdict {
    this.#bar(node)
    const row = node * this.#c
    for (let at = row; at < row + this.#views.sizes[node]!; at++) {
      this.#marks.set(this.#views.peers[at]!, mark.held)
      if (this.#views.peers[at] === from) this.#views.put(at, node, from, 1)
    }
    this.#before.size = 0
    const round = this.#views.rounds[node]!
    for (let i = received.count - 1; i >= 0; i--) {
      const peer = received.peers[i]!
      if (this.#marks.get(peer) === mark.barred) continue
      const born = round - Math.min(received.hops[i]! + 1, limits.maxHop)
      const pull = as === role.initiator && peer !== from
      const push = as === role.responder && peer === from
      if (pull) this.#pulled.add(node, peer, born)
      if (push) this.#pushed.add(node, peer, born)
      if (pull || push) this.#samplers.offer(node, peer, born)
      this.#take(node, peer, born)
    }
    return verdict.welcome
  }

  remove(node: number, peer: number): void {
    const held = this.#views.find(node, peer)
    if (held >= 0) this.#views.remove(node, held)
    this.#pushed.remove(node, peer)
    this.#pulled.remove(node, peer)
    const row = node * this.#c
    for (let slot = row; slot < row + this.#c; slot++) {
      if (this.#samplers.peers[slot] !== peer) continue
      // The paper's sampler begins anew; so that it is not empty until the next message, with whom the view holds.
      this.#samplers.reset(slot)
      for (let i = row; i < row + this.#views.sizes[node]!; i++)
        this.#samplers.offerTo(slot, this.#views.peers[i]!, this.#views.born[i]!)
    }
    // Whoever has nobody left to ask asks history.
    if (this.#views.sizes[node] === 0) this.#renew(node)
  }

  learn(node: number, peer: number, hop: number): void {
    const at = this.#views.add(node, peer, Math.max(hop, 1))
    this.#samplers.offer(node, peer, this.#views.born[at]!)
  }

  view(node: number, out: Uint32Array): number {
    this.#marks.wipe()
    let count = 0
    for (let slot = node * this.#c; slot < (node + 1) * this.#c; slot++) {
      const peer = this.#samplers.peers[slot]!
      if (peer === nobody || this.#marks.get(peer) >= 0) continue
      this.#marks.set(peer, mark.held)
      out[count++] = peer
    }
    return count
  }

  holds(node: number, peer: number): boolean {
    const row = node * this.#c
    for (let slot = row; slot < row + this.#c; slot++) if (this.#samplers.peers[slot] === peer) return true
    return this.#pushed.has(node, peer) || this.#pulled.has(node, peer)
  }

  probes(node: number, out: Uint32Array): number {
    let count = 0
    for (let i = 0; i < this.#pings; i++) {
      const slot = node * this.#c + ((this.#views.rounds[node]! * this.#pings + i) % this.#c)
      if (this.#samplers.peers[slot] !== nobody) out[count++] = this.#samplers.peers[slot]!
    }
    return count
  }
}
