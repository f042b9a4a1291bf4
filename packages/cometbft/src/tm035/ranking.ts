/**
 * Ids in the order of their scores, without ever being sorted: a bucket for each score that occurs, and a sorted list of those
 * scores. A change costs the search in that list, whatever the number of ids. Among equals the order means nothing.
 */
import { below } from '@pex/core'
import type { Rng } from '@pex/core'

interface Place {
  readonly score: number
  at: number
}

export class Ranking {
  // Bounded by what its owner puts in: the peers of a bounded store.
  readonly #places = new Map<string, Place>()
  readonly #buckets = new Map<number, string[]>()
  /** Scores that occur, the lowest first. Bounded by the ids, and by the range of scores. */
  readonly #scores: number[] = []

  get size(): number {
    return this.#places.size
  }

  has(id: string): boolean {
    return this.#places.has(id)
  }

  set(id: string, score: number): void {
    if (this.#places.get(id)?.score === score) return
    this.delete(id)
    let bucket = this.#buckets.get(score)
    if (bucket === undefined) {
      bucket = []
      this.#buckets.set(score, bucket)
      this.#scores.splice(this.#search(score), 0, score)
    }
    this.#places.set(id, { score, at: bucket.length })
    bucket.push(id)
  }

  delete(id: string): void {
    const place = this.#places.get(id)
    if (place === undefined) return
    this.#places.delete(id)
    const bucket = this.#buckets.get(place.score)!
    const last = bucket.pop()!
    if (last !== id) {
      bucket[place.at] = last
      this.#places.get(last)!.at = place.at
    }
    if (bucket.length > 0) return
    this.#buckets.delete(place.score)
    this.#scores.splice(this.#search(place.score), 1)
  }

  /** The ids, the highest score first; among equals from a random one on. Nothing may change meanwhile. */
  *best(rng: Rng): Generator<string> {
    for (let i = this.#scores.length - 1; i >= 0; i--) {
      const bucket = this.#buckets.get(this.#scores[i]!)!
      const first = below(rng, bucket.length)
      for (let k = 0; k < bucket.length; k++) yield bucket[(first + k) % bucket.length]!
    }
  }

  /** The ids with their scores, the lowest first. Nothing may change meanwhile. */
  *worst(): Generator<readonly [id: string, score: number]> {
    for (const score of this.#scores) for (const id of this.#buckets.get(score)!) yield [id, score]
  }

  /** Some of those with one score, at random; where there are more than `most`, one may come twice. */
  some(score: number, most: number, rng: Rng): string[] {
    const bucket = this.#buckets.get(score) ?? []
    if (bucket.length <= most) return [...bucket]
    return Array.from({ length: most }, () => bucket[below(rng, bucket.length)]!)
  }

  /** Where the score stands, or belongs. */
  #search(score: number): number {
    let low = 0
    let high = this.#scores.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#scores[middle]! < score) low = middle + 1
      else high = middle
    }
    return low
  }
}
