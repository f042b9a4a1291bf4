/**
 * Cyclon's enhanced shuffle: S. Voulgaris, D. Gavidia, M. van Steen, "CYCLON: Inexpensive Membership Management for
 * Unstructured P2P Overlays", Journal of Network and Systems Management 13(2), 2005. Who asks gives its entry for the
 * partner away and becomes an entry of the partner instead; all other entries only change places. So almost nothing is lost
 * or doubled, and nobody becomes more popular than others.
 *
 * Departures: every answer ends with the responder's own record, which the initiator takes as a sign of life alone, and
 * only where a place would stay free as an entry; who asks shows one entry fewer, so that both sides give as much as they
 * get; after the oldest, the further tries of a round are random (a node whose oldest few are all dead would ask nobody
 * else); hearsay brings nobody back who has just failed to answer. The age is the paper's, carried and so only
 * claimed: by our own the in-degree spreads almost twice as much.
 */
import { PexError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { Rng } from '../../random.ts'
import type { Marks } from '../marks.ts'
import type { Offer } from '../offer.ts'
import { eldest, everybody, Places } from '../places.ts'
import type { Ground, Policy, Role, Rules, Verdict } from '../policy.ts'
import { role, verdict } from '../policy.ts'
import type { Tombstones } from '../tombstones.ts'
import type { Views } from '../views.ts'

export interface CyclonOptions {
  /**
   * The shuffle length l: at most so many records in a message, the own one included.
   * @default as many as a message may hold (`exchangeSize`)
   */
  readonly shuffle?: number
}

const mark = { barred: 0, held: 1, sent: 2 } as const

/** Cyclon. Throws `PEX_INVALID_PARAMETER` for a shuffle length that makes no sense. */
export function cyclon({ shuffle = limits.maxRecords }: CyclonOptions = {}): Policy {
  if (!Number.isInteger(shuffle) || shuffle < 2)
    throw new PexError('PEX_INVALID_PARAMETER', 'shuffle must be an integer of 2 or more')
  return { name: 'cyclon', open: ground => new CyclonRules(ground, Math.min(shuffle - 1, ground.shown)) }
}

class CyclonRules implements Rules {
  readonly #views: Views
  readonly #marks: Marks
  readonly #tombstones: Tombstones
  readonly #rng: Rng
  readonly #places: Places
  /** Whom each node asks first in its round, plus 1: it shows one entry fewer to this peer than it gives to others. */
  readonly #asked: Uint32Array
  readonly #shown: number

  constructor(ground: Ground, shown: number) {
    this.#views = ground.views
    this.#marks = ground.marks
    this.#tombstones = ground.tombstones
    this.#rng = ground.rng
    this.#places = new Places(ground.rng)
    this.#asked = ground.rows.words(1)
    this.#shown = shown
  }

  /** Marks who is barred, who is held and who of them was sent. Returns where the partner stands, or -1. */
  #survey(node: number, from: number, sent: Offer): number {
    this.#marks.wipe()
    this.#tombstones.mark(node, this.#marks, mark.barred)
    this.#marks.set(node, mark.barred)
    const { peers, sizes, max } = this.#views
    const row = node * max
    const end = row + sizes[node]!
    let partner = -1
    for (let at = row; at < end; at++) {
      this.#marks.set(peers[at]!, mark.held)
      if (peers[at] === from) partner = at
    }
    for (let i = 0; i < sent.count; i++)
      if (this.#marks.get(sent.peers[i]!) === mark.held) this.#marks.set(sent.peers[i]!, mark.sent)
    return partner
  }

  join(node: number): void {
    this.#asked[node] = 0
  }

  begin(): void {}

  partners(node: number, out: Uint32Array, count: number): number {
    const first = eldest(this.#views, node, this.#views.born, this.#rng)
    if (first < 0 || count === 0) return 0
    out[0] = this.#views.peers[first]!
    this.#asked[node] = out[0] + 1
    return this.#places.partners(this.#views, node, out, count, 1)
  }

  show(node: number, to: number, out: Offer): void {
    this.#places.show(
      this.#views,
      node,
      to,
      0,
      out,
      this.#asked[node] === to + 1 ? this.#shown - 1 : this.#shown
    )
  }

  merge(node: number, from: number, as: Role, received: Offer, sent: Offer): Verdict {
    const { peers, sizes, max } = this.#views
    const partner = this.#survey(node, from, sent)
    const asks = as === role.initiator
    // Whoever asked gives its entry for the partner away if there is anything to put there, and else keeps it anew. Whoever
    // is asked by a peer that it holds keeps the old age: so the popular gain fewer new entries than others.
    if (asks && partner >= 0) this.#views.put(partner, node, from, 1)
    let vacancy = asks ? partner : -1
    let next = node * max
    const end = next + sizes[node]!
    // From the end, where the own record stands: who asks a full view comes in before those whom it shows.
    for (let i = received.count - 1; i >= 0; i--) {
      const peer = received.peers[i]!
      if (this.#marks.get(peer) >= 0 || (asks && peer === from)) continue
      const hop = Math.max(received.hops[i]!, 1)
      if (vacancy >= 0) {
        this.#views.put(vacancy, node, peer, hop)
        vacancy = -1
      } else if (!this.#views.isFull(node)) this.#views.add(node, peer, hop)
      else {
        while (next < end && this.#marks.get(peers[next]!) !== mark.sent) next++
        if (next === end) break
        this.#views.put(next++, node, peer, hop)
      }
      this.#marks.set(peer, mark.held)
    }
    if (asks && this.#marks.get(from) < 0 && !this.#views.isFull(node)) this.#views.add(node, from, 1)
    return verdict.welcome
  }

  remove(node: number, peer: number): void {
    const at = this.#views.find(node, peer)
    if (at >= 0) this.#views.remove(node, at)
  }

  learn(node: number, peer: number, hop: number): void {
    this.#views.add(node, peer, Math.max(hop, 1))
  }

  view(node: number, out: Uint32Array): number {
    return everybody(this.#views, node, out)
  }
}
