import { ageOf, hopOf } from '@pex/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { except, oldest, overflow, swap, union } from '../src/phases.ts'
import { anyScene, descriptor, entry, fullView, ids } from './peers.ts'

describe('the union', () => {
  it('holds everybody once: the view in its order, then the news in theirs', () => {
    fc.assert(
      fc.property(anyScene, ({ view, received, round }) => {
        const news = ids(received).filter(id => !view.has(id))
        expect(ids(union(view, received, round))).toEqual([...ids(view.entries), ...news])
      })
    )
  })

  it('keeps of each peer the record with the highest seq', () => {
    fc.assert(
      fc.property(anyScene, ({ view, received, round }) => {
        const all = [...view.entries, ...received]
        for (const { record } of union(view, received, round)) {
          const seqs = all.filter(item => item.record.id === record.id).map(item => item.record.seq)
          expect(record.seq).toBe(seqs.reduce((most, seq) => (seq > most ? seq : most)))
        }
      })
    )
  })

  it('hearsay makes nobody younger, whatever hop it claims and however new the record is', () => {
    fc.assert(
      fc.property(anyScene, fc.nat(1_024), ({ view, received, round }, hop) => {
        const hearsay = received.map(item => ({ ...item, hop: hop + 1 }))
        for (const item of union(view, hearsay, round)) {
          const held = view.get(item.record.id)
          if (held !== undefined) expect(ageOf(item, round)).toBe(ageOf(held, round))
        }
      })
    )
  })

  it('passes on the lowest hop that was claimed for a record, and a newer record with its own hop', () => {
    const view = fullView(2)
    const held = view.get('p1')!
    const passedOn = (hop: number, seq: bigint): number =>
      hopOf(union(view, [descriptor('p1', hop, seq)], 100)[1]!, 100)
    expect(hopOf(held, 100)).toBe(4)
    expect([passedOn(9, 1n), passedOn(2, 1n), passedOn(9, 2n), passedOn(1, 0n)]).toEqual([4, 3, 10, 2])
  })

  it('the peer itself makes its entry anew: age 0, hop 1, and its record unless we know a newer one', () => {
    const view = fullView(3)
    const heard = (seq: bigint) => union(view, [descriptor('p2', 0, seq)], 100)[2]!
    for (const seq of [1n, 2n]) {
      const { record } = heard(seq)
      expect([record.seq, ageOf(heard(seq), 100), hopOf(heard(seq), 100)]).toEqual([seq, 0, 1])
    }
    expect(heard(0n).record.seq).toBe(1n)
  })
})

describe('the swap', () => {
  it('removes only what was sent, and at most so many', () => {
    fc.assert(
      fc.property(anyScene, fc.nat(20), ({ view, received, sent, round }, count) => {
        const joined = union(view, received, round)
        const left = swap(joined, sent, count)
        const removed = joined.filter(item => !left.includes(item))
        expect(removed.length).toBeLessThanOrEqual(count)
        expect(ids(sent)).toEqual(expect.arrayContaining(ids(removed)))
        expect(left).toEqual(joined.filter(item => !removed.includes(item)))
      })
    )
  })

  it('removes what was sent first, first', () => {
    const { entries } = fullView(6)
    const sent = [entries[4]!, entries[1]!, entries[3]!]
    expect(ids(swap(entries, sent, 2))).toEqual(['p0', 'p2', 'p3', 'p5'])
    expect(swap(entries, sent, 0)).toEqual(entries)
  })

  it('knows what was sent by its id, though a newer record has taken its place', () => {
    const view = fullView(2)
    const joined = union(view, [descriptor('p0', 1, 9n)], 100)
    expect(ids(swap(joined, view.entries, 1))).toEqual(['p1'])
  })
})

describe('the oldest', () => {
  const seniority = (age: number[]) => (item: { record: { id: string } }) =>
    age[Number(item.record.id.slice(1))]!

  it('are so many, and nobody who is left is older', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 20 }), fc.nat(25), (ages, count) => {
        const entries = ages.map((_, i) => entry(`p${i}`))
        const found = oldest(entries, count, seniority(ages))
        const sorted = ages
          .map((age, i) => ({ age, id: `p${i}` }))
          .sort((a, b) => b.age - a.age)
          .slice(0, count)
        // A stable sort: of two equally old the first, and the oldest of all in front.
        expect(ids([...found])).toEqual(sorted.map(({ id }) => id))
        expect(except(entries, found).length).toBe(entries.length - found.size)
      })
    )
  })

  it('overflow is what is too many, never less than nothing', () => {
    const view = fullView(4)
    expect([3, 4, 5, 9].map(size => overflow(fullView(size).entries, view))).toEqual([0, 0, 1, 5])
  })
})
