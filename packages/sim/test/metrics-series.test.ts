/** The metrics over time: streams of samples, and the memory of the in-degree. */
import { below } from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import { describe, expect, it } from 'vitest'
import { degreeMemory, streamQuality } from '../src/metrics/index.ts'

const population = 100

/** Draws of every other node, each as likely. */
function fair(node: number, length: number): number[] {
  const rng = seeded(node)
  return Array.from({ length }, () => {
    const i = below(rng, population - 1)
    return i < node ? i : i + 1
  })
}

const nodes = [...Array(20).keys()]

describe('a stream of samples', () => {
  it('of independent uniform draws has 1 everywhere', () => {
    const streams = nodes.map(node => ({ node, draws: fair(node, 10_000) }))
    const { chiSquare, pooled, repeats } = streamQuality(streams, population)
    expect(Math.abs(chiSquare - 1)).toBeLessThan(0.1)
    expect(Math.abs(pooled - 1)).toBeLessThan(0.4)
    for (const rate of repeats.values()) expect(Math.abs(rate - 1)).toBeLessThan(0.1)
    expect([...repeats.keys()]).toEqual([1, 2, 5, 10, 20, 50])
  })

  it('that says everything twice repeats itself at lag 1', () => {
    const streams = nodes.map(node => ({ node, draws: fair(node, 5_000).flatMap(each => [each, each]) }))
    const { repeats, chiSquare } = streamQuality(streams, population)
    // Every second pair is equal for certain: (1 + 1/99) / 2 × 99 = 50.
    expect(Math.abs(repeats.get(1)! - 50)).toBeLessThan(0.5)
    expect(Math.abs(repeats.get(2)! - 1)).toBeLessThan(0.2)
    expect(chiSquare).toBeGreaterThan(1.8)
  })

  it('shows a bias that all nodes share in the pooled figure', () => {
    const streams = nodes.map(node => ({
      node: node + 50,
      draws: fair(node + 50, 2_000).map((each, t) => (t % 10 === 0 ? 7 : each))
    }))
    const { chiSquare, pooled } = streamQuality(streams, population)
    expect(pooled).toBeGreaterThan(10 * chiSquare)
  })

  it('by hand: 4 draws of 2 others, three times the one', () => {
    const { chiSquare, pooled, repeats } = streamQuality([{ node: 0, draws: [1, 1, 2, 1] }], 3, [1, 2, 9])
    expect(chiSquare).toBe(1)
    expect(pooled).toBe(0.5)
    expect([...repeats]).toEqual([
      [1, (1 / 3) * 2],
      [2, (1 / 2) * 2]
    ])
  })
})

describe('the memory of the in-degree', () => {
  it('by hand: one that swings from round to round', () => {
    const { autocorrelation, sdOfMeans } = degreeMemory([[1, 3, 1, 3]], 2)
    expect(autocorrelation).toEqual([1, -0.75, 0.5])
    expect(sdOfMeans).toBe(0)
  })

  it('is inside the band from lag 1 on where every round is independent', () => {
    const rng = seeded(5)
    const series = Array.from({ length: 50 }, () => Float64Array.from({ length: 300 }, () => below(rng, 60)))
    const { band, firstInside } = degreeMemory(series, 20)
    expect(band).toBeCloseTo(0.149, 3)
    expect(firstInside).toBe(1)
  })

  it('shows a hub that stays a hub, and a degree that never changes', () => {
    const series = [10, 20].map(degree => Array<number>(50).fill(degree))
    const { autocorrelation, firstInside, sdOfMeans } = degreeMemory(series, 2)
    expect(autocorrelation).toEqual([1, 1, 1])
    expect(firstInside).toBe(null)
    expect(sdOfMeans).toBe(5)
  })
})
