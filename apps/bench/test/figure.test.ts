import { describe, expect, it } from 'vitest'
import { ratioOf, verdictOf } from '@pex/bench'
import type { Figure } from '@pex/bench'

const figure: Figure = { name: 'it', value: 10, unit: 'ms', rival: { name: 'other', value: 40 } }

describe('a verdict', () => {
  it.each([
    [{ of: 'value', bound: 'at most', value: 10 }, 'ok'],
    [{ of: 'value', bound: 'at most', value: 9.9 }, 'miss'],
    [{ of: 'value', bound: 'at least', value: 10 }, 'ok'],
    [{ of: 'value', bound: 'at least', value: 10.1 }, 'miss'],
    [{ of: 'ratio', bound: 'at most', value: 1 / 4 }, 'ok'],
    [{ of: 'ratio', bound: 'at most', value: 1 / 5 }, 'miss']
  ] as const)('on 10 beside 40 for %o is %s', (target, verdict) => {
    expect(verdictOf({ ...figure, target })).toBe(verdict)
  })

  it('is not given where there is no target', () => {
    expect(verdictOf(figure)).toBeUndefined()
  })

  it('is never ok for what is no number, or has no rival to be compared with', () => {
    expect(verdictOf({ ...figure, value: NaN, target: { of: 'value', bound: 'at most', value: 1 } })).toBe(
      'miss'
    )
    const alone = { ...figure, rival: undefined }
    expect(verdictOf({ ...alone, target: { of: 'ratio', bound: 'at least', value: 0 } })).toBe('miss')
  })
})

describe('a ratio', () => {
  it('is the figure as a multiple of its rival', () => {
    expect(ratioOf(figure)).toBe(0.25)
    expect(ratioOf({ ...figure, rival: undefined })).toBeUndefined()
  })
})
