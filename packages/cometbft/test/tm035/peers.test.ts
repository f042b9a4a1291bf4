import { describe, expect, it } from 'vitest'
import { formatNodeAddress } from '../../src/dialects/node-address.ts'
import { a, addAll, b, c, d, e, id, managerOf, memory, nth, scores, self, tcp } from './scene.ts'

describe('an address', () => {
  it('is added once, beside others of the same peer', () => {
    const manager = managerOf()
    expect(manager.add(tcp(a), 0, d)).toBe('added')
    expect(manager.add(memory(a), 0, d)).toBe('added')
    expect(manager.add(tcp(a), 0, d)).toBe('known')
    expect(manager.add({ ...tcp(a), protocol: 'tcp' }, 0, d)).toBe('known')
    expect(manager.add(tcp(b, '127.0.0.1', 1), 0, d)).toBe('added')
    expect(manager.addresses(a)).toEqual([tcp(a), memory(a)])
    expect(manager.ids()).toEqual([a, b])
  })

  it('of this node is not added, and cannot have been dialled', () => {
    const manager = managerOf()
    expect(manager.add(memory(self), 0)).toBe('self')
    expect(manager.dialed(memory(self), 0)).toBe('self')
    expect(manager.ids()).toEqual([])
  })

  it.each([
    { ...memory(a), id: '' },
    { ...memory(a), id: 'foo', path: '/foo' },
    { ...memory(a), id: a.toUpperCase() },
    { ...tcp(a), port: 65_536 },
    { ...tcp(a), port: 1.5 },
    { ...tcp(a), host: 'a b' },
    { ...tcp(a), host: '', port: 1 }
  ])('that is none is not added (%#)', address => {
    const manager = managerOf()
    expect(manager.add(address, 0)).toBe('malformed')
  })

  it('over the bound on peers makes the worst one go', () => {
    const manager = managerOf({ persistent: [a, c], maxPeers: 2, maxConnected: 2 })
    addAll(manager, memory(a), memory(b))
    expect(manager.add(memory(c), 0)).toBe('added')
    expect(manager.ids()).toEqual([a, c])
  })

  it('that would have to go at once is not added', () => {
    const manager = managerOf({ persistent: [a, c], maxPeers: 2, maxConnected: 2 })
    addAll(manager, memory(a), memory(c))
    expect(manager.add(memory(b), 0)).toBe('full')
    expect(manager.ids()).toEqual([a, c])
  })
})

describe('a full store', () => {
  it('keeps whoever is connected or being dialled, however bad', () => {
    const manager = managerOf({ maxPeers: 2, maxConnected: 2 })
    addAll(manager, memory(a), memory(b))
    manager.accepted(a, 0)
    expect(manager.dialNext(0)).toEqual(memory(b))
    for (const one of [a, b]) for (let i = 0; i < 9; i++) manager.bad(one)
    expect(manager.add(memory(c), 0)).toBe('full')
    expect(manager.ids()).toEqual([a, b])
  })

  it('does not count unconditional peers, and never forgets them', () => {
    const manager = managerOf({ unconditional: [a, b], maxPeers: 1, maxConnected: 1 })
    addAll(manager, memory(a), memory(b), memory(c))
    expect(manager.size).toBe(1)
    expect(manager.ratio).toBe(1)
    expect(manager.ids()).toEqual([a, b, c])
  })

  it('makes a flood pay for itself: strangers that one source has named go before those that others have', () => {
    const manager = managerOf({ maxPeers: 100, maxConnected: 10 })
    for (let n = 1; n <= 50; n++) manager.add(memory(nth(n)), 0, nth(1_000 + n))
    for (let n = 1; n <= 5_000; n++) manager.add(memory(nth(100_000 + n)), 0, e)
    const honest = manager.ids().filter(one => Number.parseInt(one, 16) <= 50)
    expect(manager.size).toBe(100)
    expect(honest).toHaveLength(50)
  })

  it('does not hold against a source whom we have met, or found out and forgotten', () => {
    const manager = managerOf({ maxPeers: 15, maxConnected: 4 })
    for (let n = 1; n <= 5; n++) {
      manager.add(memory(nth(n)), 0, e)
      manager.dialed(memory(nth(n)), 0)
      manager.disconnected(nth(n), 0)
      manager.add(memory(nth(100 + n)), 0, e)
      manager.dialFailed(memory(nth(100 + n)), 0, 'wrong-peer')
    }
    for (let n = 1; n <= 10; n++) manager.add(memory(nth(200 + n)), 0, n <= 3 ? d : nth(300 + n))
    manager.add(memory(nth(6)), 0, e)
    expect(manager.size).toBe(15)
    expect(manager.ids().filter(one => Number.parseInt(one, 16) <= 6)).toHaveLength(6)
    expect([201, 202, 203].filter(n => manager.ids().includes(nth(n)))).toHaveLength(2)
  })

  it('gives up those first that have called and cannot be dialled', () => {
    const manager = managerOf({ maxPeers: 4, maxConnected: 4 })
    addAll(manager, memory(a), memory(b))
    for (const one of [c, d]) {
      manager.accepted(one, 0)
      manager.disconnected(one, 0)
    }
    addAll(manager, memory(e), memory(id('f')))
    expect(manager.ids()).toEqual([a, b, e, id('f')])
  })
})

describe('what strangers say', () => {
  it('fills no peer with more addresses than one may have', () => {
    const manager = managerOf()
    for (let port = 1; port <= 8; port++) expect(manager.add(tcp(a, '10.0.0.1', port), 0, d)).toBe('added')
    expect(manager.add(tcp(a, '10.0.0.1', 9), 0, d)).toBe('crowded-peer')
    // One that has failed makes room; one that works does not.
    manager.dialed(tcp(a, '10.0.0.1', 1), 0)
    manager.dialFailed(tcp(a, '10.0.0.1', 2), 0)
    expect(manager.add(tcp(a, '10.0.0.1', 9), 0, d)).toBe('added')
    expect(manager.addresses(a).map(({ port }) => port)).toEqual([1, 3, 4, 5, 6, 7, 8, 9])
    expect(manager.add(tcp(a, '10.0.0.1', 10), 0, d)).toBe('crowded-peer')
  })

  it('keeps our own configuration out of no peer', () => {
    const manager = managerOf()
    for (let port = 1; port <= 8; port++) manager.add(tcp(a, '10.0.0.1', port), 0, d)
    expect(manager.add(tcp(a, '10.0.0.1', 9), 0)).toBe('added')
    expect(manager.addresses(a)).toHaveLength(8)
  })

  it('puts no more than a few ids at one place', () => {
    const manager = managerOf()
    for (const one of [a, b, c, d]) expect(manager.add(tcp(one), 0, e)).toBe('added')
    expect(manager.add(tcp(e), 0, a)).toBe('crowded-place')
    // A false id that was found out makes room for the true one.
    expect(manager.dialFailed(tcp(b), 0, 'wrong-peer')).toBe(true)
    expect(manager.ids()).toEqual([a, c, d])
    expect(manager.add(tcp(e), 0, a)).toBe('added')
  })

  it('is counted at a place as long as one address of the id is there', () => {
    const manager = managerOf({ maxIdsPerPlace: 1 })
    manager.add(tcp(a), 0, e)
    manager.add({ ...tcp(a), path: '/x' }, 0, e)
    manager.dialFailed(tcp(a), 0, 'wrong-peer')
    expect(manager.add(tcp(b), 0, e)).toBe('crowded-place')
    manager.dialFailed({ ...tcp(a), path: '/x' }, 0, 'wrong-peer')
    expect(manager.add(tcp(b), 0, e)).toBe('added')
  })

  it('is not believed of a place where we know who is there', () => {
    const manager = managerOf()
    addAll(manager, tcp(a))
    manager.dialed(tcp(a), 0)
    expect(manager.add(tcp(b), 0, d)).toBe('taken')
    manager.disconnected(a, 0)
    expect(manager.add(tcp(b), 0, d)).toBe('added')
  })

  it('makes nobody dial a place twice: while somebody is dialled there, or is connected from there', () => {
    const manager = managerOf({ maxConnected: 5 })
    addAll(manager, tcp(a))
    manager.add(tcp(b), 0, d)
    const first = manager.dialNext(0)!
    expect(manager.dialNext(0)).toBeUndefined()
    manager.dialed(first, 0)
    expect(manager.dialNext(0)).toBeUndefined()
    manager.disconnected(first.id, 0)
    expect(manager.dialNext(0)).toBeDefined()
  })

  it('cannot keep us from a place by putting there whom we know from elsewhere', () => {
    const manager = managerOf({ maxConnected: 5 })
    addAll(manager, tcp(a, '10.0.0.1'))
    manager.dialed(tcp(a, '10.0.0.1'), 0)
    manager.add(tcp(a, '10.0.0.2'), 0, d)
    manager.add(tcp(b, '10.0.0.2'), 0, d)
    expect(manager.dialNext(0)).toEqual(tcp(b, '10.0.0.2'))
  })
})

describe('what others are told', () => {
  const all = [tcp(a), memory(a), tcp(b, 'b10c::1'), memory(b), tcp(c, 'host.domain', 80), memory(c)]
  const told = (manager: ReturnType<typeof managerOf>, to: string, limit: number = 100): string[] =>
    manager.advertise(to, limit).map(formatNodeAddress).sort()
  const texts = (addresses: typeof all): string[] => addresses.map(formatNodeAddress).sort()

  it('is everything that fits, but not of whom they are', () => {
    const manager = managerOf()
    addAll(manager, ...all)
    expect(told(manager, d)).toEqual(texts(all))
    expect(told(manager, a)).toEqual(texts(all.slice(2)))
  })

  it('is as much as was asked for', () => {
    const manager = managerOf()
    addAll(manager, ...all)
    expect(told(manager, a, 0)).toEqual([])
    expect(told(manager, d, 2)).toHaveLength(2)
    expect(new Set(told(manager, d, 5)).size).toBe(5)
  })

  it('is not always the same, and a good peer more often than a bad one, though no more than twice as often as any', () => {
    const manager = managerOf({ scores: scores({ [a]: 253, [c]: 1 }) })
    addAll(manager, memory(a), memory(b), memory(c))
    const counts = { [a]: 0, [b]: 0, [c]: 0 }
    for (let i = 0; i < 3_000; i++) counts[manager.advertise(d, 1)[0]!.id]!++
    // Weights 21, 11 and 2.
    expect(counts[a]! / 3_000).toBeCloseTo(21 / 34, 1)
    expect(counts[b]! / 3_000).toBeCloseTo(11 / 34, 1)
    expect(counts[c]).toBeGreaterThan(60)
  })

  it('begins with this node’s own address, and never with a place where nobody can be', () => {
    const own = tcp(self, '2001:db8::1')
    expect(managerOf({ selfAddress: own }).advertise(d, 100)).toEqual([own])
    const manager = managerOf({ selfAddress: own })
    addAll(manager, ...all)
    expect(manager.advertise(d, 2)[0]).toEqual(own)
    expect(manager.advertise(d, 1)).toEqual([own])
    expect(manager.advertise(d, 0)).toEqual([])
    expect(managerOf({ selfAddress: memory(self) }).advertise(d, 100)).toEqual([])
  })

  it('is nothing of private peers, of peers that cannot talk with us, and of names that lead nowhere', () => {
    const manager = managerOf({ private: [a] })
    addAll(manager, ...all)
    manager.inactivate(b, 0)
    manager.dialFailed(tcp(c, 'host.domain', 80), 0, 'unresolvable')
    expect(told(manager, d)).toEqual(texts([memory(c)]))
    manager.dialed(tcp(c, 'host.domain', 80), 0)
    manager.accepted(b, 0)
    expect(told(manager, d)).toEqual(texts(all.slice(2)))
  })

  it('is only what was found true, where that is wanted', () => {
    const manager = managerOf({ advertises: 'proved' })
    addAll(manager, ...all)
    expect(told(manager, d)).toEqual([])
    manager.dialed(tcp(a), 0)
    expect(told(manager, d)).toEqual(texts([tcp(a)]))
    manager.disconnected(a, 0)
    manager.dialFailed(tcp(a), 0)
    expect(told(manager, d)).toEqual([])
  })
})
