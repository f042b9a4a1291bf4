import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BoundedMap } from '../src/bounded-map.ts'

const anyOperation = fc.record({
  what: fc.constantFrom('set', 'set', 'set', 'get', 'delete', 'clear' as const),
  key: fc.nat(12),
  value: fc.nat()
})

describe('a bounded map', () => {
  it('never holds more than its bound, and forgets the key that was written longest ago', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(anyOperation), (max, operations) => {
        const map = new BoundedMap<number, number>(max)
        let model: [number, number][] = []
        for (const { what, key, value } of operations) {
          const others = model.filter(([other]) => other !== key)
          if (what === 'set') {
            map.set(key, value)
            model = [...others, [key, value] as [number, number]].slice(-max)
          } else if (what === 'delete') {
            expect(map.delete(key)).toBe(others.length < model.length)
            model = others
          } else if (what === 'clear') {
            map.clear()
            model = []
          } else expect(map.get(key)).toBe(new Map(model).get(key))
          expect([...map.values()]).toEqual(model.map(([, held]) => held))
          expect(map.size).toBe(model.length)
        }
      })
    )
  })
})
