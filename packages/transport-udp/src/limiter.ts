/**
 * How often a source may do something: the generic cell rate algorithm, one number for each source, the time at which its
 * bucket will be full again. Only sources that have proved their address are ever counted, so that nobody can spend what
 * belongs to another; and nobody is banned, a source that waits is let in again.
 */

export interface LimiterInit {
  /** On the long run. */
  readonly perSecond: number
  /** At once. */
  readonly burst: number
  readonly maxSources: number
}

export class Limiter {
  readonly #eachMs: number
  readonly #burstMs: number
  readonly #perGeneration: number
  // Both bounded by half of maxSources; keyed by a /32 or /64 that has proved to be its own. A generation ends when it is full,
  // or when every bucket of it is: whoever is only in the one before the last is forgotten at once, whatever their number.
  #young = new Map<string, number>()
  #old: ReadonlyMap<string, number> = new Map()
  #youngSince = 0

  constructor({ perSecond, burst, maxSources }: LimiterInit) {
    this.#eachMs = 1_000 / perSecond
    this.#burstMs = burst * this.#eachMs
    this.#perGeneration = Math.floor(maxSources / 2)
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  /** Whether the source may do it once more; if so, it is counted. */
  admit(now: number, source: string): boolean {
    this.#age(now)
    const full = Math.max(this.#young.get(source) ?? this.#old.get(source) ?? 0, now) + this.#eachMs
    if (full - now > this.#burstMs) return false
    this.#young.set(source, full)
    return true
  }

  /** No bucket takes longer to fill than all of them take from empty: after that time nothing is worth remembering. */
  #age(now: number): void {
    const since = now - this.#youngSince
    if (since < this.#burstMs && this.#young.size < this.#perGeneration) return
    this.#old = since < 2 * this.#burstMs ? this.#young : new Map()
    this.#young = new Map()
    this.#youngSince = now
  }
}
