/** The keeper alone, in virtual time, on a node that is a set of names. */
import { PexError } from '@pex/core'
import type { PeerRecord } from '@pex/core'
import { seeded, virtualClock } from '@pex/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Keeper } from '../src/keeper.ts'
import type { KeepInit } from '../src/keeper.ts'
import { Backoff } from '@pex/swarm'
import { newest, plan } from '../src/keeper-plan.ts'

const MINUTE = 60_000

function record(id: string, seq = 1n): PeerRecord {
  return { id, seq, addresses: [`/memory/${id}`], envelope: new Uint8Array() }
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `peer-${i}`)
}

/** A keeper among `peers`, of which some are dead; a dial takes 100 ms. */
function world(keep: KeepInit, { peers, dead = [] }: { peers: string[]; dead?: string[] }) {
  const clock = virtualClock()
  const connected = new Set<string>()
  const marked = new Set<string>()
  const dials: { id: string; at: number }[] = []
  let view = peers.map(id => record(id))
  let underWay = 0
  let mostUnderWay = 0
  let aborted = 0
  const silent = Object.assign(() => {}, { error: () => {} })
  const keeper = new Keeper(keep, {
    clock,
    rng: seeded(1),
    log: silent as never,
    connected: () => connected,
    candidates: () => view,
    readyAt: () => -Infinity,
    dial: ({ id }, signal) =>
      new Promise((resolve, reject) => {
        dials.push({ id, at: clock.now() })
        mostUnderWay = Math.max(mostUnderWay, ++underWay)
        signal.addEventListener('abort', () => {
          aborted++
          underWay--
          cancel()
          reject(new Error('aborted'))
        })
        const cancel = clock.after(100, () => {
          underWay--
          if (dead.includes(id)) return reject(new Error('nobody there'))
          connected.add(id)
          keeper.look()
          resolve()
        })
      }),
    mark: async (id, kept) => void (kept ? marked.add(id) : marked.delete(id))
  })
  return {
    clock,
    keeper,
    connected,
    marked,
    dials,
    counts: () => ({ mostUnderWay, aborted }),
    setView(ids: string[]) {
      view = ids.map(id => record(id))
      keeper.look()
    },
    connect(id: string) {
      connected.add(id)
      keeper.look()
    },
    disconnect(id: string) {
      connected.delete(id)
      keeper.look()
    }
  }
}

describe('the keeper', () => {
  it('reaches the number wanted, marks whom it keeps, and then rests', async () => {
    const { clock, keeper, connected, marked, dials } = world({ connections: 5 }, { peers: names(20) })
    keeper.start()
    await clock.advance(MINUTE)
    expect(connected.size).toBe(5)
    expect(marked).toEqual(connected)
    expect(dials.length).toBe(5)
    expect(clock.pending).toBe(0)
    await keeper.stop()
  })

  it('never has more dials under way than it may', async () => {
    const keep = { connections: 15, maxParallelDials: 3 }
    const { clock, keeper, connected, counts } = world(keep, { peers: names(20) })
    keeper.start()
    await clock.advance(MINUTE)
    expect(connected.size).toBe(15)
    expect(counts().mostUnderWay).toBe(3)
    await keeper.stop()
  })

  it('replaces who goes by somebody else, and tries them again only later', async () => {
    const { clock, keeper, connected, marked, dials, disconnect } = world(
      { connections: 3 },
      { peers: names(10) }
    )
    keeper.start()
    await clock.advance(10 * MINUTE)
    const [gone] = [...connected]
    disconnect(gone!)
    await clock.advance(200)
    expect(connected.size).toBe(3)
    expect(connected.has(gone!)).toBe(false)
    expect(marked).toEqual(connected)
    expect(dials.length).toBe(4)
    await keeper.stop()
  })

  it('counts who connected by other means, and gives up dials that are not needed any more', async () => {
    const { clock, keeper, connected, connect, counts } = world({ connections: 4 }, { peers: names(10) })
    keeper.start()
    await clock.advance(50)
    connect('stranger-1')
    connect('stranger-2')
    connect('stranger-3')
    await clock.advance(MINUTE)
    expect(connected.size).toBe(4)
    expect(counts().aborted).toBe(3)
    await keeper.stop()
  })

  it('wakes when the view has somebody at last', async () => {
    const { clock, keeper, connected, setView } = world({ connections: 2 }, { peers: [] })
    keeper.start()
    await clock.advance(MINUTE)
    expect(connected.size).toBe(0)
    setView(names(3))
    await clock.advance(100)
    expect(connected.size).toBe(2)
    await keeper.stop()
  })

  it('does not hammer the dead: a day of nobody else costs a few dozen dials, further and further apart', async () => {
    const { clock, keeper, dials } = world({ connections: 1 }, { peers: ['a'], dead: ['a'] })
    keeper.start()
    await clock.advance(24 * 60 * MINUTE)
    const waits = dials.slice(1).map(({ at }, i) => at - dials[i]!.at)
    expect(waits[0]).toBeGreaterThanOrEqual(2_500)
    expect(waits[0]).toBeLessThanOrEqual(5_100)
    expect(Math.max(...waits)).toBeLessThanOrEqual(60 * MINUTE + 100)
    expect(dials.length).toBeGreaterThanOrEqual(30)
    expect(dials.length).toBeLessThanOrEqual(60)
    await keeper.stop()
  })

  it('passes over the dead and reaches the living', async () => {
    const peers = names(20)
    const dead = peers.slice(0, 15)
    const { clock, keeper, connected, dials } = world({ connections: 5 }, { peers, dead })
    keeper.start()
    await clock.advance(MINUTE)
    expect([...connected].toSorted()).toEqual(peers.slice(15).toSorted())
    for (const id of dead) expect(dials.filter(dial => dial.id === id).length).toBeLessThanOrEqual(1)
    await keeper.stop()
  })

  it('a peer that cuts the connection at once is backed off like a dead one', async () => {
    const { clock, keeper, dials, connected, disconnect } = world({ connections: 1 }, { peers: ['a'] })
    keeper.start()
    for (let i = 0; i < 600; i++) {
      await clock.advance(1_000)
      if (connected.has('a')) disconnect('a')
    }
    expect(dials.length).toBeGreaterThanOrEqual(5)
    expect(dials.length).toBeLessThanOrEqual(10)
    await keeper.stop()
  })

  it('a dial that takes too long is a failure', async () => {
    const keep = { connections: 1, dialTimeoutMs: 50 }
    const { clock, keeper, connected, counts } = world(keep, { peers: ['a'] })
    keeper.start()
    await clock.advance(60)
    expect(connected.size).toBe(0)
    expect(counts().aborted).toBe(1)
    await keeper.stop()
  })

  it('stop gives up every dial, takes the marks away and leaves no timer', async () => {
    const { clock, keeper, marked, counts } = world({ connections: 8 }, { peers: names(20) })
    keeper.start()
    await clock.advance(150)
    expect(marked.size).toBe(4)
    await keeper.stop()
    await clock.settle()
    expect(marked.size).toBe(0)
    expect(counts().aborted).toBe(4)
    expect(clock.pending).toBe(0)
    keeper.look()
    await clock.settle()
    expect(clock.pending).toBe(0)
  })

  it.each([0, -1, 1.5, Number.NaN, Infinity])('%d connections cannot be kept', connections => {
    expect(() => world({ connections }, { peers: [] })).toThrow(PexError)
  })
})

describe('the plan', () => {
  const situation = fc.record({
    wanted: fc.integer({ min: 1, max: 20 }),
    connected: fc.integer({ min: 0, max: 30 }),
    dialing: fc.integer({ min: 0, max: 4 }),
    maxDialing: fc.constant(4),
    candidates: fc.integer({ min: 0, max: 30 }).map(count => names(count).map(id => record(id))),
    now: fc.constant(1_000)
  })

  it('never goes above the number wanted, dials nobody twice, and nobody before their time', () => {
    fc.assert(
      fc.property(situation, fc.integer(), (given, seed) => {
        const rng = seeded(seed)
        const backoff = new Backoff({ baseMs: 100, maxMs: 1_000, jitter: 0.5, rng })
        const failed = given.candidates.filter(({ id }) => id.endsWith('3'))
        for (const { id } of failed) backoff.add(id, '', given.now)
        const { dial, abandon, lookAgainAt } = plan(given, ({ id }) => backoff.readyAt(id), rng)
        const { wanted, connected, dialing, maxDialing, now } = given
        expect(connected + dialing + dial.length).toBeLessThanOrEqual(Math.max(wanted, connected + dialing))
        expect(dialing + dial.length).toBeLessThanOrEqual(maxDialing)
        expect(abandon).toBeLessThanOrEqual(dialing)
        expect(abandon === 0 || dial.length === 0).toBe(true)
        expect(new Set(dial).size).toBe(dial.length)
        expect(dial.filter(chosen => failed.includes(chosen))).toEqual([])
        if (lookAgainAt !== undefined) expect(lookAgainAt).toBeGreaterThan(now)
      })
    )
  })

  it('candidates are each peer once, by its newest record, if it can be dialled', () => {
    const silent = { ...record('c'), addresses: [] }
    const chosen = newest([record('a', 1n), record('b', 2n), record('a', 3n), record('b', 1n), silent])
    expect(chosen).toEqual([record('a', 3n), record('b', 2n)])
  })
})
