import { below, between, chance, sample, shuffle } from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

/** The two ends of what a source may give. */
const lowest = (): number => 0
const highest = (): number => 0xffff_ffff

/** Chi-squared of counts that should all be equal. */
function unevenness(counts: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
  return counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)
}

describe('chance', () => {
  it('an integer below n reaches 0 and n - 1 and nothing beyond', () => {
    for (const n of [1, 2, 3, 32, 1_000, 2 ** 31, 2 ** 32 - 1])
      expect([below(lowest, n), below(highest, n)]).toEqual([0, n - 1])
  })

  it('a number between two others reaches the lower and never the upper', () => {
    expect(between(lowest, 150, 300)).toBe(150)
    expect(between(highest, 150, 300)).toBeLessThan(300)
    expect(between(highest, 150, 300)).toBeGreaterThan(299.9)
  })

  it('a chance of 0 never comes true, one of 1 always does', () => {
    expect([chance(lowest, 0), chance(highest, 1)]).toEqual([false, true])
    const rng = seeded(1)
    const hits = Array.from({ length: 10_000 }, () => chance(rng, 0.25)).filter(Boolean).length
    expect(Math.abs(hits - 2_500)).toBeLessThan(150)
  })

  it('a shuffle puts every item at every place equally often', () => {
    const rng = seeded(2)
    const counts = Array.from({ length: 25 }, () => 0)
    for (let i = 0; i < 10_000; i++)
      for (const [place, item] of shuffle(rng, [0, 1, 2, 3, 4]).entries()) counts[5 * place + item]!++
    // 16 degrees of freedom: 39.3 is the 0.1 % point; the seed is fixed.
    expect(unevenness(counts)).toBeLessThan(39.3)
  })

  it('a sample draws every item equally often', () => {
    const rng = seeded(3)
    const counts = Array.from({ length: 10 }, () => 0)
    for (let i = 0; i < 10_000; i++) for (const item of sample(rng, [...counts.keys()], 3)) counts[item]!++
    expect(unevenness(counts)).toBeLessThan(27.9)
  })

  it('a sample has so many items, all of them different and all from the source, which it leaves as it was', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(60), fc.integer(), (size, count, seed) => {
        const items: readonly number[] = Object.freeze(Array.from({ length: size }, (_, i) => i))
        const drawn = sample(seeded(seed), items, count)
        expect(drawn.length).toBe(Math.min(size, count))
        expect(new Set(drawn).size).toBe(drawn.length)
        expect(drawn.every(item => item < size)).toBe(true)
      })
    )
  })

  it('a shuffle of the first places alone keeps every item, once', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(40), fc.integer(), (size, count, seed) => {
        const items = Array.from({ length: size }, (_, i) => i)
        expect([...shuffle(seeded(seed), [...items], count)].sort((a, b) => a - b)).toEqual(items)
      })
    )
  })
})
