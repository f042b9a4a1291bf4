/** How much is still new: what decides whether anybody is worth another visit. */

/** How much of the mean the last answer is. */
const WEIGHT = 0.1
const MINUTE = 60_000

export class News {
  #share = 1
  #count = 0
  #since = 0

  /** An answer of `length` addresses, of which `fresh` were new. */
  answer(fresh: number, length: number, now: number): void {
    if (length > 0) this.#share += WEIGHT * (fresh / length - this.#share)
    this.#count = this.perMinute(now) + fresh
    this.#since = now
  }

  /** The share of what was new in the last answers, a moving mean. */
  get share(): number {
    return this.#share
  }

  /** New nodes in the last minute, those of longer ago counting less and less. */
  perMinute(now: number): number {
    return this.#count * Math.exp(-Math.max(0, now - this.#since) / MINUTE)
  }
}
