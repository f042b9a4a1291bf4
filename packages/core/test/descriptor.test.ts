import { ageOf, hopOf, limits } from '@pex/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { descriptor } from './peers.ts'

const anyHop = fc.integer({ min: -9, max: limits.maxHop })
const rounds = fc.integer({ min: 0, max: 10_000 })

describe('an entry', () => {
  it('ages by a round a round, and claims a hop that only grows, is never 0 and never above the limit', () => {
    fc.assert(
      fc.property(anyHop, rounds, rounds, (hop, since, later) => {
        const held = { ...descriptor('p', hop), since }
        expect(ageOf(held, since + later)).toBe(later)
        expect(hopOf(held, since + later)).toBeGreaterThanOrEqual(hopOf(held, since))
        expect(hopOf(held, since + later)).toBeGreaterThan(0)
        expect(hopOf(held, since + later)).toBeLessThanOrEqual(limits.maxHop)
      })
    )
  })
})
