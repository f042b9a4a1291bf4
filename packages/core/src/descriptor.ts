/**
 * A peer as it travels between nodes (descriptor) and as a node holds it (entry).
 *
 * Two ages, never mixed up: the *hop* is what messages claim, a stranger's unsigned word; the *age* is our own count of
 * the rounds for which we have held the entry. An entry says in which round it came, so that it never changes by growing
 * older.
 */
import { limits } from './limits.ts'
import type { PeerRecord } from './record.ts'

/** What an exchange carries for each peer ("node descriptor" of Jelasity et al. 2007; `Gossip` in casm). */
export interface Descriptor {
  readonly record: PeerRecord
  /** Claimed age in hops and rounds; 0 means "this is my own record, just made". */
  readonly hop: number
}

/** A descriptor that we hold. */
export interface Entry {
  readonly record: PeerRecord
  /** The hop to claim in the round `since`; less than 0 where a lower one has been heard of since. */
  readonly hop: number
  /** The round of ours in which it reached us. */
  readonly since: number
}

/** Our own count of the rounds for which we have held the entry. */
export function ageOf(entry: Entry, round: number): number {
  return round - entry.since
}

/** The hop to claim when the entry is passed on now: never 0, never above the limit. */
export function hopOf(entry: Entry, round: number): number {
  return Math.min(Math.max(entry.hop + (round - entry.since), 1), limits.maxHop)
}
