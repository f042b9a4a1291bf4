import { ageOf, describe as describePeer, hold, hopOf, limits } from '@pex/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { descriptor } from './peers.ts'

const anyHop = fc.integer({ min: 0, max: limits.maxHop })
const rounds = fc.integer({ min: 0, max: 10_000 })

describe('an entry', () => {
  it('is of age 0 when it comes, one hop further than it claimed, and ages by a round a round', () => {
    fc.assert(
      fc.property(anyHop, rounds, rounds, (hop, round, later) => {
        const held = hold(descriptor('p', hop), round)
        expect(ageOf(held, round)).toBe(0)
        expect(ageOf(held, round + later)).toBe(later)
        expect(hopOf(held, round)).toBe(Math.min(hop + 1, limits.maxHop))
      })
    )
  })

  it('claims a hop that only grows, is never 0 and never above the limit', () => {
    fc.assert(
      fc.property(anyHop, rounds, rounds, (hop, round, later) => {
        const held = hold(descriptor('p', hop), round)
        expect(hopOf(held, round + later)).toBeGreaterThanOrEqual(hopOf(held, round))
        expect(describePeer(held, round + later).hop).toBeGreaterThan(0)
        expect(describePeer(held, round + later).hop).toBeLessThanOrEqual(limits.maxHop)
      })
    )
  })
})
