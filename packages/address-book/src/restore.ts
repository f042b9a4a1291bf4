/**
 * How entries come back from a snapshot: to where they were if there is such a place, and otherwise to where the key says.
 */
import { newEntry } from './entry.ts'
import type { Entry, KnownAddress } from './entry.ts'
import type { AddressKind } from './kind.ts'
import type { Shelves } from './shelves.ts'
import { sound } from './snapshot.ts'
import type { Restored } from './snapshot.ts'

/** Puts back what is sound and wanted; says what became of it. */
export function putBack<A>(
  shelves: Shelves<A>,
  kind: AddressKind<A>,
  values: readonly KnownAddress<A>[],
  isWanted: (entry: Entry<A>) => boolean
): Restored {
  const restored = { kept: 0, moved: 0, dropped: 0 }
  const homeless: Entry<A>[] = []
  for (const value of values) {
    const one = sound(kind, value)
    const entry = one === undefined ? undefined : entryOf(shelves, kind, one)
    if (entry === undefined || shelves.get(entry.id) !== undefined || !isWanted(entry)) restored.dropped++
    else if (isBack(shelves, entry, one!.buckets)) restored.kept++
    else homeless.push(entry)
  }
  // Last, so that they take nobody's place.
  for (const entry of homeless) restored[isPlacedAnew(shelves, entry) ? 'moved' : 'dropped']++
  return restored
}

function entryOf<A>(shelves: Shelves<A>, kind: AddressKind<A>, one: KnownAddress<A>): Entry<A> {
  const { attempts, lastSeen, lastAttempt, lastSuccess, isTried } = one
  const entry = newEntry(kind, shelves.rules, one.address, one.source, 0)
  return Object.assign(entry, { attempts, lastSeen, lastAttempt, lastSuccess, isTried })
}

function isBack<A>(shelves: Shelves<A>, entry: Entry<A>, buckets: readonly number[]): boolean {
  const most = entry.isTried ? 1 : shelves.rules.newBucketsPerAddress
  for (const bucket of buckets) if (entry.buckets.length < most) shelves.restore(entry, bucket)
  return entry.buckets.length > 0
}

function isPlacedAnew<A>(shelves: Shelves<A>, entry: Entry<A>): boolean {
  if (shelves.get(entry.id) !== undefined) return false
  if (entry.isTried && shelves.restore(entry, shelves.triedBucketOf(entry))) return true
  entry.isTried = false
  return shelves.restore(entry, shelves.newBucketOf(entry))
}
