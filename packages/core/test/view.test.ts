import { View } from '@pex/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyId, entry, fullView, ids } from './peers.ts'

describe('a view', () => {
  it('is made exactly when it is within its bound, holds each id once and not its owner', () => {
    fc.assert(
      fc.property(fc.array(anyId, { maxLength: 12 }), fc.integer({ min: 0, max: 8 }), (wanted, max) => {
        const make = (): View => View.empty('p0', max).of(wanted.map(id => entry(id)))
        const lawful =
          wanted.length <= max && new Set(wanted).size === wanted.length && !wanted.includes('p0')
        if (lawful) expect(ids(make().entries)).toEqual(wanted)
        else expect(make).toThrow('broken invariant')
      })
    )
  })

  it('finds its entries by id, whatever an id looks like', () => {
    const odd = ['__proto__', 'constructor', 'toString', '']
    const view = View.empty('self', 4).of(odd.map(id => entry(id)))
    expect(odd.map(id => view.get(id)?.record.id)).toEqual(odd)
    expect(view.has('valueOf')).toBe(false)
  })

  it('without some peers is another view; the first one stays as it was', () => {
    const view = fullView(4)
    const rest = view.without(new Set(['p1', 'p3', 'nobody']))
    expect([ids(rest.entries), rest.owner, rest.max]).toEqual([['p0', 'p2'], 'self', 4])
    expect(view.size).toBe(4)
  })
})
