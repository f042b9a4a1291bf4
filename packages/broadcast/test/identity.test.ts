import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../src/identity.ts'

describe('ids in hex', () => {
  it('are two digits for each byte, and lead back to the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), bytes => {
        const id = toHex(bytes)
        expect(id).toBe(Buffer.from(bytes).toString('hex'))
        expect(fromHex(id)).toEqual(bytes)
      })
    )
  })

  it('take little more memory than their digits, for a host remembers 20 000 of them', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const used = (): number => {
      collect()
      collect()
      return process.memoryUsage().heapUsed
    }
    const bytes = new Uint8Array(32)
    const view = new DataView(bytes.buffer)
    const ids = new Map<string, number>()
    const before = used()
    for (let i = 0; i < 10_000; i++) {
      view.setUint32(0, i)
      ids.set(toHex(bytes), i)
    }
    const each = (used() - before) / ids.size
    // The digits, a head, and a place in the map.
    expect(each).toBeLessThan(300)
  })
})
