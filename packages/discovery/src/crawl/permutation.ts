/**
 * All numbers below n, each once, in an order drawn by chance, without a list of them: a linear congruential generator of
 * full period over the next power of two (Hull and Dobell 1962: odd increment, multiplier 1 mod 4), those beyond n left out.
 */
import type { Rng } from '@pex/core'

/** Numbers in [0, n), for 0 <= n <= 2^32. */
export function* permutation(n: number, rng: Rng): Generator<number> {
  if (n === 0) return
  const bits = Math.ceil(Math.log2(n))
  const mask = bits === 32 ? 0xffff_ffff : 2 ** bits - 1
  const multiplier = ((rng() & ~3) | 5) >>> 0
  const increment = (rng() | 1) >>> 0
  const start = (rng() & mask) >>> 0
  let at = start
  do {
    if (at < n) yield at
    at = ((Math.imul(at, multiplier) + increment) & mask) >>> 0
  } while (at !== start)
}
