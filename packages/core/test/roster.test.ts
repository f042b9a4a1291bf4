import { limits, nobody, Roster } from '@pex/core'
import type { PeerRecord } from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { record } from './peers.ts'

function roster(held: ReadonlySet<number> = new Set(), size?: number, seed = 1): Roster {
  return new Roster(record('self'), seeded(seed), peer => held.has(peer), size)
}

describe('numbers of peers', () => {
  it('are given once each, the own peer’s is 0, and nobody has the number of another', () => {
    const numbers = roster()
    expect([numbers.find('self'), numbers.find('a')]).toEqual([0, nobody])
    expect(['a', 'b', 'a', 'self'].map(id => numbers.see(record(id)))).toEqual([1, 2, 1, 0])
    expect(numbers.find('b')).toBe(2)
  })

  it('never change their meaning while something holds them, whoever comes', () => {
    const size = 12
    const anyStep = fc.record({ id: fc.nat(60), hold: fc.boolean(), drop: fc.nat(30) })
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 120, size: 'max' }), steps => {
        const held = new Set<number>()
        const meaning = new Map<number, string>()
        const numbers = roster(held, size)
        for (const { id, hold, drop } of steps) {
          const name = `p${id}`
          const number = numbers.see(record(name))
          expect(number).toBeGreaterThan(0)
          expect(number).toBeLessThan(size)
          expect(meaning.get(number) ?? name, 'a held number means who it meant').toBe(name)
          if (drop === 0)
            for (const other of [...held].slice(0, 3)) {
              meaning.delete(other)
              held.delete(other)
            }
          if (hold && held.size < size - 3) {
            held.add(number)
            meaning.set(number, name)
          }
          numbers.endStep()
          for (const [other, who] of meaning) {
            expect(numbers.find(who)).toBe(other)
            expect(numbers.record(other)?.id).toBe(who)
          }
        }
      })
    )
  })

  it('of one step are all different, though nothing holds them yet', () => {
    const numbers = roster(new Set(), 40)
    for (let step = 0; step < 50; step++) {
      const seen = Array.from({ length: limits.maxRecords }, (_, i) => numbers.see(record(`p${step}-${i}`)))
      expect(new Set(seen).size).toBe(limits.maxRecords)
      numbers.endStep()
    }
  })

  it('when all of them are needed at once is a mistake of ours', () => {
    const numbers = roster(new Set([1, 2, 3]), 4)
    for (const id of ['a', 'b', 'c']) numbers.see(record(id))
    numbers.endStep()
    expect(() => numbers.see(record('d'))).toThrow('broken invariant')
  })
})

describe('what is known of a peer', () => {
  it('is its newest record, and of an older one that it is outdated', () => {
    const numbers = roster(new Set([1]))
    const newest = record('a', 5n)
    numbers.see(record('a', 3n))
    numbers.see(newest)
    numbers.see(record('a', 4n))
    expect(numbers.record(1)).toBe(newest)
    expect([3n, 5n, 6n].map(seq => numbers.compare(record('a', seq)))).toEqual([-1, 0, 1])
    expect(numbers.compare(record('b', 0n))).toBe(1)
  })

  it('is the seq alone once nothing holds it; a record that comes again is known again', () => {
    const numbers = roster()
    const number = numbers.see(record('a', 5n))
    numbers.endStep()
    expect([numbers.record(number), numbers.compare(record('a', 4n))]).toEqual([undefined, -1])
    numbers.see(record('a', 5n))
    expect(numbers.record(number)).toEqual(record('a', 5n))
  })

  it('is no older record either when the newest was forgotten', () => {
    const held = new Set<number>()
    const numbers = roster(held)
    const number = numbers.see(record('a', 5n))
    numbers.endStep()
    held.add(number)
    numbers.see(record('a', 4n))
    numbers.endStep()
    expect([numbers.record(number), numbers.compare(record('a', 4n))]).toEqual([undefined, -1])
  })

  it('is the newest record that can be called, though a newer one without addresses has been seen', () => {
    const numbers = roster(new Set([1]))
    numbers.see(record('a', 5n))
    numbers.see(record('a', 6n, []))
    expect([numbers.record(1)?.seq, numbers.compare(record('a', 5n))]).toEqual([5n, -1])
  })

  it('of ourselves is what we say, addresses or not', () => {
    const numbers = roster()
    const own: PeerRecord = record('self', 9n, [])
    numbers.renew(own)
    numbers.see(record('self', 99n))
    expect([numbers.own, numbers.record(0)]).toEqual([own, own])
  })
})

describe('the hash of a peer', () => {
  it('hangs on its id and on the roster’s own key', () => {
    const [one, same, other] = [roster(), roster(), roster(new Set(), undefined, 2)]
    for (const numbers of [one, same, other]) for (const id of ['a', 'b']) numbers.see(record(id))
    expect(one.hashes[1]).toBe(same.hashes[1])
    expect(one.hashes[1]).not.toBe(one.hashes[2])
    expect(one.hashes[1]).not.toBe(other.hashes[1])
  })

  it('of its group hangs on the first public address of its newest record; 0 is of no group', () => {
    const numbers = roster(new Set([1, 2, 3]))
    const at = (id: string, address: string, seq?: bigint) => numbers.see(record(id, seq, [address]))
    at('a', '/ip4/8.8.8.8/tcp/1')
    at('b', '/ip4/8.8.4.4/tcp/1')
    at('c', '/ip4/10.0.0.1/tcp/1')
    expect(numbers.groups[1]).toBe(numbers.groups[2])
    expect([numbers.groups[1] !== 0, numbers.groups[3]]).toEqual([true, 0])
    at('c', '/ip4/9.9.9.9/tcp/1', 2n)
    expect(numbers.groups[3]).not.toBe(0)
  })
})

describe('who can be called', () => {
  it('is for the scope to say: no record of anybody else is kept, and one that falls out of it is let go', () => {
    let reachable = '/memory/1'
    const reaches = (addresses: readonly string[]): boolean => addresses.includes(reachable)
    const numbers = new Roster(record('self'), seeded(1), () => true, limits.maxKnown, reaches)
    const [near, far] = [record('near'), record('far', 1n, ['/memory/2'])]
    expect([near, far].map(each => numbers.isCallable(each))).toEqual([true, false])
    const [a, b] = [numbers.see(near), numbers.see(far)]
    expect([numbers.record(a), numbers.record(b)]).toEqual([near, undefined])
    reachable = '/memory/2'
    numbers.renew(record('self', 2n))
    expect(numbers.record(a)).toBeUndefined()
    expect(numbers.own.seq).toBe(2n)
  })
})
