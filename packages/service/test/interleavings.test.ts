import type { Discovery, Found } from '@pex/core'
import { createSigner } from '@pex/record'
import { createPex } from '@pex/service'
import type { Pex } from '@pex/service'
import { memoryStore } from '@pex/store-memory'
import { describe, expect, it } from 'vitest'
import { contact, keyOf, TICK, world } from './world.ts'
import type { World } from './world.ts'

const code = (expected: string) => expect.objectContaining({ name: 'PexError', code: expected })
const nobody = (count: number): string[] => Array.from({ length: count }, (_, i) => `/memory/nobody-${i}`)

/** Runs until the work is done, in virtual time; gives the ms that took. */
async function within<T>({ clock }: World, work: Promise<T>, maxMs: number): Promise<number> {
  let done = false
  const settled = work.then(
    () => (done = true),
    () => (done = true)
  )
  const ms = await clock.runUntil(() => done, { maxMs })
  await settled
  return ms
}

describe('leaving while joining', () => {
  it('stop does not wait for bootstrap peers that are silent; the join says that it was called off', async () => {
    const w = world()
    const [a, mute] = [await w.host(), await w.host({ namespaces: ['x'] })]
    await Promise.all([a.start(), mute.start()])
    w.links.loss = 1
    const joined = expect(a.join('x', { bootstrap: [contact(mute)] })).rejects.toEqual(code('PEX_ABORTED'))
    await w.clock.advance(10)
    expect(await within(w, a.stop(), 50)).toBeLessThanOrEqual(10)
    await joined
    await mute.stop()
    expect(w.clock.pending).toBe(0)
  })

  it('join, leave, join in one breath ends joined, and reachable', async () => {
    const w = world()
    const a = await w.host({}, { store: memoryStore() })
    const b = await w.host({ namespaces: ['x'], bootstrap: [contact(a)] })
    await Promise.all([a.start(), b.start()])
    const [first, left, second] = [a.join('x'), a.leave('x'), a.join('x')]
    await Promise.all([first, left, second])
    expect(a.namespaces).toEqual(['x'])
    await w.clock.advance(3 * TICK)
    expect(b.view('x').map(({ id }) => id)).toEqual([a.id])
    await Promise.all([a.stop(), b.stop()])
  })

  it('one who calls off his join takes nobody else with him', async () => {
    const w = world()
    const [a, b] = [await w.host(), await w.host({ namespaces: ['x'] })]
    await Promise.all([a.start(), b.start()])
    w.links.loss = 1
    const controller = new AbortController()
    const { signal } = controller
    const first = expect(a.join('x', { bootstrap: [contact(b)], signal })).rejects.toEqual(
      code('PEX_ABORTED')
    )
    await w.clock.settle()
    await a.join('x')
    controller.abort()
    await first
    expect(a.namespaces).toEqual(['x'])
    await Promise.all([a.stop(), b.stop()])
  })

  it('a join with bootstrap peers asks them even where the namespace is joined already', async () => {
    const w = world()
    const [a, b] = [await w.host({ namespaces: ['x'] }), await w.host({ namespaces: ['x'] })]
    await Promise.all([a.start(), b.start()])
    await within(w, a.join('x', { bootstrap: [contact(b)] }), TICK)
    expect(a.view('x').map(({ id }) => id)).toEqual([b.id])
    const failed = expect(a.join('x', { bootstrap: nobody(1) })).rejects.toEqual(code('PEX_NO_PEER_FOUND'))
    await w.clock.advance(TICK)
    await failed
    expect(a.namespaces, 'that it was joined before, it stays').toEqual(['x'])
    await Promise.all([a.stop(), b.stop()])
  })
})

describe('bootstrap peers', () => {
  it('all addresses of one peer are tried', async () => {
    const w = world()
    const [a, b] = [await w.host(), await w.host({ namespaces: ['x'] })]
    await Promise.all([a.start(), b.start()])
    const bootstrap = [`/memory/gone/p2p/${b.id}`, `/memory/${b.id}/p2p/${b.id}`]
    await within(w, a.join('x', { bootstrap }), TICK)
    expect(a.view('x').map(({ id }) => id)).toEqual([b.id])
    await Promise.all([a.stop(), b.stop()])
  })

  it('each of many given ones is tried', async () => {
    const w = world()
    const [a, b] = [await w.host(), await w.host({ namespaces: ['x'] })]
    await Promise.all([a.start(), b.start()])
    await within(w, a.join('x', { bootstrap: [...nobody(20), contact(b)] }), 60 * TICK)
    expect(a.view('x')).toHaveLength(1)
    await Promise.all([a.stop(), b.stop()])
  })

  it('however many are dead, discovery gets its turn', async () => {
    const w = world()
    const b = await w.host({ namespaces: ['x'] })
    const discovery: Discovery = {
      async *findPeers(): AsyncIterable<Found> {
        yield contact(b)
      }
    }
    const a = await w.host({ namespaces: ['x'], bootstrap: nobody(50), discovery: [discovery] })
    await Promise.all([a.start(), b.start()])
    await w.clock.advance(3 * TICK)
    expect(a.view('x').map(({ id }) => id)).toEqual([b.id])
    await Promise.all([a.stop(), b.stop()])
  })

  it('a peer that refuses for being asked too often stays in the view', async () => {
    const w = world()
    const slow = { tickMs: 300 * TICK }
    const [b, c] = [
      await w.host({ namespaces: ['x'], gossip: slow }),
      await w.host({ namespaces: ['x'], gossip: slow })
    ]
    const a = await w.host({ namespaces: ['x'], bootstrap: [contact(b), contact(c)] })
    await Promise.all([b.start(), c.start()])
    await a.start()
    await w.clock.advance(20 * TICK)
    // Both go on being asked every second, and answer one in a while.
    await w.clock.advance(200 * TICK)
    expect(a.view('x').length + a.recovery('x').length).toBeGreaterThan(0)
    expect(a.recovery('x')).toEqual([])
    await Promise.all([a, b, c].map(pex => pex.stop()))
  })
})

describe('what changes at the wrong moment', () => {
  it('an address that changes while a join waits for its bootstrap peers is announced', async () => {
    const w = world()
    const a = await hostWithTransport(w)
    const b = await w.host({ namespaces: ['x'] })
    await Promise.all([a.pex.start(), b.start()])
    w.links.latencyMs = 20
    const joined = a.pex.join('x', { bootstrap: [contact(b)] })
    await w.clock.settle()
    a.transport.setAddresses(['/memory/moved'])
    await within(w, joined, TICK)
    await w.clock.advance(3 * TICK)
    expect(b.view('x')[0]!.addresses).toEqual(['/memory/moved'])
    await Promise.all([a.pex.stop(), b.stop()])
  })

  it('an address that changes just before stop is stored before the store is closed', async () => {
    const w = world()
    const store = memoryStore()
    const a = await hostWithTransport(w, store)
    const failures: string[] = []
    a.pex.addEventListener('store:fail', ({ detail }) => void failures.push(detail.error.code))
    await a.pex.start()
    a.transport.setAddresses(['/memory/moved'])
    await within(w, a.pex.stop(), TICK)
    expect(failures).toEqual([])
    await store.open()
    const envelope = (await store.load('')).entries.get('own-record')!
    expect(new TextDecoder('latin1').decode(envelope)).toContain('moved')
  })

  it('when leaving fails, transport and store are closed all the same', async () => {
    const w = world()
    const store = memoryStore()
    const a = await hostWithTransport(w, store)
    await a.pex.start()
    await a.pex.join('x')
    a.transport.unhandle = () => Promise.reject(new Error('no'))
    await expect(a.pex.stop()).rejects.toThrow('no')
    await expect(store.load('x')).rejects.toEqual(code('PEX_STORE_CLOSED'))
    expect(w.clock.pending).toBe(0)
  })

  it('an answer that the machine rejects is a failed exchange, and the reason of a failed join', async () => {
    const w = world()
    const a = await w.host()
    const liar = w.links.transport(createSigner(await keyOf(90)).id)
    const other = await w.host({ namespaces: ['x'] })
    await Promise.all([a.start(), liar.start(), other.start()])
    // It hands on, as its own, what another peer answers.
    await liar.handle('/pex/1.0.0/x', async (_, body, { signal }) => {
      return (await liar.request(contact(other), '/pex/1.0.0/x', body, { signal })).body
    })
    const failed: string[] = []
    a.addEventListener('exchange:fail', ({ detail }) => void failed.push(detail.error.code))
    const joined = a.join('x', { bootstrap: [contact(liar)] }).catch((error: Error) => error)
    await w.clock.advance(TICK)
    expect(await joined).toMatchObject({ code: 'PEX_NO_PEER_FOUND' })
    expect(failed).toHaveLength(1)
    await Promise.all([a.stop(), other.stop(), liar.stop()])
  })
})

describe('parameters', () => {
  it('a namespace has its own where it says so, and the rest from the service', async () => {
    const w = world()
    const a = await w.host({ namespaces: [{ name: 'x', gossip: { viewSize: 2 } }] })
    const others: Pex[] = []
    for (let i = 0; i < 5; i++) others.push(await w.host({ namespaces: ['x'], bootstrap: [contact(a)] }))
    for (const pex of [a, ...others]) await pex.start()
    await w.clock.advance(10 * TICK)
    expect(a.view('x')).toHaveLength(2)
    expect(others[0]!.view('x').length).toBeGreaterThan(2)
    for (const pex of [a, ...others]) await pex.stop()
  })

  it.each([-1, 1.5, Number.NaN])('a sample of %d is refused', async count => {
    const w = world()
    const a = await w.host({ namespaces: ['x'] })
    await a.start()
    expect(() => a.sample('x', count)).toThrow(code('PEX_INVALID_PARAMETER'))
    await a.stop()
  })

  it.each([Infinity, Number.NaN, -5, 0])(
    'a discovery that names %d ms is asked at most once a second',
    async ttl => {
      const w = world()
      let calls = 0
      const discovery: Discovery = {
        async *findPeers(): AsyncIterable<Found> {},
        advertise: async () => (calls++, ttl)
      }
      const a = await w.host({ namespaces: ['x'], discovery: [discovery] })
      await a.start()
      await w.clock.advance(5_000)
      expect(calls).toBeLessThanOrEqual(6)
      await a.stop()
      expect(w.clock.pending).toBe(0)
    }
  )
})

async function hostWithTransport({ links, clock }: World, store = memoryStore()) {
  const signer = createSigner(await keyOf(80))
  const transport = links.transport(signer.id)
  const pex = createPex(
    { transport, signer: clock.tracked(signer), store, clock },
    { gossip: { tickMs: TICK } }
  )
  return { pex, transport }
}
