/**
 * One peer in the book, and what its history says of it. Times are ms since the epoch, 0 for never.
 */
import type { AddressKind } from './kind.ts'
import type { BookRules } from './rules.ts'

/** What the book knows of one peer, as a value. */
export interface KnownAddress<A> {
  readonly address: A
  /** Who told of it first. */
  readonly source: A
  /** Attempts since the last success. */
  readonly attempts: number
  readonly lastSeen: number
  readonly lastAttempt: number
  readonly lastSuccess: number
  /** Whether it has proved good: it is then in one tried bucket, otherwise in one or more new ones. */
  readonly isTried: boolean
  readonly buckets: readonly number[]
}

export interface Entry<A> {
  readonly id: string
  readonly address: A
  readonly source: A
  readonly group: string
  readonly sourceGroup: string
  readonly host: string
  attempts: number
  lastSeen: number
  lastAttempt: number
  lastSuccess: number
  isTried: boolean
  /** Bounded by `newBucketsPerAddress`; the keyed hash chooses. */
  readonly buckets: number[]
}

/** An entry that is in no bucket yet. The addresses are canonical. */
export function newEntry<A>(
  kind: AddressKind<A>,
  rules: BookRules,
  address: A,
  source: A,
  now: number
): Entry<A> {
  return {
    id: kind.idOf(address),
    address,
    source,
    group: kind.groupOf(address),
    sourceGroup: kind.groupOf(source),
    host: kind.hostOf(address),
    attempts: 0,
    lastSeen: now,
    // CometBFT's expiry counts from the last attempt, and so has nothing else to begin with.
    lastAttempt: rules.ageFrom === 'attempt' ? now : 0,
    lastSuccess: 0,
    isTried: false,
    buckets: []
  }
}

export function known<A>(entry: Entry<A>): KnownAddress<A> {
  const { address, source, attempts, lastSeen, lastAttempt, lastSuccess, isTried, buckets } = entry
  return { address, source, attempts, lastSeen, lastAttempt, lastSuccess, isTried, buckets: [...buckets] }
}

type Age = Pick<KnownAddress<unknown>, 'attempts' | 'lastSeen' | 'lastAttempt' | 'lastSuccess' | 'isTried'>

const MINUTE = 60_000

/** When an entry was last news: what the oldest of a bucket is oldest by. */
export function ageOf(entry: Age, rules: BookRules): number {
  return rules.ageFrom === 'attempt' ? entry.lastAttempt : entry.lastSeen
}

/** Whether an entry is worth less than any newcomer. One that was tried within the last minute is not, whatever else. */
export function isBad(entry: Age, rules: BookRules, now: number): boolean {
  if (entry.isTried && rules.isTriedGood) return false
  if (Math.abs(now - entry.lastAttempt) < MINUTE) return false
  const since = ageOf(entry, rules)
  if (since > now + 10 * MINUTE || since < now - rules.missingMs) return true
  if (entry.lastSuccess === 0 && entry.attempts >= rules.retries) return true
  return entry.lastSuccess < now - rules.minBadMs && entry.attempts >= rules.maxFailures
}

/** How likely an entry is to be taken when it was drawn: less just after an attempt, and after each failure (btcd, Bitcoin Core). */
export function chanceOf(entry: Age, now: number): number {
  const isRecent = now - entry.lastAttempt < 10 * MINUTE
  return (isRecent ? 0.01 : 1) * 0.66 ** Math.min(entry.attempts, 8)
}
