/**
 * The phases that merges are made of, each a function of values. Policies string them together in the order in which
 * their paper or specification names them.
 */
import { hold, hopOf } from './descriptor.ts'
import type { Descriptor, Entry } from './descriptor.ts'
import type { View } from './view.ts'

/** How old an entry is in the eyes of a policy. */
export type Seniority = (entry: Entry) => number

/**
 * Joins what we hold with what we received, one entry for each id: first the view, then the news. Of two records of one
 * peer the higher seq stays.
 */
export function union(view: View, received: readonly Descriptor[], round: number): Entry[] {
  const joined = view.entries.slice()
  for (const descriptor of received) {
    const held = view.get(descriptor.record.id)
    if (held === undefined) joined.push(hold(descriptor, round))
    else {
      const renewed = renew(held, descriptor, round)
      if (renewed !== held) joined[joined.indexOf(held)] = renewed
    }
  }
  return joined
}

/** Without the first `count` of the entries that we sent: the partner holds them now. What we did not send never goes. */
export function swap(entries: readonly Entry[], sent: readonly Entry[], count: number): Entry[] {
  const swapped = new Set(sent.slice(0, count).map(({ record }) => record.id))
  return entries.filter(({ record }) => !swapped.has(record.id))
}

/**
 * An entry that we hold, after hearing of its peer again. From the peer itself (hop 0): held anew. From hearsay: a newer
 * record replaces the older one and a lower hop the higher one, but our own age runs on: a stranger's word makes
 * nobody younger.
 */
export function renew(held: Entry, heard: Descriptor, round: number): Entry {
  const newer = heard.record.seq > held.record.seq
  if (heard.hop === 0) return hold(newer ? heard : { record: held.record, hop: 0 }, round)
  const hop = heard.hop + 1
  if (!newer && hop >= hopOf(held, round)) return held
  // Hops count on from `since`: set back by our age, the entry claims exactly `hop` now.
  return {
    record: newer ? heard.record : held.record,
    hop: hop - (round - held.since),
    since: held.since
  }
}

/** The `count` oldest entries; of two equally old the one that comes first. */
export function oldest(entries: readonly Entry[], count: number, seniority: Seniority): Set<Entry> {
  const found: { entry: Entry; age: number }[] = []
  for (const entry of entries) {
    const age = seniority(entry)
    if (found.length === count) {
      if (count === 0 || age <= found[count - 1]!.age) continue
      found.pop()
    }
    let place = found.length
    while (place > 0 && found[place - 1]!.age < age) place--
    found.splice(place, 0, { entry, age })
  }
  return new Set(found.map(({ entry }) => entry))
}

/** The entries that are not in the set, in their order. */
export function except(entries: readonly Entry[], removed: ReadonlySet<Entry>): Entry[] {
  return removed.size === 0 ? entries.slice() : entries.filter(entry => !removed.has(entry))
}

/** How many entries are too many for the view. */
export function overflow(entries: readonly Entry[], view: View): number {
  return Math.max(entries.length - view.max, 0)
}
