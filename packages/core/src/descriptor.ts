/**
 * A peer as it travels between nodes (descriptor) and as a node holds it (entry).
 *
 * Two ages, never mixed up: the *hop* is what messages claim, a stranger's unsigned word; the *age* is our own count of
 * the rounds for which we have held the entry. An entry stores the round in which it came, so that growing older costs
 * nothing and entries never change.
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
  /** The claimed hop when it reached us, plus one for the way. */
  readonly hop: number
  /** The round of ours in which it reached us; before round 0 for an entry restored from a store. */
  readonly since: number
}

/** Turns a descriptor that has just been received into an entry. */
export function hold(descriptor: Descriptor, round: number): Entry {
  return { record: descriptor.record, hop: Math.min(descriptor.hop + 1, limits.maxHop), since: round }
}

/** Our own count of the rounds for which we have held the entry. */
export function ageOf(entry: Entry, round: number): number {
  return round - entry.since
}

/** The hop to claim when the entry is passed on now: never 0, never above the limit. */
export function hopOf(entry: Entry, round: number): number {
  return Math.min(entry.hop + (round - entry.since), limits.maxHop)
}

/** The entry as a descriptor to send. */
export function describe(entry: Entry, round: number): Descriptor {
  return { record: entry.record, hop: hopOf(entry, round) }
}
