import { describe, expect, it, vi } from 'vitest'
import { attack, ours } from './eclipse.ts'
import { cometBook, group, host, nodeId, pexBook, start } from './world.ts'

// A bound on hanging: it is all computation, and a machine with other work takes many times as long.
vi.setConfig({ testTimeout: 300_000 })

describe('a flood', () => {
  it('of 65 536 addresses from 8 groups wins all first dials in at most 1 % of 1 000 restarts', () => {
    const outcome = attack({ ...ours, groups: 8, isActive: false, books: 1, boots: 1_000 })
    expect(outcome.eclipsed).toBeLessThanOrEqual(0.01)
    expect(outcome.fewestGroups).toBeGreaterThanOrEqual(3)
    expect(outcome.honestTried).toBe(500)
  })

  it('of 65 536 that answer pushes out no peer that lives', () => {
    const outcome = attack({ ...ours, groups: 8, isActive: true, books: 1, boots: 250 })
    expect(outcome.honestTried).toBe(500)
    expect(outcome.eclipsed).toBeLessThanOrEqual(0.01)
  })

  it('from everywhere leaves the book as large as its tables, and consistent', () => {
    const book = cometBook({
      rules: { newBuckets: 16, newBucketSize: 16, triedBuckets: 4, triedBucketSize: 8 }
    })
    for (let i = 0; i < 50_000; i++) {
      const one = { id: nodeId(i), ip: `${group(i % 5_000)}.${(i >> 8) & 255}.${i & 255}`, port: 1 }
      book.add(one, { ...one, id: nodeId(i + 1) }, start + i)
      if (i % 7 === 0) book.good(one.id, start + i)
      if (i % 11 === 0) book.ban(nodeId(i - 5), 1, start + i)
    }
    expect(book.size).toBeLessThanOrEqual(16 * 16 + 4 * 8)
    expect(book.counts.banned).toBeLessThanOrEqual(4_096)
    expect(book.problems()).toEqual([])
  })
})

describe('a counter', () => {
  it.each([2 ** 31 - 2, 2 ** 32 - 2, Number.MAX_SAFE_INTEGER - 2])('of additions goes on from %d', added => {
    const before = pexBook().snapshot()
    const book = pexBook({ snapshot: { ...before, added }, rules: { sourceEveryMs: 0 } })
    for (let i = 0; i < 5; i++) expect(book.add(host(i), host(9), start)).toBe('added')
    expect(book.snapshot().added).toBe(Math.min(added + 5, Number.MAX_SAFE_INTEGER))
    expect(book.size).toBe(5)
  })

  it('of attempts stops where Go’s would turn over', () => {
    const book = cometBook()
    book.add({ id: nodeId(1), ip: '1.2.3.4', port: 1 }, { id: nodeId(2), ip: '1.2.3.4', port: 1 }, start)
    const snapshot = book.snapshot()
    const [one] = snapshot.addresses
    const again = cometBook({ snapshot: { ...snapshot, addresses: [{ ...one!, attempts: 2 ** 31 - 2 }] } })
    for (let i = 0; i < 5; i++) again.attempt(nodeId(1), start)
    expect(again.get(nodeId(1))?.attempts).toBe(2 ** 31 - 1)
  })
})
