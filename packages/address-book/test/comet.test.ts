import { describe, expect, it } from 'vitest'
import { netAddresses } from '@pex/address-book'
import { cometBook, day, group, hour, minute, node, nodeId, start } from './world.ts'

const some = (count: number, first: number = 1) => Array.from({ length: count }, (_, i) => node(first + i))

describe('CometBFT’s book', () => {
  it('picks nothing while it is empty, and the only one with any bias', () => {
    const book = cometBook()
    expect(book.pick(start, 50)).toBeUndefined()
    expect(book.select(start)).toEqual([])
    book.add(node(1), node(2), start)
    for (const bias of [-5, 0, 50, 100, 500]) expect(book.pick(start, bias)).toEqual(node(1))
    book.good(node(1).id, start)
    expect(book.pick(start, 0)).toEqual(node(1))
    expect(book.pick(start, 50)).toEqual(node(1))
    // Only new ones were wanted, and there are none.
    expect(book.pick(start, 100)).toBeUndefined()
  })

  it('finds what it was told, and says whether it needs more', () => {
    const book = cometBook()
    for (const one of some(100)) expect(book.add(one, node(9_999), start)).toBe('added')
    for (const one of some(100)) expect(book.get(one.id)?.address).toEqual(one)
    expect(book.get(nodeId(5_000))).toBeUndefined()
    expect(book.size).toBe(100)
    expect(book.needsMore).toBe(true)
    for (const one of some(920, 101)) book.add(one, node(one.port, Number.parseInt(one.id, 16) % 97), start)
    expect(book.size).toBeGreaterThanOrEqual(1_000)
    expect(book.needsMore).toBe(false)
  })

  it('promotes what is good, and still shows and picks everybody', () => {
    const book = cometBook()
    for (const one of some(100)) book.add(one, node(one.port, Number.parseInt(one.id, 16) + 200), start)
    for (const one of some(100)) if (Number.parseInt(one.id, 16) % 5 === 0) book.good(one.id, start)
    expect(book.counts).toEqual({ fresh: 80, tried: 20, banned: 0 })
    expect(book.select(start)).toHaveLength(32)
    expect(book.problems()).toEqual([])
  })

  it('holds 100 after 300 additions of 100', () => {
    const book = cometBook()
    for (let round = 0; round < 3; round++)
      for (const one of some(100)) book.add(one, node(1_000 + round, 300 + round), start)
    expect(book.size).toBe(100)
    expect(book.select(start)).toHaveLength(32)
  })

  it('puts an address that is in n buckets into one more once in 2n, and never into more than four', () => {
    const book = cometBook()
    const counts = [0, 0, 0, 0, 0]
    let second = 0
    for (const one of some(1_000)) {
      book.add(one, node(1, 400), start)
      // Of another group, whose bucket is another but by accident.
      book.add(one, node(2, 401), start)
      if (book.get(one.id)?.buckets.length === 2) second++
      for (let i = 0; i < 200; i++) book.add(one, node(3, 500 + i), start)
      const { length } = book.get(one.id)?.buckets ?? []
      counts[length ?? 0]!++
      book.remove(one.id)
    }
    // Half of them: three standard deviations are 47.
    expect(second).toBeGreaterThan(440)
    expect(second).toBeLessThan(560)
    expect(counts).toEqual([0, 0, 0, 0, 1_000])
  })

  it('forgets what is removed', () => {
    const book = cometBook()
    book.add(node(1), node(2), start)
    book.remove(node(1).id)
    book.remove(nodeId(77))
    expect(book.size).toBe(0)
    expect(book.problems()).toEqual([])
  })

  it.each([true, false])('shows the only one it has, good: %s', isGood => {
    const book = cometBook()
    for (const one of some(10)) book.add(one, node(50), start)
    if (isGood) book.good(node(1).id, start)
    expect(book.select(start)).toHaveLength(10)
    expect(book.select(start, { bias: 30 })).toHaveLength(10)
  })

  it('shows 30 % of new ones when asked to, those first, nobody twice', () => {
    const book = cometBook()
    for (const one of some(1_000)) book.add(one, node(1, Number.parseInt(one.id, 16) + 1), start)
    for (const one of some(800)) book.good(one.id, start)
    const isTried = book.select(start, { bias: 30 }).map(({ id }) => book.get(id)!.isTried)
    const { length } = isTried
    expect(length).toBe(Math.floor(book.size * 0.23))
    expect(isTried.indexOf(true)).toBe(Math.round(0.3 * length))
    expect(isTried.lastIndexOf(false)).toBe(Math.round(0.3 * length) - 1)
    expect(new Set(book.select(start).map(({ id }) => id)).size).toBe(length)
    const freshAt = (bias: number): number =>
      book.select(start, { bias }).filter(({ id }) => !book.get(id)!.isTried).length
    for (const bias of [-1, 0]) expect(freshAt(bias)).toBe(0)
    // More were wanted than there are: old ones make up for it.
    expect(book.counts.fresh).toBeLessThan(length)
    for (const bias of [100, 900]) expect(freshAt(bias)).toBe(book.counts.fresh)
  })

  it.each([
    [0, 20],
    [1, 15],
    [5, 30],
    [20, 0],
    [30, 2],
    [40, 40],
    [100, 3],
    [3, 100],
    [120, 120]
  ])('of %d old and %d new ones shows as many of each as a bias of 30 % asks for', (tried, fresh) => {
    const book = cometBook()
    for (let n = 1; n <= tried + fresh; n++) book.add(node(n), node(1, 300 + n), start)
    for (let n = 1; n <= tried; n++) book.good(nodeId(n), start)
    expect(book.counts).toMatchObject({ tried, fresh })
    const shown = book.select(start, { bias: 30 }).map(({ id }) => book.get(id)!.isTried)
    const count = Math.min(250, Math.max(Math.min(32, tried + fresh), Math.floor(0.23 * (tried + fresh))))
    const wanted = Math.max(Math.round(0.3 * count), count - tried)
    expect(shown.filter(isTried => !isTried)).toHaveLength(Math.min(fresh, wanted))
    expect(shown).toHaveLength(count)
  })

  it('shows a seed’s clients only who has answered lately, and never themselves', () => {
    const book = cometBook()
    for (const one of some(40)) book.add(one, node(1, 300 + (one.port % 7)), start)
    for (const one of some(20)) book.good(one.id, start)
    for (const one of some(5)) book.good(one.id, start + 10 * hour)
    const shown = book.select(start + 11 * hour, { answeredWithinMs: 2 * hour, except: node(3).id })
    expect(shown.map(({ id }) => id).sort()).toEqual([1, 2, 4, 5].map(nodeId))
    const ever = book.select(start, { answeredWithinMs: Number.POSITIVE_INFINITY })
    expect(ever).toHaveLength(20)
  })

  it('keeps the banned out until their time is over, also those it has never heard of', () => {
    const book = cometBook()
    book.add(node(1), node(1), start)
    book.ban(node(1).id, hour, start)
    book.ban(nodeId(99), hour, start)
    expect(book.get(node(1).id)).toBeUndefined()
    expect(book.isBanned(node(1).id, start + hour - 1)).toBe(true)
    expect(book.add(node(1), node(1), start + 1)).toBe('banned')
    expect(book.add({ ...node(99), id: nodeId(99) }, node(1), start + 1)).toBe('banned')
    expect(book.reinstate(start + 1)).toBe(0)
    expect(book.reinstate(start + hour)).toBe(1)
    expect(book.size).toBe(1)
    expect(book.get(node(1).id)?.isTried).toBe(false)
    expect(book.isBanned(nodeId(99), start + hour)).toBe(false)
    expect(book.counts.banned).toBe(0)
  })

  it('never shortens a ban', () => {
    const book = cometBook()
    book.ban(nodeId(1), day, start)
    book.ban(nodeId(1), minute, start)
    expect(book.isBanned(nodeId(1), start + hour)).toBe(true)
    book.unban(nodeId(1))
    expect(book.isBanned(nodeId(1), start)).toBe(false)
  })

  it('is not empty for its own address, and refuses it by id and by place', () => {
    const book = cometBook({ own: [node(1)] })
    expect(book.add(node(1), node(2), start)).toBe('own')
    expect(book.add({ ...node(2), ip: node(1).ip }, node(2), start)).toBe('own')
    expect(book.add({ ...node(2), id: node(1).id }, node(2), start)).toBe('own')
    expect(book.size).toBe(0)
    book.add(node(3), node(2), start)
    book.setOwn([node(3)])
    expect(book.size).toBe(0)
  })

  it('hears nothing of private peers, and nothing from them', () => {
    const book = cometBook({ privateIds: [nodeId(1), nodeId(2)] })
    expect(book.add(node(1), node(9), start)).toBe('private')
    expect(book.add(node(8), node(2), start)).toBe('private-source')
    expect(book.add(node(8), node(9), start)).toBe('added')
  })

  it.each([
    ['no id', { id: '', ip: '1.2.3.4', port: 1 }, 'malformed'],
    ['a name', { id: nodeId(1), ip: 'example.com', port: 1 }, 'malformed'],
    ['no place', { id: nodeId(1), ip: '0.0.0.0', port: 1 }, 'malformed'],
    ['a port that is none', { id: nodeId(1), ip: '1.2.3.4', port: 65_536 }, 'malformed'],
    ['null', null, 'malformed'],
    ['loopback', { id: nodeId(1), ip: '127.0.0.1', port: 1 }, 'unroutable'],
    ['a private place', { id: nodeId(1), ip: '10.0.0.1', port: 1 }, 'unroutable']
  ])('refuses %s', (_, address, refusal) => {
    expect(cometBook().add(address as never, node(2), start)).toBe(refusal)
  })

  it('takes private places when it is not strict', () => {
    const kind = netAddresses('any')
    expect(kind.isWelcome({ id: nodeId(1), ip: '127.0.0.1', port: 1 }, node(1))).toBe(true)
  })

  it('never moves a known id, new or old, to where somebody else says that it is', () => {
    const book = cometBook()
    book.add(node(1), node(2), start)
    for (let i = 0; i < 50; i++) book.add({ ...node(1), ip: '99.1.2.3' }, node(3, 300 + i), start)
    expect(book.get(node(1).id)?.address).toEqual(node(1))
    book.good(node(1).id, start)
    expect(book.add({ ...node(1), ip: '99.1.2.3' }, node(3), start)).toBe('known')
    expect(book.get(node(1).id)).toMatchObject({ address: node(1), isTried: true })
  })

  it('moves an id when the peer itself says so, and begins to vet it anew', () => {
    const book = cometBook()
    book.add(node(1), node(2), start)
    book.good(node(1).id, start)
    const moved = { ...node(1), ip: '99.1.2.3' }
    expect(book.moved(node(1), start)).toBe('known')
    expect(book.moved({ ...moved, ip: '10.0.0.1' }, start)).toBe('unroutable')
    expect(book.moved(moved, start)).toBe('again')
    expect(book.get(node(1).id)).toMatchObject({ address: moved, isTried: false, lastSuccess: start })
    expect(book.problems()).toEqual([])
  })

  it('never has more than 64 in a bucket, nor one source group in more than 32 of 256', () => {
    const book = cometBook()
    const attackers = Array.from({ length: 10_000 }, (_, i) => node(i, i % 2_000))
    for (const one of attackers) book.add(one, node(1, 7), start)
    const buckets = new Map<number, number>()
    for (const one of attackers)
      for (const bucket of book.get(one.id)?.buckets ?? [])
        buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1)
    expect(buckets.size).toBeLessThanOrEqual(32)
    expect(Math.max(...buckets.values())).toBe(64)
    expect(book.size).toBeLessThanOrEqual(32 * 64)
    expect(book.problems()).toEqual([])
  })

  it('loses nobody when an old bucket is full: who leaves it is new again', () => {
    const book = cometBook({ rules: { triedBuckets: 1, triedBucketSize: 3 } })
    for (const [i, one] of some(10).entries()) {
      book.add(one, node(1, 300 + i), start)
      book.good(one.id, start + i)
      expect(book.size).toBe(i + 1)
      expect(book.counts.tried).toBe(Math.min(3, i + 1))
      expect(book.problems()).toEqual([])
    }
    // The oldest have gone.
    expect([8, 9, 10].map(n => book.get(nodeId(n))?.isTried)).toEqual([true, true, true])
  })

  it('loses nobody either when the new bucket of who leaves is full too', () => {
    const book = cometBook({
      rules: { triedBuckets: 1, triedBucketSize: 1, newBuckets: 2, newBucketSize: 4 }
    })
    for (let i = 0; i < 200; i++) book.add(node(i), node(1, 300 + i), start)
    const { size } = book
    expect(size).toBe(8)
    for (const one of book.select(start)) {
      book.good(one.id, start)
      expect(book.size).toBe(size)
      expect(book.problems()).toEqual([])
    }
  })

  it('lets a bad one go before the oldest', () => {
    const book = cometBook({ rules: { newBuckets: 1, newBucketSize: 3 } })
    for (const [i, one] of some(3).entries()) book.add(one, node(1), start + i)
    for (let i = 0; i < 3; i++) book.attempt(nodeId(3), start + i)
    const later = start + 10 * minute
    expect([1, 2, 3].map(n => book.isBad(nodeId(n), later))).toEqual([false, false, true])
    book.add(node(4), node(1), later)
    expect(book.get(nodeId(3))).toBeUndefined()
    book.add(node(5), node(1), later)
    expect(book.get(nodeId(1))).toBeUndefined()
    expect(book.size).toBe(3)
  })

  it.each([10, 50, 90])('picks by the roots of its tables at a bias of %d', bias => {
    const book = cometBook()
    for (let i = 0; i < 500; i++) book.add(node(i), node(1, 1_000 + (i % 200)), start)
    for (let i = 0; i < 100; i++) book.good(nodeId(i), start)
    const { fresh, tried } = book.counts
    const expected = (Math.sqrt(fresh) * bias) / (Math.sqrt(fresh) * bias + Math.sqrt(tried) * (100 - bias))
    let picked = 0
    for (let i = 0; i < 4_000; i++) if (!book.get(book.pick(start, bias)!.id)!.isTried) picked++
    // Three standard deviations are at most 0.024.
    expect(Math.abs(picked / 4_000 - expected)).toBeLessThan(0.025)
  })

  it('stays a group’s though its addresses are all over an IPv4 /16', () => {
    const { groupOf } = netAddresses()
    expect(groupOf(node(1, 5))).toBe(`${group(5)}.0.0`)
    expect(groupOf({ ...node(1), ip: `${group(5)}.200.200` })).toBe(`${group(5)}.0.0`)
  })
})
