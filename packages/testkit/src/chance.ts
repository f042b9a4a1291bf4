/**
 * Chance from a seed: core's `Rng` on pure-rand's xoroshiro128+, with forks, so that a failing test is run again by its
 * seed alone.
 */
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { Rng } from '@pex/core'

/** A source of chance that can be divided. */
export interface SeededRng extends Rng {
  /**
   * A source of its own for a part of the test: it depends on this source's seed and on the label, never on how much has
   * been drawn, so that one more draw in one part changes nothing in the others.
   */
  fork(label: string): SeededRng
}

/** A source of chance; the same integer gives the same sequence on every platform. */
export function seeded(seed: number): SeededRng {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a safe integer, not ${seed}`)
  const halves = [seed | 0, Math.floor(seed / 0x1_0000_0000) | 0]
  return fromRoot([1, 2, 3, 4].map(lane => halves.reduce(absorb, lane)))
}

/** Runs a test on a seed's chance; when it fails, the failure's message ends with the seed. */
export function withSeed<T>(seed: number, test: (rng: SeededRng) => T): T {
  try {
    const result = test(seeded(seed))
    return result instanceof Promise ? (result.catch((error: unknown) => tell(error, seed)) as T) : result
  } catch (error) {
    return tell(error, seed)
  }
}

function tell(error: unknown, seed: number): never {
  if (!(error instanceof Error)) throw new Error(`${String(error)} [seed ${seed}]`, { cause: error })
  // The same error object, so that the runner still sees its kind and its difference.
  error.message += ` [seed ${seed}]`
  throw error
}

function fromRoot(root: readonly number[]): SeededRng {
  const generator = xoroshiro128plusFromState(root)
  return Object.assign(() => generator.next() >>> 0, {
    fork: (label: string): SeededRng => fromRoot(root.map(lane => absorb(hash(label, lane), label.length)))
  })
}

function hash(label: string, start: number): number {
  let state = start
  for (let i = 0; i < label.length; i++) state = absorb(state, label.charCodeAt(i))
  return state
}

/** Takes one integer into a 32-bit state; the mixing is the finalizer of MurmurHash3. */
function absorb(state: number, value: number): number {
  let h = Math.imul(state, 0x9e37_79b1) ^ value
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35)
  return (h ^ (h >>> 16)) | 0
}
