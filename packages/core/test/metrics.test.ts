import { growth, zeros } from '@pex/core'
import { describe, expect, it } from 'vitest'

describe('the growth of counts', () => {
  it('is what has come since the last look, and never less than nothing', () => {
    const counts: Record<string, number> = { a: 3, b: 0 }
    const look = growth(() => counts)
    expect(look()).toEqual({ a: 3, b: 0 })
    expect(look()).toEqual({ a: 0, b: 0 })
    Object.assign(counts, { a: 5, c: 1 })
    expect(look()).toEqual({ a: 2, b: 0, c: 1 })
    // It began anew.
    counts['a'] = 1
    expect(look()).toEqual({ a: 1, b: 0, c: 0 })
  })

  it('begins with a zero for each label', () => {
    expect(zeros(['x', 'y'])).toEqual({ x: 0, y: 0 })
  })
})
