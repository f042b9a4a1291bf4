import { limits } from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecoveryMemory } from '../src/recovery.ts'
import { entry, ids } from './peers.ts'

describe('the recovery memory', () => {
  it('holds each id once, never more than its bound, and always the one that was kept last', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 80, size: 'max' }), fc.integer(), (kept, seed) => {
        const memory = new RecoveryMemory()
        const rng = seeded(seed)
        for (const i of kept) {
          memory.keep(entry(`p${i}`), rng)
          const held = ids(memory.entries)
          expect(new Set(held).size).toBe(held.length)
          expect(held.length).toBeLessThanOrEqual(limits.recoverySize)
          expect(held).toContain(`p${i}`)
        }
        expect(memory.entries.length).toBe(Math.min(new Set(kept).size, limits.recoverySize))
      })
    )
  })

  it('picks any of its peers, and nobody when it is empty', () => {
    const memory = new RecoveryMemory()
    const rng = seeded(1)
    expect(memory.pick(rng)).toBeUndefined()
    for (const id of ['a', 'b', 'c']) memory.keep(entry(id), rng)
    const picked = Array.from({ length: 100 }, () => memory.pick(rng)!.record.id)
    expect(new Set(picked)).toEqual(new Set(['a', 'b', 'c']))
  })

  it('lets a peer go when it is told to, and nobody else', () => {
    const memory = new RecoveryMemory()
    for (const id of ['a', 'b']) memory.keep(entry(id), seeded(1))
    memory.forget('a')
    memory.forget('stranger')
    expect(ids(memory.entries)).toEqual(['b'])
  })
})
