/**
 * Whom a host exchanges messages with: so many that it has chosen at random from its view, and those that have chosen it. The
 * dead are found by signs of life and replaced from the view, so that the neighbours follow the network. A machine: time is an
 * argument, what to do comes out as values.
 *
 * After the neighbourhood of libonomy-p2p's Switch; that a link is kept up by one side and known to both is from HyParView
 * (Leitão, Pereira, Rodrigues: "HyParView: a membership protocol for reliable gossip-based broadcast", DSN 2007).
 */
import { BoundedMap, netgroupOf } from '@pex/core'
import type { Contact } from '@pex/core'
import type { Decline, Input, Leaving, Neighbour, Output, Terms } from './events.ts'
import type { NeighbourLimits } from './limits.ts'

/** Hosts that are not greeted for a while, most; and those that are not taken for a while. */
const MAX_AVOIDED = 1_024

interface Bond {
  neighbour: Neighbour
  /** When the next sign of life is due: ours to ask for, or theirs to give. */
  due: number
  misses: number
  /** Whether a sign of life has been asked for and not answered yet. */
  isAsked: boolean
}

export class Neighbourhood {
  readonly limits: NeighbourLimits
  readonly #self: string
  /** Bounded by the limits: outbound plus inbound. */
  readonly #bonds = new Map<string, Bond>()
  /** Greetings to strangers under way. Bounded by `limits.outbound`. */
  readonly #greeted = new Map<string, Contact>()
  /** Until when somebody is not greeted, and how often in a row it has been silent. */
  readonly #avoided = new BoundedMap<string, { readonly until: number; readonly silences: number }>(
    MAX_AVOIDED
  )
  /** Until when somebody who was dismissed is not taken. */
  readonly #dismissed = new BoundedMap<string, number>(MAX_AVOIDED)
  /** The latest time that was named, and by how much ours is ahead of it: a clock that is set back stops nothing. */
  #latest = Number.NEGATIVE_INFINITY
  #ahead = 0
  #isSearching = false
  #searchAt = 0
  #waits = 0
  #stopped = false

  constructor(self: string, limits: NeighbourLimits) {
    this.#self = self
    this.limits = limits
  }

  /** The neighbours, those of longest standing first; a copy. */
  get neighbours(): readonly Neighbour[] {
    return [...this.#bonds.values()].map(({ neighbour }) => neighbour)
  }

  get(id: string): Neighbour | undefined {
    return this.#bonds.get(id)?.neighbour
  }

  /** How many there are of a side. */
  count(side: Neighbour['side']): number {
    let count = 0
    for (const { neighbour } of this.#bonds.values()) if (neighbour.side === side) count++
    return count
  }

  handle(time: number, input: Input): Output[] {
    this.#ahead += Math.max(0, this.#latest - time)
    this.#latest = time
    const now = time + this.#ahead
    const outputs = this.#react(now, input)
    if (!this.#stopped)
      outputs.push(...this.#search(now), { type: 'wake', at: this.#next(now) - this.#ahead })
    return outputs
  }

  /** Whether a stranger would be turned away whoever it is: to be asked before its greeting costs anything. */
  isFullFor(id: string): boolean {
    const isKnown = this.#bonds.has(id) || this.#greeted.has(id)
    return !isKnown && this.count('inbound') >= this.limits.inbound
  }

  #react(now: number, input: Input): Output[] {
    switch (input.type) {
      case 'wake':
        return this.#pulse(now)
      case 'candidates':
        return this.#choose(now, input.contacts)
      case 'welcome':
        return this.#welcomed(now, input.id, input.contact, input.terms)
      case 'declined':
        return this.#turnedDown(now, input.id, 'declined')
      case 'unanswered':
        return this.#unanswered(now, input.id)
      case 'postponed':
        return this.#postponed(now, input.id)
      case 'greeting':
        return this.#received(now, input.id, input.contact, input.terms)
      case 'alive':
        return this.#alive(now, input.id)
      case 'farewell':
        return this.#turnedDown(now, input.id, 'farewell')
      case 'broken':
        return this.#suspect(input.id)
      case 'dismiss':
        return this.#dismiss(now, input.id, 'dismissed')
      case 'useless':
        return this.#dismiss(now, input.id, 'useless')
      case 'stop':
        return this.#stop(now)
    }
  }

  /** Asks the chosen for signs of life, and takes leave of those that have given none. */
  #pulse(now: number): Output[] {
    const outputs: Output[] = []
    for (const bond of this.#bonds.values()) {
      const { neighbour, due, isAsked } = bond
      if (due > now || isAsked) continue
      if (neighbour.side === 'inbound') outputs.push(...this.#remove(now, neighbour, 'silent'))
      else {
        bond.isAsked = true
        outputs.push(this.#greet(neighbour.id, neighbour.contact))
      }
    }
    return outputs
  }

  #choose(now: number, contacts: readonly Contact[]): Output[] {
    this.#isSearching = false
    // A search that was under way when it ended.
    if (this.#stopped) return []
    const outputs: Output[] = []
    let need = this.#need()
    const eligible = contacts.flatMap(({ id, addresses }) =>
      id !== undefined && this.#isEligible(now, id) ? [{ id, addresses }] : []
    )
    for (const contact of this.#mixed(eligible)) {
      if (need === 0) break
      if (this.#greeted.has(contact.id)) continue
      this.#greeted.set(contact.id, contact)
      outputs.push(this.#greet(contact.id, contact))
      need--
    }
    // Looked in vain: the network may be small, or this host cut off.
    if (need > 0)
      this.#searchAt = now + Math.min(this.limits.longestRetryMs, this.limits.retryMs * 2 ** this.#waits++)
    return outputs
  }

  #isEligible(now: number, id: string): boolean {
    if (id === this.#self || this.#bonds.has(id) || this.#greeted.has(id)) return false
    return (this.#avoided.get(id)?.until ?? 0) <= now
  }

  /**
   * Those first whose network group has fewest of the chosen: as long as there is anybody else to choose, nobody who owns one
   * group is all of them. A preference, not a limit: a network may live in one group.
   */
  #mixed<T extends Contact>(contacts: readonly T[]): readonly T[] {
    const chosen = [...this.#bonds.values()].flatMap(({ neighbour: { side, contact } }) =>
      side === 'outbound' ? [contact] : []
    )
    // Bounded by the candidates and the chosen.
    const counts = new Map<string, number>()
    const rankOf = ({ addresses }: Contact): number => {
      const group = netgroupOf(addresses)
      if (group === undefined) return 0
      const rank = counts.get(group) ?? 0
      counts.set(group, rank + 1)
      return rank
    }
    for (const contact of [...chosen, ...this.#greeted.values()]) rankOf(contact)
    const ranked = contacts.map(contact => ({ contact, rank: rankOf(contact) }))
    return ranked.sort((one, other) => one.rank - other.rank).map(({ contact }) => contact)
  }

  #welcomed(now: number, id: string, contact: Contact, terms: Terms): Output[] {
    const bond = this.#bonds.get(id)
    if (bond !== undefined) {
      this.#greeted.delete(id)
      return this.#renew(now, bond, contact, terms)
    }
    // The answer to a greeting that this host no longer stands by.
    if (!this.#greeted.delete(id)) return [{ type: 'farewell', to: { ...contact, id } }]
    this.#waits = 0
    this.#avoided.delete(id)
    return this.#add(now, { id, contact, side: 'outbound', since: now - this.#ahead, ...terms })
  }

  #unanswered(now: number, id: string): Output[] {
    const bond = this.#bonds.get(id)
    if (bond?.isAsked !== true) return this.#turnedDown(now, id, 'silent')
    bond.isAsked = false
    bond.due = now + this.limits.retryMs
    return ++bond.misses > this.limits.misses ? this.#remove(now, bond.neighbour, 'silent') : []
  }

  #postponed(now: number, id: string): Output[] {
    const bond = this.#bonds.get(id)
    if (bond?.isAsked !== true) return this.#turnedDown(now, id, 'declined')
    bond.isAsked = false
    bond.due = now + this.limits.retryMs
    return []
  }

  #turnedDown(now: number, id: string, why: Leaving): Output[] {
    if (this.#greeted.delete(id)) this.#avoid(now, id, why)
    const bond = this.#bonds.get(id)
    return bond === undefined ? [] : this.#remove(now, bond.neighbour, why)
  }

  #received(now: number, id: string, contact: Contact, terms: Terms): Output[] {
    const bond = this.#bonds.get(id)
    if (bond !== undefined)
      return [{ type: 'answer', decline: undefined }, ...this.#renew(now, bond, contact, terms)]
    const decline = this.#declines(now, id, contact)
    if (decline !== undefined) return [{ type: 'answer', decline }]
    // Both at once: each has chosen the other.
    const side = this.#greeted.delete(id) ? 'outbound' : 'inbound'
    const added = this.#add(now, { id, contact, side, since: now - this.#ahead, ...terms })
    return [{ type: 'answer', decline: undefined }, ...added]
  }

  #declines(now: number, id: string, { addresses }: Contact): Decline | undefined {
    if (this.#stopped || id === this.#self) return 'stopping'
    if ((this.#dismissed.get(id) ?? 0) > now) return 'unwanted'
    if (this.#greeted.has(id)) return undefined
    if (this.count('inbound') >= this.limits.inbound) return 'full'
    const group = netgroupOf(addresses)
    if (group === undefined) return undefined
    const ofGroup = this.neighbours.filter(
      ({ side, contact }) => side === 'inbound' && netgroupOf(contact.addresses) === group
    )
    return ofGroup.length >= this.limits.inboundOfGroup ? 'crowded' : undefined
  }

  #alive(now: number, id: string): Output[] {
    const bond = this.#bonds.get(id)
    if (bond === undefined) return []
    bond.misses = 0
    bond.due = now + this.#patience(bond.neighbour)
    return []
  }

  /** One more silence ends it; that is not waited for. */
  #suspect(id: string): Output[] {
    const bond = this.#bonds.get(id)
    if (bond === undefined) return []
    bond.misses = this.limits.misses
    if (bond.isAsked) return []
    bond.isAsked = true
    return [this.#greet(id, bond.neighbour.contact)]
  }

  #dismiss(now: number, id: string, why: Leaving): Output[] {
    const bond = this.#bonds.get(id)
    if (bond === undefined) return []
    const { contact } = bond.neighbour
    this.#dismissed.set(id, now + this.limits.avoidMs)
    return [{ type: 'farewell', to: { ...contact, id } }, ...this.#remove(now, bond.neighbour, why)]
  }

  #stop(now: number): Output[] {
    this.#stopped = true
    this.#greeted.clear()
    return [...this.#bonds.keys()].flatMap(id => this.#dismiss(now, id, 'dismissed'))
  }

  #add(now: number, neighbour: Neighbour): Output[] {
    const due = now + this.#patience(neighbour)
    this.#bonds.set(neighbour.id, { neighbour, due, misses: 0, isAsked: false })
    return [{ type: 'added', neighbour }]
  }

  #renew(now: number, bond: Bond, contact: Contact, terms: Terms): Output[] {
    bond.isAsked = false
    bond.neighbour = { ...bond.neighbour, ...terms, rttMs: terms.rttMs ?? bond.neighbour.rttMs, contact }
    return this.#alive(now, bond.neighbour.id)
  }

  #remove(now: number, neighbour: Neighbour, why: Leaving): Output[] {
    this.#bonds.delete(neighbour.id)
    this.#avoid(now, neighbour.id, why)
    if (neighbour.side === 'outbound') {
      this.#searchAt = Math.min(this.#searchAt, now)
      this.#waits = 0
    }
    return [{ type: 'removed', neighbour, why }]
  }

  /** Who is silent once may only have been held up, and when a whole network was, everybody avoids everybody: not for long, then. */
  #avoid(now: number, id: string, why: Leaving): void {
    const { avoidMs } = this.limits
    const silences = why === 'silent' ? (this.#avoided.get(id)?.silences ?? 0) + 1 : 0
    const ms = silences === 0 ? avoidMs : Math.min(avoidMs, (avoidMs / 16) * 2 ** silences)
    this.#avoided.set(id, { until: now + ms, silences })
  }

  #greet(id: string, contact: Contact): Output {
    return { type: 'greet', to: { ...contact, id }, deadlineMs: this.limits.greetingMs }
  }

  /** How long a neighbour may be silent: whom we ask, until we ask; who is to come by itself, until all its tries are over. */
  #patience({ side }: Neighbour): number {
    const { heartbeatMs, misses, retryMs, greetingMs } = this.limits
    return side === 'outbound' ? heartbeatMs : heartbeatMs + (misses + 1) * (retryMs + greetingMs)
  }

  #need(): number {
    return Math.max(0, this.limits.outbound - this.count('outbound') - this.#greeted.size)
  }

  #search(now: number): Output[] {
    if (this.#isSearching || this.#searchAt > now || this.#need() === 0) return []
    this.#isSearching = true
    // More than are needed: some of them may be neighbours already, or not be there.
    return [{ type: 'search', count: this.#need() + this.#bonds.size + 8 }]
  }

  #next(now: number): number {
    let at = now + this.limits.heartbeatMs
    for (const { due, isAsked } of this.#bonds.values()) if (!isAsked) at = Math.min(at, due)
    if (!this.#isSearching && this.#need() > 0) at = Math.min(at, this.#searchAt)
    return Math.max(at, now)
  }
}
