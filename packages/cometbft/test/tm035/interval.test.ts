import { describe, expect, it } from 'vitest'
import { nextInterval } from '../../src/tm035/interval.ts'

const input = { leastMs: 100, added: 0, total: 0, available: 1, ratio: 0 }

describe('the wait until the next request', () => {
  it.each([
    // One peer, and everything that is known has just been learnt.
    [1, 100, 100, 200],
    // One peer, and nothing was news: a network of a hundred is known.
    [1, 100, 0, 1_020_200],
    [10, 100, 0, 102_110],
    [50, 1_000, 9, 20_140.02],
    [1, 0, 0, 200],
    [2, 3, 1, 300],
    [100, 0, 0, 101]
  ])(
    'with %i peers to ask, %i addresses learnt, %i of them now, is %f ms',
    (available, total, added, expected) => {
      expect(nextInterval({ ...input, available, total, added })).toBeCloseTo(expected, 1)
    }
  )

  it('is twice as long with the shortest wait of v0.35.9', () => {
    expect(nextInterval({ ...input, leastMs: 200, total: 100, added: 100 })).toBe(400)
  })

  it.each([
    [0.95, 600_000],
    [1, 600_000],
    [0.949, 200]
  ])('with a store %f full is %i ms', (ratio, expected) => {
    expect(nextInterval({ ...input, ratio })).toBe(expected)
  })

  it('with nobody to ask is a second, and with a full store ten minutes all the same', () => {
    expect(nextInterval({ ...input, available: 0, total: 500 })).toBe(1_000)
    expect(nextInterval({ ...input, available: 0, ratio: 0.95 })).toBe(600_000)
  })
})
