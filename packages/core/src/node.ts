/**
 * What the parts of a namespace's machine share: our own peer, the packed sampling of its one node, and the way between
 * numbers, of which the sampling rules think, and records, of which messages speak.
 */
import { Counting } from './counting.ts'
import type { Descriptor, Entry } from './descriptor.ts'
import type { Output } from './events.ts'
import type { Gossip } from './gossip.ts'
import type { Question } from './message.ts'
import type { Contact } from './ports.ts'
import type { Rng } from './random.ts'
import type { PeerRecord } from './record.ts'
import { limits } from './limits.ts'
import type { RejectionReason } from './rejection.ts'
import { Roster, self } from './roster.ts'
import { Offer, Picks } from './sampling/offer.ts'
import { nobody } from './sampling/peers.ts'
import type { Role, Verdict } from './sampling/policy.ts'
import { role, verdict } from './sampling/policy.ts'
import { Sampling } from './sampling/sampling.ts'
import type { NetworkScope } from './scope.ts'
import { Draws } from './stream-draws.ts'
import { Stream } from './stream.ts'
import { View } from './view.ts'

/** An exchange of which both messages have been seen: what was shown, and what of it changes hands. */
export interface Transcript {
  /** The other side. */
  readonly peer: PeerRecord
  readonly sent: readonly Descriptor[]
  /** What was admitted of the other side's message. */
  readonly received: readonly Descriptor[]
  /** Which of the received come. */
  readonly taken: readonly number[]
  /** Which of the sent go. */
  readonly given: readonly number[]
}

export class Node {
  readonly gossip: Gossip
  readonly rng: Rng
  readonly roster: Roster
  readonly sampling: Sampling
  readonly counting: Counting
  /** What the input under way has caused so far. Bounded by what one input can cause; started anew for the next. */
  outputs: Output[] = []
  #attempts = 0
  #view: View
  readonly #draws: Draws
  readonly #stream: Stream
  // Filled again in each step.
  readonly #held: Uint32Array
  readonly #sent: Offer = new Offer()
  readonly #received: Offer = new Offer()
  readonly #taken: Picks = new Picks()
  readonly #given: Picks = new Picks()

  constructor(own: PeerRecord, gossip: Gossip, rng: Rng, scope?: NetworkScope) {
    const { policy, viewSize, exchangeSize } = gossip
    this.gossip = gossip
    this.rng = rng
    const reaches = scope && ((addresses: readonly string[]) => scope.reaches(addresses))
    const holds = (peer: number): boolean => this.sampling.holds(self, peer)
    this.roster = new Roster(own, rng, holds, limits.maxKnown, reaches)
    this.sampling = new Sampling({ policy, nodes: 1, viewSize, exchangeSize, peers: this.roster, rng })
    this.sampling.join(self)
    this.#view = new View(viewSize, [])
    this.#draws = new Draws(viewSize)
    this.#stream = new Stream(viewSize)
    this.counting = new Counting(viewSize, rng)
    this.#held = new Uint32Array(viewSize)
  }

  /** The view as it was at the last look. */
  get view(): View {
    return this.#view
  }

  /** The node's count of its rounds. */
  get round(): number {
    return this.sampling.views.rounds[self]!
  }

  /** Asks somebody something. Returns the number of the attempt. */
  request(to: Contact, question: Question, ms: number): number {
    const attempt = ++this.#attempts
    this.outputs.push({ type: 'request', attempt, to, question, ms })
    return attempt
  }

  /** A number for the next exchange of ours, 32 bits. */
  nextExchange(): number {
    return this.rng()
  }

  rejected(peer: string, reason: RejectionReason): void {
    this.outputs.push({ type: 'rejected', peer, reason })
  }

  /** Takes note of a record; a newer one than was known shows that its peer lives. Returns the peer's number. */
  hear(record: PeerRecord): number {
    const news = this.roster.compare(record) > 0
    const peer = this.roster.see(record)
    if (news) this.sampling.unbury(self, peer)
    return peer
  }

  /** The peer has spoken to us, or answered. */
  meet(id: string): void {
    const peer = this.roster.find(id)
    if (peer !== nobody && peer !== self) this.sampling.met(self, peer)
  }

  /** The peer's answer had to be rejected: it leaves at once, and is not missed. */
  forget(id: string): void {
    const peer = this.roster.find(id)
    if (peer === nobody || peer === self) return
    this.sampling.forget(self, peer)
    this.changed()
  }

  /** What to show somebody, the own record last; to `undefined`, whoever is behind an address. */
  show(to: string | undefined): Descriptor[] {
    this.sampling.show(self, to === undefined ? nobody : this.roster.find(to), this.#sent)
    return this.#write(this.#sent, this.gossip.exchangeSize)
  }

  /** What to teach a caller that is turned away and hardly knows anybody. */
  teach(to: string): Descriptor[] {
    this.sampling.teach(self, this.roster.find(to), this.#sent)
    return this.#write(this.#sent, limits.maxRecords)
  }

  /** At most so many records, the own among them. */
  #write(offer: Offer, most: number): Descriptor[] {
    const shown: Descriptor[] = []
    for (let i = 0; i < offer.count; i++) {
      const peer = offer.peers[i]!
      const record = this.roster.record(peer)
      // Nobody speaks of those who cannot be called, and no policy of more than was agreed.
      if (record === undefined || (peer !== self && shown.length >= most - 1)) continue
      shown.push({ record, hop: peer === self ? 0 : Math.min(Math.max(offer.hops[i]!, 1), limits.maxHop) })
    }
    return shown
  }

  /** View selection after two messages. */
  merge(peer: PeerRecord, as: Role, received: readonly Descriptor[], sent: readonly Descriptor[]): Verdict {
    const from = this.hear(peer)
    return this.sampling.merge(
      self,
      from,
      as,
      this.#read(received, this.#received),
      this.#read(sent, this.#sent)
    )
  }

  /** Judges what the other side has shown; what to take of it, as places in the list, comes into `picks`. */
  pick(peer: PeerRecord, as: Role, received: readonly Descriptor[], picks: number[]): Verdict {
    const from = this.hear(peer)
    const judgement = this.sampling.pick(self, from, as, this.#read(received, this.#received), this.#taken)
    for (let i = 0; i < this.#taken.count; i++) picks.push(this.#taken.places[i]!)
    return judgement
  }

  /** Carries out an exchange of three messages. */
  settle(as: Role, { peer, sent, received, taken, given }: Transcript): void {
    const from = this.hear(peer)
    this.sampling.settle(self, from, as, {
      sent: this.#read(sent, this.#sent),
      received: this.#read(received, this.#received),
      taken: readPicks(taken, this.#taken),
      given: readPicks(given, this.#given)
    })
  }

  /** An exchange is complete on our side. */
  complete(peer: string, as: Role, received: number): void {
    const name = as === role.initiator ? 'initiator' : 'responder'
    this.outputs.push({ type: 'exchange', peer, role: name, received })
    this.changed()
  }

  /** What survives a restart has changed, and perhaps the view. */
  changed(): void {
    this.look()
    this.outputs.push({ type: 'persist' })
  }

  /** Random peers of the view, different ones; nobody again before everybody of the present view has been drawn. */
  sample(count: number): PeerRecord[] {
    const size = this.sampling.view(self, this.#held)
    const drawn = this.#draws.draw(this.rng, this.#held, size, count)
    return drawn.map(peer => this.roster.record(peer)).filter(record => record !== undefined)
  }

  /** The next peer of the stream; undefined when everybody's stay has been used. */
  next(): PeerRecord | undefined {
    const peer = this.#stream.next(this.rng)
    return peer === undefined ? undefined : this.roster.record(peer)
  }

  /** A round begins, for those who count by rounds. */
  count(): void {
    this.#stream.begin()
    const size = this.sampling.view(self, this.#held)
    const news = this.counting.begin(this.#held, size, this.roster.hashes)
    const { estimate } = this.counting
    if (estimate === undefined) return
    if (news.estimate) this.outputs.push({ type: 'size', estimate })
    if (news.alarm) this.outputs.push({ type: 'alarm', estimate })
  }

  /** Looks at the view, and tells when it is not what it was. */
  look(): void {
    const before = this.#view
    const entries: Entry[] = []
    const count = this.sampling.view(self, this.#held)
    this.#stream.observe(this.#held, count)
    for (let i = 0; i < count; i++) {
      const entry = this.#entryOf(this.#held[i]!)
      if (entry !== undefined) entries.push(entry)
    }
    if (entries.length === before.size && entries.every(entry => before.get(entry.record.id) === entry))
      return
    const view = new View(before.max, entries)
    this.#view = view
    const added = entries.filter(({ record }) => before.get(record.id)?.record !== record)
    const removed = before.entries.filter(({ record }) => !view.has(record.id))
    if (added.length + removed.length === 0) return
    this.outputs.push({ type: 'view', added: added.map(recordOf), removed: removed.map(recordOf) })
  }

  /** A peer of the view as an entry: the one of the last look where nothing is new. */
  #entryOf(peer: number): Entry | undefined {
    const { views } = this.sampling
    const record = this.roster.record(peer)
    if (record === undefined) return undefined
    const before = this.#view.get(record.id)
    const at = views.find(self, peer)
    // A policy may keep peers in places of its own, which have no ages.
    const since = at < 0 ? (before?.since ?? this.round) : views.since[at]!
    const hop = at < 0 ? (before?.hop ?? 1) : since - views.born[at]!
    const same =
      before !== undefined && before.record === record && before.since === since && before.hop === hop
    return same ? before : { record, hop, since }
  }

  #read(descriptors: readonly Descriptor[], offer: Offer): Offer {
    offer.clear()
    for (const { record, hop } of descriptors) offer.push(this.hear(record), hop)
    return offer
  }
}

function readPicks(places: readonly number[], picks: Picks): Picks {
  picks.clear()
  for (const place of places) picks.push(place)
  return picks
}

function recordOf({ record }: Entry): PeerRecord {
  return record
}

/** Why an exchange is not welcome. */
export function reasonOf(judgement: Verdict): RejectionReason {
  return judgement === verdict.tooShort ? 'too-few-records' : 'overrepresented'
}
