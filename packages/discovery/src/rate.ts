/** How often something may happen: token buckets, one alone or one for each of a bounded number of keys. */
import { LRUCache } from 'lru-cache'

/** A bucket of `burst` tokens that fills at so many per second. Time is an argument, in ms. */
export class TokenBucket {
  readonly #perMs: number
  readonly #burst: number
  #tokens: number
  #at: number

  constructor(perSecond: number, burst: number, now: number) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#tokens = burst
    this.#at = now
  }

  /** Takes a token if there is one. */
  take(now: number): boolean {
    this.#fill(now)
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  /** The ms until there is a token; 0 if there is one. */
  waitMs(now: number): number {
    this.#fill(now)
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) / this.#perMs)
  }

  #fill(now: number): void {
    const passed = Math.max(now - this.#at, 0)
    // A rest that rounding leaves of a whole token is a whole token.
    this.#tokens = Math.min(this.#burst, this.#tokens + passed * this.#perMs + Number.EPSILON)
    this.#at = now
  }
}

/** A bucket for each key. */
export class TokenBuckets {
  readonly #perSecond: number
  readonly #burst: number
  // Bounded by `max`; senders choose the keys, and whoever makes up many of them only gets buckets that are full, which
  // the bucket for everybody together holds in check.
  readonly #buckets: LRUCache<string, TokenBucket>

  constructor(perSecond: number, burst: number, max: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#buckets = new LRUCache({ maxSize: max, sizeCalculation: () => 1 })
  }

  take(key: string, now: number): boolean {
    let bucket = this.#buckets.get(key)
    if (bucket === undefined) {
      bucket = new TokenBucket(this.#perSecond, this.#burst, now)
      this.#buckets.set(key, bucket)
    }
    return bucket.take(now)
  }
}
