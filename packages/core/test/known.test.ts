import { Known, limits } from '@pex/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { record } from './peers.ts'

const anyEvent = fc.record({
  what: fc.constantFrom('see', 'meet', 'bury' as const),
  seq: fc.bigInt({ min: 0n, max: 5n })
})

describe('what we know of a peer', () => {
  it('is the highest seq that was ever seen, whatever happens in between', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1 }), events => {
        const known = new Known()
        let highest = -1n
        for (const [round, { what, seq }] of events.entries()) {
          if (seq > highest) highest = seq
          if (what === 'bury') known.bury(record('p', seq), round)
          else known[what](record('p', seq))
        }
        expect(known.supersedes(record('p', highest))).toBe(false)
        if (highest > 0n) expect(known.supersedes(record('p', highest - 1n))).toBe(true)
      })
    )
  })

  it('a tombstone holds against hearsay of the same or an older seq, for its number of rounds', () => {
    const known = new Known()
    known.bury(record('p', 5n), 10)
    expect(known.buries(record('p', 5n), 10)).toBe(true)
    expect(known.buries(record('p', 4n), 10)).toBe(true)
    expect(known.buries(record('p', 5n), 10 + limits.tombstoneRounds - 1)).toBe(true)
    expect(known.buries(record('p', 5n), 10 + limits.tombstoneRounds)).toBe(false)
    known.see(record('p', 5n))
    expect(known.buries(record('p', 5n), 10), 'hearsay does not lift it').toBe(true)
  })

  it('a tombstone does not hold against a newer record, after which the old one is outdated for good', () => {
    const known = new Known()
    known.bury(record('p', 5n), 10)
    expect(known.buries(record('p', 6n), 10)).toBe(false)
    known.see(record('p', 6n))
    expect(known.buries(record('p', 6n), 10)).toBe(false)
    expect(known.supersedes(record('p', 5n))).toBe(true)
  })

  it('the peer itself lifts its tombstone, whether the record it shows is new, the same or an older one', () => {
    for (const seq of [4n, 5n, 6n]) {
      const known = new Known()
      known.bury(record('p', 5n), 10)
      known.meet(record('p', seq))
      expect(known.buries(record('p', 5n), 10), `${seq}`).toBe(false)
      expect(known.supersedes(record('p', 4n)), 'and the highest seq stays').toBe(true)
    }
  })

  it('a tombstone covers the newest record that we know of, though the one that did not answer was older', () => {
    const known = new Known()
    known.see(record('p', 9n))
    known.bury(record('p', 5n), 10)
    expect([9n, 10n].map(seq => known.buries(record('p', seq), 10))).toEqual([true, false])
  })

  it('a flood of fresh ids unearths nobody', () => {
    const known = new Known()
    known.bury(record('p', 5n), 10)
    for (let i = 0; i < 5 * limits.maxKnown; i++) known.see(record(`fresh${i}`))
    expect(known.buries(record('p', 5n), 10)).toBe(true)
    for (let i = 0; i < 5 * limits.maxKnown; i++) known.meet(record(`caller${i}`))
    expect(known.buries(record('p', 5n), 10), 'nor does a flood of callers').toBe(true)
  })

  it('is bounded: the peers that were seen longest ago are forgotten', () => {
    const known = new Known()
    for (let i = 0; i < limits.maxKnown; i++) known.see(record(`p${i}`, 9n))
    known.see(record('p0', 9n))
    known.see(record('one more', 9n))
    expect(known.supersedes(record('p0', 1n))).toBe(true)
    expect(known.supersedes(record('p1', 1n))).toBe(false)
  })

  it('remembers so many tombstones and no more: those that were set longest ago are forgotten', () => {
    const known = new Known()
    for (let i = 0; i <= limits.maxKnown; i++) known.bury(record(`p${i}`), 0)
    expect([0, 1, limits.maxKnown].map(i => known.buries(record(`p${i}`), 1))).toEqual([false, true, true])
  })
})
