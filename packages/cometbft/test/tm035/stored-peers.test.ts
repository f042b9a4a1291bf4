import { describe, expect, it } from 'vitest'
import { memoryStore } from '@pex/store-memory'
import { storedPeers } from '../../src/tm035/stored-peers.ts'
import { a, addAll, b, c, managerOf, memory, scores, self, tcp } from './scene.ts'

const space = 'peers'
const utf8 = new TextEncoder()

async function openStore(): Promise<ReturnType<typeof memoryStore>> {
  const store = memoryStore()
  await store.open()
  return store
}

function known(init: Parameters<typeof managerOf>[0] = {}): ReturnType<typeof managerOf> {
  const manager = managerOf(init)
  addAll(manager, tcp(a), memory(a), tcp(b, 'b10c::1'), memory(b), tcp(c, 'host.domain', 80), memory(c))
  return manager
}

describe('peers in a store', () => {
  it('come back with their addresses; what is configured counts as it is now', async () => {
    const store = await openStore()
    const before = known({ persistent: [a], scores: scores({ [b]: 1 }) })
    expect([a, b, c].map(one => before.score(one))).toEqual([254, 1, 10])
    await storedPeers(store, space).save(before.snapshot())

    const { peers, damaged } = await storedPeers(store, space).load()
    expect(damaged).toBe(0)
    const after = managerOf({ persistent: [b], scores: scores({ [c]: 1 }) })
    expect(after.restore(peers, 0)).toBe(3)
    for (const one of [a, b, c]) expect(after.addresses(one)).toEqual(before.addresses(one))
    // Not 0, as a restored peer of Tendermint's has.
    expect([a, b, c].map(one => after.score(one))).toEqual([10, 254, 1])
    after.dialFailed(tcp(b, 'b10c::1'), 0)
    expect(after.score(b)).toBe(253)
  })

  it('come back unconditional if they are so now', async () => {
    const store = await openStore()
    const before = known({ unconditional: [a], scores: scores({ [b]: 1 }) })
    expect([a, b, c].map(one => before.score(one))).toEqual([255, 1, 10])
    await storedPeers(store, space).save(before.snapshot())
    const after = managerOf({ unconditional: [b], scores: scores({ [c]: 1 }) })
    after.restore((await storedPeers(store, space).load()).peers, 0)
    expect([a, b, c].map(one => after.score(one))).toEqual([10, 255, 1])
  })

  it('come back with what they have earned, their disconnections and their waits', () => {
    const init = { minRetryMs: 1_000, maxRetryMs: 1e9 }
    const before = managerOf(init)
    addAll(before, memory(a), memory(b))
    for (let i = 0; i < 5; i++) before.good(a)
    for (let i = 0; i < 3; i++) {
      before.accepted(a, 0)
      before.disconnected(a, 0)
    }
    before.dialFailed(memory(a), 5_000)
    before.inactivate(b, 0)
    const after = managerOf(init)
    after.restore(before.snapshot(), 6_000)
    expect(after.score(a)).toBe(10 + 5 - 1 - 1)
    expect(after.dialNext(6_999)).toBeUndefined()
    expect(after.dialNext(7_000)).toEqual(memory(a))
    expect(after.dialNext(1e9)).toBeUndefined()
  })

  it('do not wait for a time that a clock set back has put far away', () => {
    const init = { minRetryMs: 1_000, maxRetryMs: 1e9 }
    const before = managerOf(init)
    addAll(before, memory(a))
    before.dialFailed(memory(a), 1e12)
    const after = managerOf(init)
    after.restore(before.snapshot(), 5_000)
    expect(after.nextDialAt).toBe(7_000)
  })

  it('leave out this node, whose id may be a new one', () => {
    const before = managerOf()
    addAll(before, memory(a), memory(b))
    const after = managerOf({ id: a })
    expect(after.restore(before.snapshot(), 0)).toBe(1)
    expect(after.ids()).toEqual([b])
  })

  it('are no more than there is room for', () => {
    const after = managerOf({ maxConnected: 2, maxPeers: 2 })
    expect(after.restore(known().snapshot(), 0)).toBeGreaterThan(0)
    expect(after.size).toBe(2)
  })

  it('are gone when they are forgotten, and nothing is written that has not changed', async () => {
    const store = await openStore()
    const saves: number[] = []
    const stored = storedPeers(
      {
        ...store,
        load: space => store.load(space),
        save: (space, diff) => {
          saves.push(diff.put.size + diff.remove.size)
          return store.save(space, diff)
        }
      },
      space
    )
    const manager = known()
    await stored.save(manager.snapshot())
    await stored.save(manager.snapshot())
    manager.forget(b, 0)
    manager.good(a)
    await Promise.all([stored.save(manager.snapshot()), stored.save(manager.snapshot())])
    expect(saves).toEqual([3, 2])
    expect([...(await store.load(space)).entries.keys()].sort()).toEqual([a, c])
  })

  it('are saved again after a saving that failed', async () => {
    const store = await openStore()
    let fails = true
    const stored = storedPeers(
      {
        ...store,
        load: space => store.load(space),
        save: async (space, diff) => {
          if (fails) throw new Error('disk')
          await store.save(space, diff)
        }
      },
      space
    )
    await expect(stored.save(known().snapshot())).rejects.toThrow('disk')
    fails = false
    await stored.save(known().snapshot())
    expect((await store.load(space)).entries.size).toBe(3)
  })

  it.each([
    ['no JSON', '{'],
    ['no object', 'null'],
    ['without an id', '{"addresses":[]}'],
    ['of somebody else', JSON.stringify({ id: b, addresses: [] })],
    ['without addresses', JSON.stringify({ id: a })],
    ['with addresses that are none', JSON.stringify({ id: a, addresses: [null] })],
    ['not UTF-8', Uint8Array.of(0x7b, 0xff)]
  ])('that are damaged are dropped and counted: %s', async (_, value) => {
    const store = await openStore()
    const good = known()
      .snapshot()
      .find(({ id }) => id === c)!
    const bytes = typeof value === 'string' ? utf8.encode(value) : value
    await store.save(space, {
      put: new Map([
        [a, bytes],
        [c, utf8.encode(JSON.stringify(good))]
      ]),
      remove: new Set()
    })
    const stored = storedPeers(store, space)
    expect(await stored.load()).toEqual({ peers: [good], damaged: 1 })
    await stored.save([good])
    expect([...(await store.load(space)).entries.keys()]).toEqual([c])
  })

  it('that say nonsense keep what of them is sound', () => {
    const manager = managerOf({ minRetryMs: 1_000 })
    const url = `mconn://${a}@10.0.0.1:1`
    const nonsense = [
      {
        id: a,
        earned: 'much',
        disconnections: -5,
        lastConnected: 'yesterday',
        addresses: [
          { url, dialFailures: 'often', lastDialFailure: Number.NaN },
          { url, dialFailures: 0 },
          { url: `mconn://${b}@10.0.0.1:1`, dialFailures: 0 },
          { url: 'foo', dialFailures: 0 }
        ]
      },
      { id: a, earned: 0, disconnections: 0, addresses: [] },
      { id: 'foo', earned: 0, disconnections: 0, addresses: [] },
      { id: self, earned: 0, disconnections: 0, addresses: [] }
    ]
    expect(manager.restore(nonsense as never, 10)).toBe(1)
    expect(manager.addresses(a)).toEqual([tcp(a, '10.0.0.1', 1)])
    expect(manager.score(a)).toBe(10)
  })
})
