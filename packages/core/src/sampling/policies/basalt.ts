/**
 * Basalt: A. Auvolat, Y.-D. Bromberg, D. Frey, D. Mvondo, F. Taïani, "BASALT: A Rock-Solid Byzantine-Tolerant Peer
 * Sampling for Very Large Decentralized Networks", Middleware 2023. Each of v slots searches stubbornly for the peer that
 * its own random ranking, network group first, puts first of all; a hit counter per slot tells who is heard of suspiciously
 * often, and the least heard of is asked; slots are reset in turn, and a slot's holder at that moment is a sample.
 *
 * Departures: one partner per round for both directions, where the paper pulls from one and pushes to another;
 * a message holds `exchangeSize` records, a random part of the view where that is less than v; who does not answer leaves
 * its slots, which are filled again from the others, and hearsay does not bring it back for a while (the paper waits for
 * the reset); a reset offers the slot what the view holds without counting hits of the others.
 */
import { PexError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { below } from '../../random.ts'
import type { Rng } from '../../random.ts'
import type { Marks } from '../marks.ts'
import type { Offer } from '../offer.ts'
import { nobody } from '../peers.ts'
import { everybody, Places } from '../places.ts'
import type { Ground, Policy, Role, Rules, Verdict } from '../policy.ts'
import { verdict } from '../policy.ts'
import { Slots } from '../slots.ts'
import type { Tombstones } from '../tombstones.ts'
import type { Views } from '../views.ts'

export interface BasaltOptions {
  /** k: slots that are reset at a time. @default 1 */
  readonly resets?: number
  /** k / rho: rounds from one reset to the next. @default 2 */
  readonly every?: number
}

const mark = { barred: 0, needed: 1, held: 2 } as const

/** Basalt with v = c slots. Throws `PEX_INVALID_PARAMETER` for numbers that make no sense. */
export function basalt({ resets = 1, every = 2 }: BasaltOptions = {}): Policy {
  if (!Number.isInteger(resets) || resets < 0)
    throw new PexError('PEX_INVALID_PARAMETER', 'resets must be an integer of 0 or more')
  if (!Number.isInteger(every) || every < 1)
    throw new PexError('PEX_INVALID_PARAMETER', 'every must be an integer of 1 or more')
  return { name: 'basalt', open: ground => new BasaltRules(ground, resets, every) }
}

class BasaltRules implements Rules {
  readonly #views: Views
  readonly #marks: Marks
  readonly #tombstones: Tombstones
  readonly #rng: Rng
  readonly #shown: number
  readonly #v: number
  readonly #slots: Slots
  readonly #places: Places
  /** The slot that is reset next, per node. */
  readonly #turns: Uint8Array
  readonly #resets: number
  readonly #every: number

  constructor(ground: Ground, resets: number, every: number) {
    this.#views = ground.views
    this.#marks = ground.marks
    this.#tombstones = ground.tombstones
    this.#rng = ground.rng
    this.#shown = ground.shown
    this.#v = ground.views.max
    this.#slots = new Slots(ground.rows, ground.views.max, ground.peers, ground.rng, true)
    this.#places = new Places(ground.rng)
    this.#turns = ground.rows.bytes(1)
    this.#resets = resets
    this.#every = every
  }

  /** Makes the packed view hold whoever holds a slot, each once. */
  #mirror(node: number): void {
    this.#marks.wipe()
    const row = node * this.#v
    for (let at = row; at < row + this.#v; at++)
      if (this.#slots.peers[at] !== nobody) this.#marks.set(this.#slots.peers[at]!, mark.needed)
    for (let at = row + this.#views.sizes[node]! - 1; at >= row; at--) {
      if (this.#marks.get(this.#views.peers[at]!) === mark.needed)
        this.#marks.set(this.#views.peers[at]!, mark.held)
      else this.#views.remove(node, at)
    }
    const round = this.#views.rounds[node]!
    for (let at = row; at < row + this.#v; at++) {
      const peer = this.#slots.peers[at]!
      if (peer === nobody || this.#marks.get(peer) === mark.held) continue
      this.#marks.set(peer, mark.held)
      this.#views.add(node, peer, round - this.#slots.born[at]!)
    }
  }

  /** Offers a slot whoever the view holds, except one. */
  #refill(node: number, slot: number, except: number): void {
    const row = node * this.#v
    const end = row + this.#views.sizes[node]!
    for (let at = row; at < end; at++)
      if (this.#views.peers[at] !== except)
        this.#slots.offerTo(slot, this.#views.peers[at]!, this.#views.born[at]!)
  }

  /** The least hit slot whose holder does not stand in `out` yet, one of the least hit at random; -1 if there is none. */
  #leastHit(node: number, out: Uint32Array, found: number): number {
    const row = node * this.#v
    let least = -1
    let equals = 0
    for (let at = row; at < row + this.#v; at++) {
      if (this.#slots.peers[at] === nobody) continue
      if (least >= 0 && this.#slots.hits[at]! > this.#slots.hits[least]!) continue
      let known = false
      for (let i = 0; i < found; i++) known ||= out[i] === this.#slots.peers[at]
      if (known) continue
      equals = least >= 0 && this.#slots.hits[at] === this.#slots.hits[least] ? equals + 1 : 1
      if (equals === 1 || below(this.#rng, equals) === 0) least = at
    }
    return least
  }

  join(node: number): void {
    this.#slots.clear(node)
    this.#turns[node] = 0
  }

  begin(node: number): void {
    if (this.#resets === 0 || this.#views.rounds[node]! % this.#every !== 0) return
    for (let i = 0; i < this.#resets; i++) {
      const slot = node * this.#v + this.#turns[node]!
      this.#turns[node] = (this.#turns[node]! + 1) % this.#v
      this.#slots.reset(slot)
      this.#refill(node, slot, nobody)
    }
    this.#mirror(node)
  }

  partners(node: number, out: Uint32Array, count: number): number {
    let found = 0
    while (found < count) {
      const slot = this.#leastHit(node, out, found)
      if (slot < 0) break
      if (found === 0) this.#slots.hits[slot]!++
      out[found++] = this.#slots.peers[slot]!
    }
    return found
  }

  show(node: number, to: number, out: Offer): void {
    this.#places.show(this.#views, node, to, 0, out, this.#shown)
  }

  merge(node: number, from: number, _as: Role, received: Offer): Verdict {
    this.#marks.wipe()
    this.#tombstones.mark(node, this.#marks, mark.barred)
    this.#marks.set(node, mark.barred)
    const round = this.#views.rounds[node]!
    let changed = false
    for (let i = 0; i < received.count; i++) {
      const peer = received.peers[i]!
      if (this.#marks.get(peer) >= 0) continue
      this.#marks.set(peer, mark.held)
      const born = round - Math.min(received.hops[i]! + 1, limits.maxHop)
      if (this.#slots.offer(node, peer, born)) changed = true
    }
    if (changed) this.#mirror(node)
    const at = this.#views.find(node, from)
    if (at >= 0) this.#views.put(at, node, from, 1)
    return verdict.welcome
  }

  remove(node: number, peer: number): void {
    if (this.#views.find(node, peer) < 0) return
    for (let slot = node * this.#v; slot < (node + 1) * this.#v; slot++) {
      if (this.#slots.peers[slot] !== peer) continue
      this.#slots.peers[slot] = nobody
      this.#slots.hits[slot] = 0
      this.#refill(node, slot, peer)
    }
    this.#mirror(node)
  }

  learn(node: number, peer: number, hop: number): void {
    if (this.#slots.offer(node, peer, this.#views.rounds[node]! - Math.max(hop, 1))) this.#mirror(node)
  }

  view(node: number, out: Uint32Array): number {
    return everybody(this.#views, node, out)
  }
}
