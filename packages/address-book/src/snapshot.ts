/**
 * A book as a value: what is written to files and stores, and what comes back from them with whatever has happened to it.
 */
import { isObject } from './kind.ts'
import type { AddressKind } from './kind.ts'
import type { Ban } from './bans.ts'
import type { KnownAddress } from './entry.ts'

export interface BookSnapshot<A> {
  /** The secret that places addresses, hexadecimal. */
  readonly key: string
  readonly addresses: readonly KnownAddress<A>[]
  readonly bans: readonly Ban<A>[]
  /** Ids of the last peers that were good, the last one first. */
  readonly anchors: readonly string[]
  /** Addresses ever added. */
  readonly added: number
}

/** What a book made of a snapshot. */
export interface Restored {
  /** Entries that are back where they were. */
  readonly kept: number
  /** Entries that had to be placed anew: their bucket is none of this book's, or full. */
  readonly moved: number
  /** Entries that are malformed, unwelcome, doubled, or without room. */
  readonly dropped: number
}

/** A snapshot from values that anybody may have written: what is not one is left out and counted. */
export interface Read<A> {
  readonly snapshot: BookSnapshot<A>
  /** What was wrong, one line each, the first hundred. */
  readonly problems: readonly string[]
  /** How many things were wrong. */
  readonly problemCount: number
}

/** Collects what is wrong with a file, up to a bound. */
export class Problems {
  /** Bounded by MOST; a file's author chooses how many there are. */
  readonly found: string[] = []
  count = 0

  add(what: string): void {
    this.count++
    if (this.found.length < MOST) this.found.push(what)
  }
}

const MOST = 100
/** Go keeps it in 32 bits. */
const MOST_ATTEMPTS = 2 ** 31 - 1

/** A known address with everything within its range, or nothing where there is no address. */
export function sound<A>(kind: AddressKind<A>, value: unknown): KnownAddress<A> | undefined {
  if (!isObject(value)) return undefined
  const address = kind.canonical(value['address'])
  if (address === undefined) return undefined
  const { buckets, isTried } = value
  return {
    address,
    // Without a source, an address is its own: it then counts as one of its own group's.
    source: kind.canonical(value['source']) ?? address,
    attempts: Math.min(natural(value['attempts']), MOST_ATTEMPTS),
    lastSeen: natural(value['lastSeen']),
    lastAttempt: natural(value['lastAttempt']),
    lastSuccess: natural(value['lastSuccess']),
    isTried: isTried === true,
    buckets: Array.isArray(buckets) ? buckets.filter(isNatural).slice(0, 64) : []
  }
}

/** A ban, or nothing. */
export function soundBan<A>(kind: AddressKind<A>, value: unknown): Ban<A> | undefined {
  if (!isObject(value)) return undefined
  const { id, until, address, source } = value
  if (typeof id !== 'string' || id === '' || id.length > 128 || !isNatural(until)) return undefined
  const place = { address: kind.canonical(address), source: kind.canonical(source) }
  return { id, until, ...(place.address !== undefined && kind.idOf(place.address) === id ? place : {}) }
}

/** Whether a value is a whole number from 0, and exact. */
export function isNatural(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function natural(value: unknown): number {
  return isNatural(value) ? value : 0
}

/** Bans and anchors as a file or a store holds them. */
export function soundRest<A>(
  kind: AddressKind<A>,
  bans: unknown,
  anchors: unknown,
  problems: Problems
): { bans: Ban<A>[]; anchors: string[] } {
  const found = { bans: [] as Ban<A>[], anchors: [] as string[] }
  for (const [i, value] of listOf(bans).entries()) {
    const ban = soundBan(kind, value)
    if (ban === undefined) problems.add(`bans[${i}] is none`)
    else found.bans.push(ban)
  }
  for (const id of listOf(anchors).slice(0, 8)) if (typeof id === 'string') found.anchors.push(id)
  return found
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}
