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
          // A peer speaks with the seq that admission let through.
          if (what === 'meet' && seq < highest) continue
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

  it('a newer record lifts the tombstone, and so does the peer itself', () => {
    for (const lift of ['see', 'meet'] as const) {
      const known = new Known()
      known.bury(record('p', 5n), 10)
      expect(known.buries(record('p', 6n), 10)).toBe(false)
      known[lift](record('p', lift === 'see' ? 6n : 5n))
      expect(known.buries(record('p', 5n), 10)).toBe(false)
    }
  })

  it('is bounded: the peers that were seen longest ago are forgotten', () => {
    const known = new Known()
    for (let i = 0; i < limits.maxKnown; i++) known.see(record(`p${i}`, 9n))
    known.see(record('p0', 9n))
    known.see(record('one more', 9n))
    expect(known.supersedes(record('p0', 1n))).toBe(true)
    expect(known.supersedes(record('p1', 1n))).toBe(false)
  })
})
