import { PexError } from '@pex/core'
import type { Discovery, Found } from '@pex/core'
import { memoryStore } from '@pex/store-memory'
import { describe, expect, it } from 'vitest'
import { contact, TICK, world } from './world.ts'

const code = (expected: string) => expect.objectContaining({ name: 'PexError', code: expected })

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

describe('joining', () => {
  it('a namespace that has not been joined is an error everywhere', async () => {
    const { host } = world()
    const pex = await host()
    await pex.start()
    expect(() => pex.view('x')).toThrow(code('PEX_NOT_JOINED'))
    expect(() => pex.sample('x', 1)).toThrow(code('PEX_NOT_JOINED'))
    await expect(collect(pex.findPeers('x'))).rejects.toEqual(code('PEX_NOT_JOINED'))
    await pex.stop()
  })

  it('after a join through a peer, findPeers yields that peer', async () => {
    const { host, clock } = world()
    const [a, b] = [await host(), await host()]
    await Promise.all([a.start(), b.start()])
    await b.join('x')
    const joined = a.join('x', { bootstrap: [contact(b)] })
    await clock.settle()
    await clock.advance(10)
    await joined
    expect((await collect(a.findPeers('x'))).map(({ id }) => id)).toEqual([b.id])
    expect(b.view('x').map(({ id }) => id)).toEqual([a.id])
    await Promise.all([a.stop(), b.stop()])
    expect(clock.pending).toBe(0)
  })

  it('a join whose peers do not answer fails and leaves nothing behind', async () => {
    const { host, clock } = world()
    const a = await host()
    await a.start()
    const joined = expect(a.join('x', { bootstrap: ['/memory/nobody'] })).rejects.toEqual(
      code('PEX_NO_PEER_FOUND')
    )
    await clock.advance(10 * TICK)
    await joined
    expect(a.namespaces).toEqual([])
    expect(clock.pending).toBe(0)
    await a.stop()
  })

  it('a join can be called off', async () => {
    const { host, clock, links } = world()
    const [a, b] = [await host(), await host({ namespaces: ['x'] })]
    await Promise.all([a.start(), b.start()])
    links.loss = 1
    const controller = new AbortController()
    const joined = expect(
      a.join('x', { bootstrap: [contact(b)], signal: controller.signal })
    ).rejects.toEqual(code('PEX_ABORTED'))
    await clock.advance(10)
    controller.abort()
    await joined
    expect(a.namespaces).toEqual([])
    await Promise.all([a.stop(), b.stop()])
    expect(clock.pending).toBe(0)
  })

  it('joining twice is joining once', async () => {
    const { host } = world()
    const a = await host()
    await a.start()
    await Promise.all([a.join('x'), a.join('x')])
    await a.join('x')
    expect(a.namespaces).toEqual(['x'])
    await a.stop()
  })

  it('namespaces live side by side and know nothing of each other', async () => {
    const { host, clock } = world()
    const a = await host({ namespaces: ['x', 'y'] })
    const b = await host({ namespaces: ['x'], bootstrap: [contact(a)] })
    const c = await host({ namespaces: ['y'], bootstrap: [contact(a)] })
    for (const pex of [a, b, c]) await pex.start()
    await clock.advance(5 * TICK)
    expect(a.view('x').map(({ id }) => id)).toEqual([b.id])
    expect(a.view('y').map(({ id }) => id)).toEqual([c.id])
    await a.leave('x')
    expect(() => a.view('x')).toThrow(code('PEX_NOT_JOINED'))
    expect(a.view('y')).toHaveLength(1)
    await Promise.all([a, b, c].map(pex => pex.stop()))
    expect(clock.pending).toBe(0)
  })

  it.each(['', 'a b', 'a\n', 'x'.repeat(65), 'é'.repeat(33)])('refuses the name %j', async name => {
    const { host } = world()
    const a = await host()
    await a.start()
    await expect(a.join(name)).rejects.toEqual(code('PEX_INVALID_PARAMETER'))
    await a.stop()
  })

  it('refuses a 65th namespace', async () => {
    const { host } = world()
    const a = await host({ namespaces: Array.from({ length: 64 }, (_, i) => `n${i}`) })
    await a.start()
    await expect(a.join('one-more')).rejects.toEqual(code('PEX_INVALID_PARAMETER'))
    await a.stop()
  })
})

describe('advertising', () => {
  it('a single node gets a ttl between half a tick and a tick, and finds nobody', async () => {
    const { host, clock } = world()
    const a = await host()
    await a.start()
    const ttls: number[] = []
    for (let i = 0; i < 20; i++) ttls.push(await a.advertise('x'))
    for (const ttl of ttls) expect(ttl).toBeGreaterThanOrEqual(TICK / 2)
    for (const ttl of ttls) expect(ttl).toBeLessThanOrEqual(TICK)
    expect(new Set(ttls).size).toBeGreaterThan(10)
    expect(await collect(a.findPeers('x'))).toEqual([])
    await a.stop()
    expect(clock.pending).toBe(0)
  })

  it('with a bootstrap peer configured, advertise alone joins, and both learn the other', async () => {
    const { host, clock } = world()
    const a = await host()
    const b = await host({ bootstrap: [contact(a)] })
    await Promise.all([a.start(), b.start()])
    await a.advertise('x')
    const advertised = b.advertise('x')
    await clock.advance(10)
    await advertised
    expect(a.view('x').map(({ id }) => id)).toEqual([b.id])
    expect(b.view('x').map(({ id }) => id)).toEqual([a.id])
    await Promise.all([a.stop(), b.stop()])
  })

  it('a namespace that nobody advertises again is left after tick and deadline; a joined one stays', async () => {
    const { host, clock } = world()
    const a = await host()
    await a.start()
    await a.advertise('leased')
    await a.advertise('joined')
    await a.join('joined')
    await clock.advance(TICK)
    await a.advertise('leased')
    await clock.advance(TICK)
    expect(a.namespaces).toEqual(['leased', 'joined'])
    await clock.advance(TICK)
    expect(a.namespaces).toEqual(['joined'])
    await a.stop()
    expect(clock.pending).toBe(0)
  })

  it('keeps the host findable in discovery, again at each ttl, until it leaves', async () => {
    const { host, clock } = world()
    const calls: string[] = []
    const discovery: Discovery = {
      async *findPeers(): AsyncIterable<Found> {},
      async advertise(namespace) {
        calls.push(`${namespace} ${clock.now()}`)
        return 3_000
      }
    }
    const a = await host({ discovery: [discovery] })
    await a.start()
    await a.join('x')
    await clock.advance(9_500)
    expect(calls).toHaveLength(4)
    await a.leave('x')
    await clock.advance(9_500)
    expect(calls).toHaveLength(4)
    await a.stop()
  })
})

describe('finding', () => {
  it('findPeers yields the view first, shuffled, then what discovery yields, each peer once', async () => {
    const { host, clock } = world()
    const a = await host({ namespaces: ['x'] })
    const others = []
    for (let i = 0; i < 6; i++) others.push(await host({ namespaces: ['x'], bootstrap: [contact(a)] }))
    for (const pex of [a, ...others]) await pex.start()
    await clock.advance(10 * TICK)
    const seeker = others[0]!
    const orders = new Set<string>()
    for (let i = 0; i < 10; i++) {
      const found = (await collect(seeker.findPeers('x'))).map(({ id }) => id)
      expect(found).toHaveLength(6)
      expect(new Set(found).size).toBe(6)
      orders.add(found.join())
    }
    expect(orders.size).toBeGreaterThan(5)
    expect(seeker.sample('x', 3)).toHaveLength(3)
    expect(new Set(seeker.sample('x', 100).map(({ id }) => id)).size).toBe(6)
    await Promise.all([a, ...others].map(pex => pex.stop()))
  })

  it('a discovery source that fails or never ends holds nobody up', async () => {
    const { host, clock } = world()
    const a = await host({ namespaces: ['x'] })
    const failing: Discovery = {
      // oxlint-disable-next-line require-yield
      async *findPeers(): AsyncIterable<Found> {
        throw new Error('no network')
      }
    }
    const endless: Discovery = {
      async *findPeers(): AsyncIterable<Found> {
        yield contact(a)
        await new Promise(() => {})
      }
    }
    const b = await host({ namespaces: ['x'], discovery: [failing, endless] })
    await Promise.all([a.start(), b.start()])
    await clock.advance(5 * TICK)
    expect(b.view('x').map(({ id }) => id)).toEqual([a.id])
    await Promise.all([a.stop(), b.stop()])
    expect(clock.pending).toBe(0)
  })

  it('tries another partner when one does not answer, in the same round', async () => {
    const { host, clock, links } = world()
    const a = await host({ namespaces: ['x'] })
    const others = []
    for (let i = 0; i < 4; i++) others.push(await host({ namespaces: ['x'], bootstrap: [contact(a)] }))
    for (const pex of [a, ...others]) await pex.start()
    await clock.advance(10 * TICK)
    for (const pex of others.slice(0, 3)) links.kill(pex.id)
    const failed: string[] = []
    const rounds: (string | undefined)[] = []
    a.addEventListener('exchange:fail', ({ detail }) => void failed.push(detail.to.id!))
    a.addEventListener('round', ({ detail }) => void rounds.push(detail.reached))
    await clock.advance(20 * TICK)
    expect(failed.length).toBeGreaterThan(0)
    expect(rounds.length).toBeGreaterThan(0)
    expect(new Set(rounds)).toEqual(new Set([others[3]!.id]))
    await Promise.all([a, others[3]!].map(pex => pex.stop()))
  })

  it('a whole exchange has one deadline, and the next begins only after it', async () => {
    const { host, clock, links } = world()
    const a = await host({ namespaces: ['x'] })
    const b = await host({
      namespaces: ['x'],
      bootstrap: [contact(a)],
      gossip: { tickMs: TICK, exchangeMs: 200 }
    })
    await Promise.all([a.start(), b.start()])
    await clock.advance(TICK)
    links.loss = 1
    const fails: { at: number; code: string }[] = []
    b.addEventListener(
      'exchange:fail',
      ({ detail }) => void fails.push({ at: clock.now(), code: detail.error.code })
    )
    await clock.advance(10 * TICK)
    expect(fails.length).toBeGreaterThan(5)
    expect(new Set(fails.map(({ code }) => code))).toEqual(new Set(['PEX_TIMEOUT']))
    for (const [i, { at }] of fails.entries())
      if (i > 0) expect(at - fails[i - 1]!.at).toBeGreaterThanOrEqual(200)
    await Promise.all([a.stop(), b.stop()])
    expect(clock.pending).toBe(0)
  })
})

describe('life and death of the service', () => {
  it('start and stop are idempotent, in any order, and a stopped service starts again', async () => {
    const { host, clock } = world()
    const a = await host({ namespaces: ['x'] })
    await a.stop()
    await Promise.all([a.start(), a.start()])
    expect(a.namespaces).toEqual(['x'])
    await Promise.all([a.stop(), a.stop()])
    expect(a.namespaces).toEqual([])
    expect(clock.pending).toBe(0)
    await a.start()
    expect(a.namespaces).toEqual(['x'])
    await a.stop()
    expect(clock.pending).toBe(0)
  })

  it('what is not running refuses with a code', async () => {
    const { host } = world()
    const a = await host()
    await expect(a.join('x')).rejects.toEqual(code('PEX_NOT_STARTED'))
    await a.start()
    await a.stop()
    await expect(a.advertise('x')).rejects.toEqual(code('PEX_NOT_STARTED'))
  })

  it('a host that listens nowhere is refused, unless it says that it only dials', async () => {
    const { host, clock } = world()
    const mute = await host({}, { transport: { addresses: [] } })
    await expect(mute.start()).rejects.toEqual(code('PEX_NO_ADDRESSES'))

    const a = await host({ namespaces: ['x'] })
    const caller = await host(
      { namespaces: ['x'], dialOnly: true, bootstrap: [contact(a)] },
      { transport: { addresses: [] } }
    )
    await Promise.all([a.start(), caller.start()])
    await clock.advance(5 * TICK)
    expect(caller.view('x').map(({ id }) => id)).toEqual([a.id])
    expect(a.view('x')).toEqual([])
    expect(a.rejections).toMatchObject({ 'no-addresses': expect.any(Number) as number })
    await Promise.all([a.stop(), caller.stop()])
  })

  it('an application may leave and stop from within an event', async () => {
    const { host, clock } = world()
    const a = await host({ namespaces: ['x'] })
    const b = await host({ namespaces: ['x'], bootstrap: [contact(a)] })
    await Promise.all([a.start(), b.start()])
    let left: Promise<void> | undefined
    b.addEventListener('view:update', () => {
      left ??= b.stop()
    })
    await clock.advance(3 * TICK)
    await left
    await a.stop()
    expect(clock.pending).toBe(0)
  })

  it('keeps its own record over a restart, and takes a higher seq with new addresses, even if time ran backwards', async () => {
    const store = memoryStore()
    const life = async (startMs: number, transport: { addresses: string[] } | undefined) => {
      const { host, clock } = world()
      await clock.advance(startMs)
      const pex = await host({}, { store, key: 1, ...(transport && { transport }) })
      const records: bigint[] = []
      pex.addEventListener('record:update', ({ detail }) => void records.push(detail.record.seq))
      await pex.start()
      await pex.stop()
      expect(records).toHaveLength(1)
      return records[0]!
    }
    const first = await life(5_000, undefined)
    expect(await life(9_000, undefined)).toBe(first)
    const moved = await life(0, { addresses: ['/memory/elsewhere'] })
    expect(moved).toBe(first + 1n)
    expect(await life(60_000, { addresses: ['/memory/again'] })).toBeGreaterThan(moved)
  })

  it.each([
    [{ gossip: { viewSize: 1 } }],
    [{ gossip: { viewSize: 65 } }],
    [{ gossip: { tickMs: 0 } }],
    [{ gossip: { tickMs: Number.NaN } }],
    [{ gossip: { tickMs: 1_000, exchangeMs: 501 } }],
    [{ namespaces: [''] }],
    [{ bootstrap: ['not a multiaddr'] }]
  ])('refuses the options %j at once', async init => {
    const { host } = world()
    await expect(host(init)).rejects.toBeInstanceOf(PexError)
  })
})
