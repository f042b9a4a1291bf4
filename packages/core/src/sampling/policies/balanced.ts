/**
 * `balanced`, our own policy. An exchange shows many entries and swaps few; every entry that comes in on one side goes out on
 * the other, so that in-degrees stay equal; what a node was offered too often it refuses, so that nobody gains by pushing;
 * and the peers not heard of for longest are pinged, so that the dead leave soon. Where each rule is from and what it buys
 * is in docs/PAPERS.md and docs/policies.md.
 */
import { PexError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { below, chance } from '../../random.ts'
import { Callers } from '../callers.ts'
import { Crowding } from '../crowding.ts'
import { Picks } from '../offer.ts'
import type { Offer } from '../offer.ts'
import { nobody } from '../peers.ts'
import { eldest, Places } from '../places.ts'
import type { Ground, Policy, Role, Rules, Settlement, Verdict } from '../policy.ts'
import { role, verdict } from '../policy.ts'
import { Slots } from '../slots.ts'
import { Vitality } from '../vitality.ts'

export interface BalancedOptions {
  /** Entries that an exchange swaps, the initiator's own record among them. More mix faster, and let attackers in faster. @default 2 */
  readonly swap?: number
  /** Places of the view that are min-wise slots, ranked by network group: what pushing cannot touch. @default 4 */
  readonly slots?: number
  /** Chance per round that one slot begins anew. @default 0.045 */
  readonly renewal?: number
  /** Chance that a partner is taken from the slots instead of the eldest of the view. @default 0.25 */
  readonly trusted?: number
  /** Most pings per round for those of whom the node has not heard for longest: 1 in calm, more the more it has lost of late. @default 8 */
  readonly pings?: number
  /** Exchanges that a node answers per round of its own, on average; one is the rule. @default 2 */
  readonly answers?: number
  /** False for networks of friends: nothing is ever refused for being offered too often, as in views of fewer than 6. @default true */
  readonly wary?: boolean
}

const mark = { barred: 0, held: 1 } as const

/** Rounds for which a node that has just joined swaps whole messages, and its slots do not count. */
const youth = 30
/** A node that has found the other side of a split swaps so many entries, for so many rounds, and after a pause may again. */
const reunion = { swap: 6, rounds: 12, pause: 64 }

/** Balanced. Throws `PEX_INVALID_PARAMETER` for numbers that make no sense. */
export function balanced(options: BalancedOptions = {}): Policy {
  const { swap = 2, slots = 4, renewal = 0.045, trusted = 0.25 } = options
  const { pings = 8, answers = 2, wary = true } = options
  for (const [name, value, least, most] of [
    ['swap', swap, 1, limits.maxRecords / 2],
    ['slots', slots, 0, limits.maxViewSize / 2],
    ['pings', pings, 1, limits.maxProbes / 2]
  ] as const)
    if (!Number.isInteger(value) || value < least || value > most)
      throw new PexError('PEX_INVALID_PARAMETER', `${name} must be an integer from ${least} to ${most}`)
  for (const [name, value] of Object.entries({ renewal, trusted }))
    if (!(value >= 0 && value <= 1))
      throw new PexError('PEX_INVALID_PARAMETER', `${name} must be a chance between 0 and 1`)
  if (!(answers >= 1 && answers <= 255))
    throw new PexError('PEX_INVALID_PARAMETER', 'answers must be a number from 1 to 255')
  return {
    name: 'balanced',
    exchangeSize: 16,
    open: ground => new Balanced(ground, { swap, slots, renewal, trusted, pings, answers, wary })
  }
}

class Balanced implements Rules {
  readonly settling: this
  readonly #ground: Ground
  readonly #options: Required<BalancedOptions>
  readonly #slots: Slots
  readonly #callers: Callers
  readonly #vitality: Vitality
  readonly #crowding: Crowding
  readonly #places: Places
  readonly #reunionUntil: Int32Array
  readonly #picks: Picks = new Picks()

  constructor(ground: Ground, options: Required<BalancedOptions>) {
    const { rows, views, peers, rng } = ground
    this.settling = this
    this.#ground = ground
    // A message of one entry beside the own record is no sample to judge by: in views of 5 or fewer everybody would look pushed.
    const wary = options.wary && ground.shown > 1
    this.#options = { ...options, wary, slots: Math.min(options.slots, views.max >>> 2) }
    this.#slots = new Slots(rows, this.#options.slots, peers, rng, true)
    this.#callers = new Callers(rows, options.answers)
    this.#vitality = new Vitality(rows, views, ground.losses, options.pings)
    this.#crowding = new Crowding(ground)
    this.#places = new Places(rng)
    this.#reunionUntil = rows.ints(1)
  }

  join(node: number): void {
    this.#slots.clear(node)
    this.#callers.clear(node)
    this.#vitality.clear(node)
    this.#crowding.clear(node)
    this.#reunionUntil[node] = 0
  }

  learn(node: number, peer: number, hop: number): void {
    const { views } = this.#ground
    this.#slots.offer(node, peer, views.rounds[node]! - hop)
    // What is left for the slots is no free place.
    if (views.sizes[node]! < this.#room(node)) this.#vitality.came(views.add(node, peer, hop))
  }

  begin(node: number): void {
    const { views, rng } = this.#ground
    const round = views.rounds[node]!
    this.#callers.pass(node)
    this.#crowding.pass(node, round)
    // Grown up: what the young have learned is forgotten, and the slots take their places of the view.
    if (round === youth - 10) this.#slots.clear(node)
    if (round >= youth) while (views.sizes[node]! > this.#room(node)) this.#drop(node, this.#random(node))
    if (this.#options.slots > 0 && chance(rng, this.#options.renewal))
      this.#slots.reset(node * this.#options.slots + below(rng, this.#options.slots))
    this.#refill(node)
    this.#clean(node)
  }

  /** Entries that the view has room for beside the slots. */
  #room(node: number): number {
    const { max, rounds } = this.#ground.views
    return rounds[node]! < youth ? max : max - this.#options.slots
  }

  /** Entries that the node swaps in this round. */
  #swapped(node: number): number {
    const round = this.#ground.views.rounds[node]!
    if (round < youth) return this.#ground.shown + 1
    const { swap } = this.#options
    return round < this.#reunionUntil[node]! ? Math.max(reunion.swap, swap) : swap
  }

  #random(node: number): number {
    const { views, rng } = this.#ground
    return node * views.max + below(rng, views.sizes[node]!)
  }

  #drop(node: number, at: number): void {
    const last = this.#ground.views.remove(node, at)
    this.#vitality.moved(last, at)
  }

  /** The peer leaves the view, if it is there. */
  #dropPeer(node: number, peer: number): void {
    const at = this.#ground.views.find(node, peer)
    if (at >= 0) this.#drop(node, at)
  }

  /** Empty slots choose anew among all that are held. */
  #refill(node: number): void {
    const { views } = this.#ground
    const slots = this.#slots
    const first = node * slots.size
    for (let slot = first; slot < first + slots.size; slot++) {
      if (slots.peers[slot] !== nobody) continue
      const row = node * views.max
      for (let at = row; at < row + views.sizes[node]!; at++)
        slots.offerTo(slot, views.peers[at]!, views.born[at]!)
      for (let other = first; other < first + slots.size; other++)
        if (slots.peers[other] !== nobody && other !== slot)
          slots.offerTo(slot, slots.peers[other]!, slots.born[other]!)
    }
  }

  /** Now and then one entry that came before it was known to be pushed is let go. */
  #clean(node: number): void {
    const { views } = this.#ground
    if (!this.#options.wary || views.sizes[node]! * 2 < views.max) return
    const at = this.#random(node)
    if (this.#crowding.refuses(node, views.peers[at]!)) this.#drop(node, at)
  }

  partners(node: number, out: Uint32Array, count: number): number {
    const { views, rng } = this.#ground
    const { slots, trusted } = this.#options
    let first = nobody
    if (slots > 0 && views.rounds[node]! >= youth && chance(rng, trusted))
      first = this.#slots.peers[node * slots + below(rng, slots)]!
    if (first === nobody) {
      const at = eldest(views, node, views.born, rng)
      if (at < 0) return 0
      first = views.peers[at]!
    }
    out[0] = first
    return this.#places.partners(views, node, out, count, 1)
  }

  probes(node: number, out: Uint32Array): number {
    const { slots } = this.#options
    let count = this.#vitality.probes(node, out)
    const round = this.#ground.views.rounds[node]!
    const holder = slots > 0 ? this.#slots.peers[node * slots + (round % slots)]! : nobody
    if (holder !== nobody) out[count++] = holder
    return count
  }

  admits(node: number, from: number): boolean {
    const callers = this.#callers
    callers.called(node, from)
    if (callers.isBusy(node)) return false
    callers.answer(node)
    return true
  }

  show(node: number, to: number, out: Offer): void {
    this.#places.show(this.#ground.views, node, to, 0, out, this.#ground.shown)
  }

  teach(node: number, to: number, out: Offer): void {
    const { views, shown } = this.#ground
    this.#callers.show(node, to, out, shown)
    if (out.count === 0) this.#places.show(views, node, to, 0, out, 1)
  }

  pick(node: number, from: number, as: Role, received: Offer, picks: Picks): Verdict {
    const { views, marks } = this.#ground
    this.#survey(node)
    const own = received.count - 1
    // The initiator knows the responder: it has no use for its record.
    const judged = as === role.initiator ? own : received.count
    const isFull = views.sizes[node]! * 4 >= this.#room(node) * 3
    const crowded = this.#crowding.judge(node, received, judged, this.#options.wary)
    for (let place = 0; place < judged; place++) {
      const peer = received.peers[place]!
      const kind = marks.get(peer)
      if (kind !== mark.barred) this.#slots.offer(node, peer, views.rounds[node]! - received.hops[place]!)
      if (received.hops[place]! >= limits.memoryHop) continue
      if ((kind < 0 || (place === own && kind !== mark.held)) && !this.#crowding.isRefused(place))
        picks.push(place)
    }
    if (crowded) {
      // The partner shows what it should not: it is asked no more.
      if (as === role.initiator) this.#dropPeer(node, from)
      return verdict.overrepresented
    }
    if (this.#options.wary && isFull && received.count < (3 * (this.#ground.shown + 1)) >>> 2)
      return verdict.tooShort
    this.#choose(node, own, as, picks)
    return verdict.welcome
  }

  /** Marks who is barred and who is held. */
  #survey(node: number): void {
    const { views, marks, tombstones } = this.#ground
    marks.wipe()
    tombstones.mark(node, marks, mark.barred)
    marks.set(node, mark.barred)
    const row = node * views.max
    const end = row + views.sizes[node]!
    for (let at = row; at < end; at++) marks.set(views.peers[at]!, mark.held)
  }

  /**
   * Of all places that may be taken, as many as this node swaps or has room for, at random; who called comes first, and
   * takes part in the first swap.
   */
  #choose(node: number, own: number, as: Role, picks: Picks): void {
    const { views, rng } = this.#ground
    const { places } = picks
    const free = this.#room(node) - views.sizes[node]!
    const swapped = this.#swapped(node)
    let first = 0
    if (as === role.responder && picks.count > 0 && places[picks.count - 1] === own) {
      places[picks.count - 1] = places[0]!
      places[0] = own
      first = 1
    }
    const others = as === role.responder ? swapped - 1 : swapped
    const count = Math.min(first + Math.max(others, free), picks.count)
    for (let i = first; i < count; i++) {
      const j = i + below(rng, picks.count - i)
      const place = places[i]!
      places[i] = places[j]!
      places[j] = place
    }
    picks.count = count
  }

  /**
   * The first swap is the initiator's own record against the first that it takes; without the one the other stays where
   * it is. Then one against one; and copies for places that are still free.
   */
  settle(node: number, from: number, as: Role, { sent, received, taken, given }: Settlement): void {
    const { views, rng } = this.#ground
    const asks = as === role.initiator
    const own = (asks ? sent : received).count - 1
    const [ofInitiator, ofResponder] = asks ? [taken, given] : [given, taken]
    const isTaken = ofResponder.count > 0 && ofResponder.places[0] === own
    const first = isTaken ? 1 : 0
    const swaps = Math.min(ofInitiator.count - 1, ofResponder.count - first)
    let next = asks ? 1 : first
    for (let i = 0; i < swaps; i++) {
      const gone = sent.peers[given.places[(asks ? first : 1) + i]!]!
      this.#replace(node, views.find(node, gone), received, taken.places[next++]!)
    }
    if (asks) {
      const at = views.find(node, from)
      if (!isTaken && at >= 0) this.#renew(node, at)
      if (isTaken && taken.count > 0)
        this.#replace(node, at >= 0 ? at : eldest(views, node, views.born, rng), received, taken.places[0]!)
    } else if (isTaken) {
      const gone = given.count > 0 ? sent.peers[given.places[0]!]! : nobody
      this.#replace(node, gone === nobody ? -1 : views.find(node, gone), received, own)
    }
    for (; next < taken.count && views.sizes[node]! < this.#room(node); next++)
      this.#replace(node, -1, received, taken.places[next]!)
  }

  /** The entry at a place has just spoken to us. */
  #renew(node: number, at: number): void {
    const { views } = this.#ground
    views.put(at, node, views.peers[at]!, 0)
    this.#vitality.spoke(node, at)
  }

  /** Puts what was received where another entry stands, or in a free place. */
  #replace(node: number, at: number, received: Offer, place: number): void {
    const { views } = this.#ground
    const peer = received.peers[place]!
    if (peer === node || views.find(node, peer) >= 0) return
    const hop = received.hops[place]!
    let to = at
    if (views.sizes[node]! < this.#room(node)) to = views.add(node, peer, hop)
    else if (at >= 0) views.put(at, node, peer, hop)
    else return
    this.#vitality.came(to)
  }

  /** With two messages: what was sent makes room, and copies fill what is free. */
  merge(node: number, from: number, as: Role, received: Offer, sent: Offer): Verdict {
    const { views, rng } = this.#ground
    const picks = this.#picks
    picks.clear()
    const found = this.pick(node, from, as, received, picks)
    if (found === verdict.overrepresented) return found
    for (let i = 0; i < picks.count; i++) {
      const out = sent.count > 1 ? views.find(node, sent.peers[below(rng, sent.count - 1)]!) : -1
      this.#replace(node, out, received, picks.places[i]!)
    }
    // Who knows next to nobody has turned to somebody whom everybody turns to.
    if (as === role.initiator && sent.count * 4 <= views.max && views.sizes[node]! > 4)
      this.#dropPeer(node, from)
    return verdict.welcome
  }

  met(node: number, peer: number): void {
    const { views } = this.#ground
    const at = views.find(node, peer)
    if (at >= 0) this.#vitality.spoke(node, at)
  }

  remove(node: number, peer: number): void {
    this.#vitality.lost(node)
    this.#dropPeer(node, peer)
    const slots = this.#slots
    for (let slot = node * slots.size; slot < (node + 1) * slots.size; slot++)
      if (slots.peers[slot] === peer) slots.reset(slot)
    this.#refill(node)
  }

  rejoined(node: number, _peer: number): void {
    const { views, tombstones } = this.#ground
    const round = views.rounds[node]!
    if (round < this.#reunionUntil[node]! + reunion.pause) return
    this.#reunionUntil[node] = round + reunion.rounds
    tombstones.clear(node)
  }

  holds(node: number, peer: number): boolean {
    return this.#slots.holds(node, peer) || this.#callers.holds(node, peer)
  }

  view(node: number, out: Uint32Array): number {
    const { views } = this.#ground
    const slots = this.#slots
    const row = node * views.max
    const size = views.sizes[node]!
    let count = 0
    while (count < size) out[count] = views.peers[row + count++]!
    if (views.rounds[node]! < youth) return count
    // A row may be longer than its room for as long as the last round of youth is on.
    for (let slot = node * slots.size; slot < (node + 1) * slots.size && count < views.max; slot++) {
      const peer = slots.peers[slot]!
      if (peer === nobody) continue
      let i = 0
      while (i < count && out[i] !== peer) i++
      if (i === count) out[count++] = peer
    }
    return count
  }
}
