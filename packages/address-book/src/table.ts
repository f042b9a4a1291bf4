/**
 * One of the two tables of a book: buckets of entries. It knows nothing of where an entry belongs, only how full a bucket is
 * and who leaves it.
 */
import { below } from '@pex/core'
import type { Rng } from '@pex/core'
import { ageOf } from './entry.ts'
import type { Entry } from './entry.ts'
import type { BookRules } from './rules.ts'

export class Table<A> {
  readonly bucketSize: number
  /** Bounded by the number of buckets and their size; the keyed hash chooses the bucket. */
  readonly #buckets: readonly Entry<A>[][]

  constructor(buckets: number, bucketSize: number) {
    this.bucketSize = bucketSize
    this.#buckets = Array.from({ length: buckets }, () => [])
  }

  get bucketCount(): number {
    return this.#buckets.length
  }

  /** What is in one bucket; nothing for one that is none. */
  at(bucket: number): readonly Entry<A>[] {
    return this.#buckets[bucket] ?? []
  }

  isFull(bucket: number): boolean {
    return this.at(bucket).length >= this.bucketSize
  }

  put(bucket: number, entry: Entry<A>): void {
    this.#buckets[bucket]!.push(entry)
    entry.buckets.push(bucket)
  }

  remove(bucket: number, entry: Entry<A>): void {
    const entries = this.#buckets[bucket]!
    const last = entries.pop()!
    if (last !== entry) entries[entries.indexOf(entry)] = last
    entry.buckets.splice(entry.buckets.indexOf(bucket), 1)
  }

  /** Who leaves a bucket in which nobody is bad. */
  leaver(bucket: number, rules: BookRules, rng: Rng): Entry<A> {
    const entries = this.at(bucket)
    if (rules.leaves === 'random') return entries[below(rng, entries.length)]!
    return entries.reduce((oldest, entry) => (ageOf(entry, rules) < ageOf(oldest, rules) ? entry : oldest))
  }

  /** A random entry of a random bucket that is not empty, so that a crowded bucket counts no more than any other. */
  draw(rng: Rng): Entry<A> | undefined {
    let occupied = 0
    for (const entries of this.#buckets) if (entries.length > 0) occupied++
    if (occupied === 0) return undefined
    let nth = below(rng, occupied)
    const bucket = this.#buckets.find(entries => entries.length > 0 && nth-- === 0)!
    return bucket[below(rng, bucket.length)]
  }
}
