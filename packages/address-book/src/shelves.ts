/**
 * Both tables of a book and who is in them: entries come in, are promoted and demoted, expire and leave. Every entry is in
 * exactly one tried bucket, or in at least one new one; demotion never loses anybody.
 */
import { chance } from '@pex/core'
import type { Rng } from '@pex/core'
import { ageOf, isBad } from './entry.ts'
import type { Entry } from './entry.ts'
import type { AddressKind } from './kind.ts'
import { Placement } from './placement.ts'
import type { BookRules } from './rules.ts'
import { Table } from './table.ts'

export class Shelves<A> {
  readonly rules: BookRules
  readonly fresh: Table<A>
  readonly tried: Table<A>
  readonly #kind: AddressKind<A>
  readonly #rng: Rng
  readonly #placement: Placement
  /** Bounded by the room in the two tables; strangers choose the ids, the keyed hash which of them stay. */
  readonly #entries = new Map<string, Entry<A>>()
  /** New entries of each host. Bounded by the entries: a host of none leaves. */
  readonly #hosts = new Map<string, number>()
  #tried = 0

  constructor(kind: AddressKind<A>, rules: BookRules, rng: Rng, key: string) {
    this.rules = rules
    this.#kind = kind
    this.#rng = rng
    this.#placement = new Placement(rules, key)
    this.fresh = new Table(rules.newBuckets, rules.newBucketSize)
    this.tried = new Table(rules.triedBuckets, rules.triedBucketSize)
  }

  get size(): number {
    return this.#entries.size
  }

  get triedCount(): number {
    return this.#tried
  }

  get freshCount(): number {
    return this.#entries.size - this.#tried
  }

  get(id: string): Entry<A> | undefined {
    return this.#entries.get(id)
  }

  entries(): IterableIterator<Entry<A>> {
    return this.#entries.values()
  }

  /** How many new entries are of a host. */
  freshOf(host: string): number {
    return this.#hosts.get(host) ?? 0
  }

  /** The new bucket of an entry that somebody of a group has told of. */
  newBucketOf(entry: Entry<A>, sourceGroup: string = entry.sourceGroup): number {
    return this.#placement.newBucket(entry.group, sourceGroup)
  }

  triedBucketOf(entry: Entry<A>): number {
    return this.#placement.triedBucket(entry.group, this.#kind.placeOf(entry.address))
  }

  /** Puts a new entry into one more new bucket; true unless it is there already. A full bucket loses somebody. */
  insert(entry: Entry<A>, bucket: number, now: number): boolean {
    if (entry.buckets.includes(bucket)) return false
    if (this.fresh.isFull(bucket)) this.#expire(bucket, now)
    this.#put(bucket, entry)
    return true
  }

  /** Puts an entry where it was before a restart; false where there is no room, or no such bucket. */
  restore(entry: Entry<A>, bucket: number): boolean {
    const table = entry.isTried ? this.tried : this.fresh
    if (!Number.isInteger(bucket) || bucket < 0 || bucket >= table.bucketCount) return false
    if (table.isFull(bucket) || entry.buckets.includes(bucket)) return false
    if (!entry.isTried) this.#put(bucket, entry)
    else if (entry.buckets.length > 0) return false
    else this.#shelve(bucket, entry)
    return true
  }

  /** Moves a new entry to its tried bucket; where that is full, gives back who would have to leave it. */
  promote(entry: Entry<A>): Entry<A> | undefined {
    const bucket = this.triedBucketOf(entry)
    if (this.tried.isFull(bucket)) return this.tried.leaver(bucket, this.rules, this.#rng)
    this.#leaveFresh(entry)
    this.#shelve(bucket, entry)
    return undefined
  }

  /**
   * Moves a new entry to the place of a tried one, which goes back to a new bucket: its own, or the one that has just been
   * left, where there is room. So nobody is lost (in CometBFT the demoted vanishes: its type is still "old").
   */
  displace(incumbent: Entry<A>, entry: Entry<A>): void {
    const bucket = incumbent.buckets[0]!
    const room = entry.buckets[0]!
    this.#leaveFresh(entry)
    this.tried.remove(bucket, incumbent)
    this.#tried--
    incumbent.isTried = false
    const own = this.newBucketOf(incumbent)
    this.#put(this.fresh.isFull(own) ? room : own, incumbent)
    this.#shelve(bucket, entry)
  }

  /** Takes an entry out of the book. */
  drop(entry: Entry<A>): void {
    if (entry.isTried) {
      this.tried.remove(entry.buckets[0]!, entry)
      this.#tried--
    } else this.#leaveFresh(entry)
    this.#entries.delete(entry.id)
  }

  /** Whether an entry that is in `n` new buckets already goes into one more: with probability 1 in 2n. */
  mayGoOn(entry: Entry<A>): boolean {
    const { length } = entry.buckets
    return length < this.rules.newBucketsPerAddress && chance(this.#rng, 1 / (2 * length))
  }

  #put(bucket: number, entry: Entry<A>): void {
    if (entry.buckets.length === 0) this.#hosts.set(entry.host, this.freshOf(entry.host) + 1)
    this.fresh.put(bucket, entry)
    this.#entries.set(entry.id, entry)
  }

  #shelve(bucket: number, entry: Entry<A>): void {
    entry.isTried = true
    this.tried.put(bucket, entry)
    this.#entries.set(entry.id, entry)
    this.#tried++
  }

  #leaveFresh(entry: Entry<A>): void {
    while (entry.buckets.length > 0) this.fresh.remove(entry.buckets.at(-1)!, entry)
    const others = this.freshOf(entry.host) - 1
    if (others > 0) this.#hosts.set(entry.host, others)
    else this.#hosts.delete(entry.host)
  }

  /** Makes room in a new bucket: the bad leave, and where there are none, the oldest or anybody. */
  #expire(bucket: number, now: number): void {
    const bad = this.fresh.at(bucket).filter(entry => isBad(entry, this.rules, now))
    const leaving = this.rules.expiresAllBad ? bad : bad.slice(0, 1)
    if (leaving.length === 0) leaving.push(this.#leaver(bucket))
    for (const entry of leaving) {
      if (entry.buckets.length > 1) this.fresh.remove(bucket, entry)
      else this.drop(entry)
    }
  }

  /** Rather one that stays known through another bucket, where age does not decide. */
  #leaver(bucket: number): Entry<A> {
    const elsewhere =
      this.rules.leaves === 'random'
        ? this.fresh.at(bucket).find(({ buckets }) => buckets.length > 1)
        : undefined
    return elsewhere ?? this.fresh.leaver(bucket, this.rules, this.#rng)
  }

  /** What is inconsistent, one line each: nothing, ever. After Bitcoin Core's check of its addrman. */
  problems(): string[] {
    return [
      ...this.#tableProblems(this.fresh, false),
      ...this.#tableProblems(this.tried, true),
      ...this.#entryProblems()
    ]
  }

  #tableProblems(table: Table<A>, isTried: boolean): string[] {
    const problems: string[] = []
    for (let bucket = 0; bucket < table.bucketCount; bucket++) {
      const entries = table.at(bucket)
      if (entries.length > table.bucketSize) problems.push(`bucket ${bucket} holds ${entries.length}`)
      if (new Set(entries).size < entries.length) problems.push(`bucket ${bucket} holds somebody twice`)
      for (const entry of entries) {
        if (this.#entries.get(entry.id) !== entry)
          problems.push(`${entry.id} is in a bucket and not in the book`)
        if (entry.isTried !== isTried) problems.push(`${entry.id} is in a bucket of the other table`)
        if (!entry.buckets.includes(bucket)) problems.push(`${entry.id} does not know of bucket ${bucket}`)
      }
    }
    return problems
  }

  #entryProblems(): string[] {
    const problems: string[] = []
    const hosts = new Map<string, number>()
    let tried = 0
    for (const entry of this.#entries.values()) {
      const { id, host, isTried, buckets } = entry
      if (isTried) tried++
      else hosts.set(host, (hosts.get(host) ?? 0) + 1)
      const most = isTried ? 1 : this.rules.newBucketsPerAddress
      if (buckets.length < 1 || buckets.length > most) problems.push(`${id} is in ${buckets.length} buckets`)
      const table = isTried ? this.tried : this.fresh
      if (buckets.some(bucket => !table.at(bucket).includes(entry)))
        problems.push(`${id} is not where it says`)
      if (!(ageOf(entry, this.rules) >= 0) || !(entry.attempts >= 0))
        problems.push(`${id} has no sound history`)
    }
    if (tried !== this.#tried) problems.push(`${tried} are tried, and ${this.#tried} counted`)
    const isMiscounted = [...hosts].some(([host, count]) => this.#hosts.get(host) !== count)
    if (isMiscounted || hosts.size !== this.#hosts.size) problems.push('hosts are miscounted')
    return problems
  }
}
