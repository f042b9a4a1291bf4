import { View } from '@pex/core'
import { describe, expect, it } from 'vitest'
import { descriptor } from './peers.ts'

describe('a view to look at', () => {
  it('finds its entries by id, whatever an id looks like', () => {
    const odd = ['__proto__', 'constructor', 'toString', '']
    const view = new View(
      8,
      odd.map(id => ({ ...descriptor(id), since: 0 }))
    )
    expect(odd.map(id => view.get(id)?.record.id)).toEqual(odd)
    expect([view.size, view.max, view.has('valueOf')]).toEqual([4, 8, false])
  })
})
