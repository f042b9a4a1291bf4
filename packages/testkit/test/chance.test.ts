import { below } from '@pex/core'
import { seeded, withSeed } from '@pex/testkit/chance'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

function draw(rng: () => number, count = 8): number[] {
  return Array.from({ length: count }, () => rng())
}

describe('seeded chance', () => {
  it('a seed always gives the same integers of 32 bits', () => {
    expect(draw(seeded(42), 4)).toEqual([1_617_291_581, 184_860_685, 3_367_808_018, 1_429_358_728])
    fc.assert(
      fc.property(fc.maxSafeInteger(), seed => {
        const drawn = draw(seeded(seed))
        expect(drawn).toEqual(draw(seeded(seed)))
        for (const value of drawn) expect(value >>> 0).toBe(value)
      })
    )
  })

  it('seeds that stand side by side, and seeds above 32 bits, share nothing', () => {
    const first = new Set<number>()
    for (let seed = -500; seed < 500; seed++) first.add(seeded(seed)()).add(seeded(seed + 2 ** 40)())
    expect(first.size).toBe(2_000)
  })

  it('is spread evenly, from the first draw on', () => {
    const counts = Array.from({ length: 10 }, () => 0)
    for (let seed = 0; seed < 10_000; seed++) counts[below(seeded(seed), 10)]!++
    // Chi-squared with 9 degrees of freedom: 27.9 is the 0.1 % point; the seeds are fixed.
    expect(counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0)).toBeLessThan(27.9)
  })

  it('a fork depends on seed and label alone, not on what was drawn before', () => {
    const [fresh, used] = [seeded(7), seeded(7)]
    draw(used, 100)
    expect(draw(used.fork('network'))).toEqual(draw(fresh.fork('network')))
    expect(draw(fresh), 'and takes nothing from its source').toEqual(draw(seeded(7)))
  })

  it('forks of other labels, other parents and other depths differ', () => {
    const rng = seeded(7)
    const sources = [rng, rng.fork(''), rng.fork('a'), rng.fork('b'), rng.fork('a').fork('b'), rng.fork('ab')]
    sources.push(seeded(8).fork('a'), rng.fork('a\0'), rng.fork('b').fork('a'))
    expect(new Set(sources.map(source => source())).size).toBe(sources.length)
  })

  it('refuses a seed that is no integer', () => {
    for (const seed of [NaN, 0.5, Infinity, 2 ** 60]) expect(() => seeded(seed)).toThrow(RangeError)
  })
})

describe('a test with a seed', () => {
  it('that passes returns what it returns', async () => {
    expect(withSeed(3, rng => rng())).toBe(seeded(3)())
    expect(await withSeed(3, async rng => rng())).toBe(seeded(3)())
  })

  it('that fails tells its seed, at once or later, and keeps the error that it was', async () => {
    const raise = (error: Error): never => {
      throw error
    }
    const error = new TypeError('wrong')
    expect(() => withSeed(12, () => raise(error))).toThrow(error)
    expect(error.message).toBe('wrong [seed 12]')
    await expect(withSeed(13, async () => Promise.reject(new Error('later')))).rejects.toThrow(
      'later [seed 13]'
    )
    const odd = 'a stranger may throw anything' as unknown as Error
    expect(() => withSeed(14, () => raise(odd))).toThrow('a stranger may throw anything [seed 14]')
  })
})
