import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mean, quantile, slope } from '../src/measure.ts'

const numbers = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 })

describe('a quantile', () => {
  it('is one of the samples, with its share of them at or below it', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (samples, q) => {
        const found = quantile(samples, q)
        expect(samples).toContain(found)
        expect(samples.filter(sample => sample <= found).length).toBeGreaterThanOrEqual(q * samples.length)
      })
    )
  })

  it('is known for known samples', () => {
    const samples = Array.from({ length: 100 }, (_, i) => 100 - i)
    expect([0, 0.5, 0.95, 1].map(q => quantile(samples, q))).toEqual([1, 50, 95, 100])
  })
})

describe('a mean', () => {
  it('lies in the middle', () => {
    expect(mean([1, 2, 6])).toBe(3)
  })
})

describe('a slope', () => {
  it('is that of the line on which the points lie', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }), (a, b) => {
        expect(slope([1, 2, 5, 9].map(x => [x, a * x + b]))).toBeCloseTo(a, 9)
      })
    )
  })

  it('is not led astray by a constant that all points share', () => {
    const points: [number, number][] = [
      [20, 1_021],
      [40, 1_039],
      [60, 1_060]
    ]
    expect(slope(points)).toBeCloseTo(0.975, 9)
  })
})
