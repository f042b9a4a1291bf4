/**
 * Chance as an argument. A source gives uniform 32-bit integers: seeded in tests and simulations, the platform's
 * cryptographic source in production.
 */

/** A source of chance: each call gives a uniform integer in [0, 2^32). */
export type Rng = () => number

const RANGE = 0x1_0000_0000

/** A uniform integer in [0, n), for 0 < n < 2^32; the bias of the product is below n / 2^32. */
export function below(rng: Rng, n: number): number {
  return Math.floor((rng() / RANGE) * n)
}

/** A uniform real number in [low, high). */
export function between(rng: Rng, low: number, high: number): number {
  return low + (rng() / RANGE) * (high - low)
}

/** True with the given probability. */
export function chance(rng: Rng, probability: number): boolean {
  return rng() < probability * RANGE
}

/** Shuffles the first `count` places of an array in place (Fisher–Yates) and returns it: they are a uniform sample. */
export function shuffle<T>(rng: Rng, items: T[], count: number = items.length): T[] {
  for (let i = 0; i < Math.min(count, items.length - 1); i++) {
    const j = i + below(rng, items.length - i)
    const item = items[i]!
    items[i] = items[j]!
    items[j] = item
  }
  return items
}

/** A uniform sample without replacement: `count` items, or all of them in random order where there are fewer. */
export function sample<T>(rng: Rng, items: readonly T[], count: number): T[] {
  return shuffle(rng, items.slice(), count).slice(0, count)
}
