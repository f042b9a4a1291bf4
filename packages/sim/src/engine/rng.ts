/**
 * Chance for simulations: sfc32, the small fast generator of C. Doty-Humphrey's PractRand. Only additions, shifts and
 * exclusive ors of 32 bits, so that a seed gives the same numbers on every engine.
 */
import { mix } from '@pex/core'
import type { Rng } from '@pex/core'

/** A source of chance of its own for each pair of a seed (a safe integer) and a stream (a small integer). */
export function seededRng(seed: number, stream: number = 0): Rng {
  // In a typed array: words beyond 31 bits in variables would be allocated anew at each draw.
  const s = new Int32Array(4)
  s[0] = mix(seed | 0)
  s[1] = mix(s[0] ^ Math.floor(seed / 0x1_0000_0000))
  s[2] = mix(s[1] + stream)
  s[3] = 1
  const next = (): number => {
    const out = (s[0]! + s[1]! + s[3]!) | 0
    s[3] = s[3]! + 1
    s[0] = s[1]! ^ (s[1]! >>> 9)
    s[1] = s[2]! + (s[2]! << 3)
    s[2] = ((s[2]! << 21) | (s[2]! >>> 11)) + out
    return out >>> 0
  }
  for (let i = 0; i < 16; i++) next()
  return next
}
