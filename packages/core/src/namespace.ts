/**
 * The machine of one namespace: everything that a node decides in peer exchange, and nothing else. It never waits, sends
 * or stores: inputs go in with the time, outputs come out (events.ts), and the driver carries them out. One exchange of
 * our own at a time; requests of others are answered at any time, each in one step.
 */
import { admit } from './admission.ts'
import type { Admission } from './admission.ts'
import { assert } from './assert.ts'
import { BoundedMap } from './bounded-map.ts'
import { ageOf, describe, hold, hopOf } from './descriptor.ts'
import type { Descriptor, Entry } from './descriptor.ts'
import type { Input, Output } from './events.ts'
import type { Gossip } from './gossip.ts'
import { Known } from './known.ts'
import { limits } from './limits.ts'
import { renew } from './phases.ts'
import type { Contact } from './ports.ts'
import { between, chance, sample } from './random.ts'
import type { Rng } from './random.ts'
import type { PeerRecord } from './record.ts'
import { RecoveryMemory } from './recovery.ts'
import { isRejection } from './rejection.ts'
import type { RejectionReason } from './rejection.ts'
import { Round } from './round.ts'
import type { Candidate } from './round.ts'
import { View } from './view.ts'

/** An entry as it survives a restart. */
export interface Remembered {
  readonly record: PeerRecord
  readonly hop: number
  /** Rounds for which it had been held. */
  readonly age: number
  readonly place: 'view' | 'recovery'
}

export interface NamespaceInit {
  /** Our own record. */
  readonly own: PeerRecord
  readonly gossip: Gossip
  readonly rng: Rng
  /** What an earlier run remembered. */
  readonly remembered?: Iterable<Remembered>
}

interface Attempt {
  readonly number: number
  readonly candidate: Candidate
  readonly shown: readonly Entry[]
}

export class Namespace {
  readonly #gossip: Gossip
  readonly #rng: Rng
  #own: PeerRecord
  #view: View
  #turn = 0
  #attempts = 0
  #round: Round | undefined
  #attempt: Attempt | undefined
  readonly #known = new Known()
  readonly #recovery = new RecoveryMemory()
  // Requests within one deadline. Bounded by limits.maxCallers, keyed by the authenticated caller.
  readonly #callers = new BoundedMap<string, number>(limits.maxCallers)
  #callsSince = 0
  // What the input under way has caused so far. Bounded by what one input can cause; started anew for the next.
  #outputs: Output[] = []

  constructor({ own, gossip, rng, remembered = [] }: NamespaceInit) {
    this.#own = own
    this.#gossip = gossip
    this.#rng = rng
    this.#view = View.empty(own.id, gossip.viewSize)
    this.#restore(remembered)
  }

  /** Whom we know now. */
  get view(): View {
    return this.#view
  }

  /** Peers that stopped answering, tried again now and then. */
  get recovery(): readonly Entry[] {
    return this.#recovery.entries
  }

  /** Rounds since the start. */
  get round(): number {
    return this.#turn
  }

  /** A uniform sample of the view without replacement. */
  sample(count: number): PeerRecord[] {
    return sample(this.#rng, this.#view.entries, count).map(({ record }) => record)
  }

  /** What should survive a restart. */
  remember(): Remembered[] {
    const at = (place: 'view' | 'recovery') => (entry: Entry) => ({
      record: entry.record,
      hop: hopOf(entry, this.#turn),
      age: ageOf(entry, this.#turn),
      place
    })
    return [...this.#view.entries.map(at('view')), ...this.#recovery.entries.map(at('recovery'))]
  }

  /** The one door: what happened goes in with the time, what to do about it comes out. */
  handle(now: number, input: Input): readonly Output[] {
    this.#outputs = []
    switch (input.type) {
      case 'tick':
        this.#tick(now)
        break
      case 'bootstrap':
        this.#bootstrap(input.contacts)
        break
      case 'called':
        this.#called(now, input.from)
        break
      case 'requested':
        this.#requested(input.from, input.message)
        break
      case 'answered':
        if (input.attempt === this.#attempt?.number) this.#answered(this.#attempt, input.from, input.message)
        break
      case 'unanswered':
        if (input.attempt === this.#attempt?.number) this.#unanswered(this.#attempt, input.fault)
        break
      case 'found':
        this.#round?.found(input.contact)
        if (this.#attempt === undefined) this.#proceed()
        break
      case 'discovered':
        this.#round?.endDiscovery()
        if (this.#attempt === undefined) this.#proceed()
        break
      case 'offered':
        this.#offered(input.records)
        break
      case 'renewed':
        this.#own = input.own
        break
    }
    return this.#outputs
  }

  #tick(now: number): void {
    this.#outputs.push({
      type: 'wake',
      at: now + between(this.#rng, this.#gossip.tickMs / 2, this.#gossip.tickMs)
    })
    this.#turn++
    if (this.#round !== undefined) return
    const partners = [...this.#gossip.policy.partners(this.#view, this.#circumstances, limits.triesPerRound)]
    const lost = chance(this.#rng, limits.recoveryProbe) ? this.#recovery.pick(this.#rng) : undefined
    this.#round = new Round(this.#own.id, lost === undefined ? partners : [lost, ...partners])
    this.#proceed()
  }

  #bootstrap(contacts: readonly Contact[]): void {
    assert(this.#round === undefined, 'a node runs one round at a time')
    this.#round = new Round(this.#own.id, [], contacts.length)
    for (const contact of contacts) this.#round.found(contact)
    this.#round.endDiscovery()
    this.#proceed()
  }

  /** Tries the next candidate of the round, or ends it. */
  #proceed(): void {
    const next = this.#round?.next()
    if (next === undefined || next === 'asking') return
    if (next === 'ask') this.#outputs.push({ type: 'discover' })
    else if (next === 'over') this.#endRound(undefined)
    else {
      const shown = this.#showTo(next.contact.id)
      this.#attempt = { number: ++this.#attempts, candidate: next, shown }
      this.#outputs.push({
        type: 'request',
        attempt: this.#attempts,
        to: next.contact,
        message: this.#message(shown)
      })
    }
  }

  #endRound(reached: string | undefined): void {
    this.#round = undefined
    this.#attempt = undefined
    this.#outputs.push({ type: 'round', reached })
  }

  #called(now: number, from: string): void {
    if (now - this.#callsSince >= this.#gossip.exchangeMs) {
      this.#callers.clear()
      this.#callsSince = now
    }
    const calls = (this.#callers.get(from) ?? 0) + 1
    this.#callers.set(from, calls)
    if (calls > limits.requestsPerPeer) this.#refuse(from, 'too-often')
  }

  #refuse(peer: string, reason: RejectionReason): void {
    this.#outputs.push({ type: 'rejected', peer, reason }, { type: 'refuse', reason })
  }

  #requested(from: string, message: readonly Descriptor[]): void {
    const admission = admit(message, this.#exchangeWith(from), this.#known)
    if (isRejection(admission)) return this.#refuse(from, admission.reason)
    const shown = this.#showTo(from)
    this.#outputs.push({ type: 'answer', message: this.#message(shown) })
    this.#merge(from, 'responder', admission, shown)
  }

  #answered(attempt: Attempt, from: string, message: readonly Descriptor[]): void {
    const admission = admit(message, this.#exchangeWith(from), this.#known)
    if (isRejection(admission)) {
      this.#outputs.push({ type: 'rejected', peer: from, reason: admission.reason })
      this.#unanswered(attempt, 'rejected')
      return
    }
    this.#merge(from, 'initiator', admission, attempt.shown)
    this.#bury(this.#round?.unanswered ?? [])
    this.#endRound(from)
  }

  /** Who is silent is missed; who answers wrongly is let go; who refuses is alive, and stays. */
  #unanswered(attempt: Attempt, fault: 'rejected' | 'refused' | undefined): void {
    const { entry } = attempt.candidate
    this.#attempt = undefined
    if (fault === undefined) this.#round?.missed(attempt.candidate)
    else if (fault === 'rejected' && entry !== undefined) this.#forget(entry)
    this.#proceed()
  }

  /** A partner whose answer had to be rejected leaves at once, and is not missed. */
  #forget(entry: Entry): void {
    this.#known.bury(entry.record, this.#turn)
    this.#recovery.forget(entry.record.id)
    this.#setView(this.#view.without(new Set([entry.record.id])))
    this.#outputs.push({ type: 'persist' })
  }

  /**
   * Partners that did not answer move to recovery memory. Only after somebody else did answer in the same round: if
   * nobody does, the fault is more likely ours.
   */
  #bury(entries: readonly Entry[]): void {
    if (entries.length === 0) return
    const gone = entries.filter(({ record }) => this.#view.get(record.id)?.record.seq === record.seq)
    for (const entry of gone) {
      this.#known.bury(entry.record, this.#turn)
      this.#recovery.keep(entry, this.#rng)
    }
    this.#setView(this.#view.without(new Set(gone.map(({ record }) => record.id))))
    this.#outputs.push({ type: 'persist' })
  }

  #merge(peer: string, role: 'initiator' | 'responder', admission: Admission, shown: readonly Entry[]): void {
    const { own, descriptors, dropped } = admission
    for (const { reason } of dropped) this.#outputs.push({ type: 'rejected', peer, reason })
    this.#known.meet(own.record)
    this.#recovery.forget(peer)
    for (const descriptor of descriptors) this.#known.see(descriptor.record)
    this.#outputs.push({ type: 'exchange', peer, role, received: descriptors.length })
    this.#setView(this.#gossip.policy.merge(this.#view, descriptors, shown, this.#circumstances))
    this.#outputs.push({ type: 'persist' })
  }

  /** Newer records of those we hold take their places; others come in as far as there is room. */
  #offered(records: readonly PeerRecord[]): void {
    const entries = new Map(this.#view.entries.map(entry => [entry.record.id, entry]))
    for (const record of records) {
      const { id, addresses } = record
      const held = entries.get(id)
      const useless = id === this.#own.id || addresses.length === 0 || this.#known.supersedes(record)
      if (useless || this.#known.buries(record, this.#turn)) continue
      // The same record again is no news: it would only set back the hop, and whoever repeats it would keep it young.
      if (held !== undefined && held.record.seq >= record.seq) continue
      const heard = { record, hop: 1 }
      if (held !== undefined) entries.set(id, renew(held, heard, this.#turn))
      else if (entries.size < this.#view.max) entries.set(id, hold(heard, this.#turn))
      else continue
      this.#known.see(record)
    }
    this.#setView(this.#view.of([...entries.values()]))
    if (this.#outputs.length > 0) this.#outputs.push({ type: 'persist' })
  }

  #restore(remembered: Iterable<Remembered>): void {
    const entries = new Map<string, Entry>()
    for (const { record, hop, age, place } of remembered) {
      if (record.id === this.#own.id || entries.has(record.id) || this.#known.supersedes(record)) continue
      const entry = { record, hop: Math.min(Math.max(hop, 1), limits.maxHop) - age, since: -age }
      this.#known.see(record)
      if (place === 'view' && entries.size < this.#gossip.viewSize) entries.set(record.id, entry)
      else this.#recovery.keep(entry, this.#rng)
    }
    for (const id of entries.keys()) this.#recovery.forget(id)
    this.#view = this.#view.of([...entries.values()])
  }

  /** The only place where the view changes. */
  #setView(view: View): void {
    const before = this.#view
    this.#view = view
    const added = view.entries.filter(({ record }) => before.get(record.id)?.record !== record)
    const removed = before.entries.filter(({ record }) => !view.has(record.id))
    for (const { record } of added) this.#recovery.forget(record.id)
    if (added.length + removed.length === 0) return
    this.#outputs.push({ type: 'view', added: added.map(recordOf), removed: removed.map(recordOf) })
  }

  /** What to show somebody: the peer knows its own record better than we do. */
  #showTo(peer: string | undefined): readonly Entry[] {
    const others =
      peer !== undefined && this.#view.has(peer) ? this.#view.without(new Set([peer])) : this.#view
    return this.#gossip.policy.show(others, this.#circumstances, this.#gossip.exchangeSize - 1)
  }

  #message(shown: readonly Entry[]): Descriptor[] {
    return [...shown.map(entry => describe(entry, this.#turn)), { record: this.#own, hop: 0 }]
  }

  #exchangeWith(from: string): { self: string; from: string; round: number } {
    return { self: this.#own.id, from, round: this.#turn }
  }

  get #circumstances(): { round: number; rng: Rng } {
    return { round: this.#turn, rng: this.#rng }
  }
}

function recordOf({ record }: Entry): PeerRecord {
  return record
}
