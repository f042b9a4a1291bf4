/**
 * One namespace in the database, without any IO: what is known of it, and what a diff comes to.
 */
import { checksumIn, entryKey, fromNumbers, seal, tallyKey } from './entry.ts'

/** What is known of a namespace in the database. */
export interface Space {
  /** The checksum of every entry, in the order of writing. Bounded by maxEntries; the keys are this host's own choice. */
  readonly sums: ReadonlyMap<string, number>
  /** Whether the database has a tally of it. */
  readonly hasTally: boolean
  /** Damaged entries found and dropped that no load has told of yet. */
  readonly damaged: number
}

export type Operation = { type: 'put'; key: string; value: Uint8Array } | { type: 'del'; key: string }

/** What a diff comes to: the checksums after it, and the operations that bring the entries there. */
export function changes(
  namespace: string,
  before: ReadonlyMap<string, number>,
  put: ReadonlyMap<string, Uint8Array>,
  remove: ReadonlySet<string>,
  maxEntries: number
): { sums: Map<string, number>; operations: Operation[] } {
  const sums = new Map(before)
  for (const key of remove) sums.delete(key)
  for (const [key, value] of put) {
    sums.delete(key)
    sums.set(key, checksumIn(value))
  }
  for (const key of sums.keys()) {
    if (sums.size <= maxEntries) break
    sums.delete(key)
  }
  const operations: Operation[] = []
  for (const key of before.keys()) {
    if (!sums.has(key)) operations.push({ type: 'del', key: entryKey(namespace, key) })
  }
  for (const [key, value] of put) {
    if (sums.has(key)) operations.push({ type: 'put', key: entryKey(namespace, key), value })
  }
  return { sums, operations }
}

export function tally(namespace: string, sums: ReadonlyMap<string, number>): Operation {
  const key = tallyKey(namespace)
  return { type: 'put', key, value: seal(key, fromNumbers(sums.size, total(sums))) }
}

export function total(sums: ReadonlyMap<string, number>): number {
  let total = 0
  for (const sum of sums.values()) total = (total + sum) >>> 0
  return total
}
