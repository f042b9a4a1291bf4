/**
 * What of a namespace survives a restart: view and recovery memory, with hops and ages.
 */
import { ageOf, hopOf } from './descriptor.ts'
import type { Entry } from './descriptor.ts'
import { limits } from './limits.ts'
import type { Node } from './node.ts'
import type { PeerRecord } from './record.ts'
import { self } from './roster.ts'

/** An entry as it survives a restart. */
export interface Remembered {
  readonly record: PeerRecord
  readonly hop: number
  /** In the view, rounds for which it had been held; in recovery memory, rounds for which it had not answered, 0 if it did. */
  readonly age: number
  readonly place: 'view' | 'recovery'
}

/** The peers that stopped answering and have not come back; `since` is the last round in which they had not yet. */
export function recovery(node: Node): Entry[] {
  const { memory } = node.sampling
  const entries: Entry[] = []
  for (let at = 0; at < memory.counts[self]!; at++) {
    const record = node.roster.record(memory.peers[at]!)
    const lost = memory.lost[at]!
    if (record !== undefined && lost >= 0 && !node.view.has(record.id))
      entries.push({ record, hop: 1, since: lost - 1 })
  }
  return entries
}

/** Each peer once: of those in both places it is the view that counts. */
export function remember(node: Node): Remembered[] {
  const { view, round, roster } = node
  const { memory } = node.sampling
  const remembered: Remembered[] = []
  for (const entry of view.entries)
    remembered.push({
      record: entry.record,
      hop: hopOf(entry, round),
      age: ageOf(entry, round),
      place: 'view'
    })
  for (let at = 0; at < memory.counts[self]!; at++) {
    const record = roster.record(memory.peers[at]!)
    if (record === undefined || view.has(record.id)) continue
    const lost = memory.lost[at]!
    remembered.push({ record, hop: 1, age: lost < 0 ? 0 : round - lost + 1, place: 'recovery' })
  }
  return remembered
}

/** Rounds of age that a restart believes: a store may hold any number, and rounds are counted in 31 bits. */
const MAX_AGE = 2 ** 30

/** Fills a new node. Its rounds begin so that no age reaches back before round 0. */
export function restore(node: Node, remembered: Iterable<Remembered>): void {
  const newest = new Map<string, Remembered>()
  for (const entry of remembered) {
    const { id, seq } = entry.record
    if (id === node.roster.own.id || !node.roster.isCallable(entry.record)) continue
    const age = Math.min(entry.age, MAX_AGE)
    if (seq > (newest.get(id)?.record.seq ?? -1n))
      newest.set(id, age === entry.age ? entry : { ...entry, age })
  }
  const entries = [...newest.values()].sort((a, b) => b.age - a.age)
  const { views, memory } = node.sampling
  const start = entries[0]?.age ?? 0
  const youngest = entries.filter(({ place }) => place === 'view').sort((a, b) => a.age - b.age)
  views.rounds[self] = start
  const room = new Set(youngest.slice(0, views.max))
  for (const entry of entries) {
    const peer = node.hear(entry.record)
    if (!room.has(entry)) {
      const isLost = entry.place === 'recovery' && entry.age > 0
      memory.keep(self, peer, isLost ? start - entry.age + 1 : -1)
      continue
    }
    // Eldest first: that is the order in which policies keep their rows.
    node.sampling.learn(self, peer, Math.min(Math.max(entry.hop, 1), limits.maxHop))
    const at = views.find(self, peer)
    if (at >= 0) views.since[at] = start - entry.age
  }
  node.look()
}
