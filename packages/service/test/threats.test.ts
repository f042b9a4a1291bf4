/** Threats T2, T3, T10, T16, T22 and T28 of SECURITY.md at the size that is asked for there, against whole services. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { below, between, casm, shuffle } from '@pex/core'
import type { Clock, Descriptor, GossipOptions, PeerRecord, Store } from '@pex/core'
import { createSigner, createVerifier } from '@pex/record'
import { createPex, protocolOf } from '@pex/service'
import type { Pex, PexInit } from '@pex/service'
import { memoryStore } from '@pex/store-memory'
import { seeded } from '@pex/testkit/chance'
import { virtualClock } from '@pex/testkit/clock'
import type { VirtualClock } from '@pex/testkit/clock'
import { memoryNetwork } from '@pex/transport-memory'
import { encodeMessage } from '@pex/wire'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { describe, expect, it } from 'vitest'
import { decodeRemembered, encodeRemembered } from '../src/remembered.ts'
import { contact, keyOf, TICK, world } from './world.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** The signer of a number that may be large. */
async function signerOf(number: number): Promise<ReturnType<typeof createSigner>> {
  const seed = new Uint8Array(32)
  new DataView(seed.buffer).setUint32(0, number)
  return createSigner(await generateKeyPairFromSeed('Ed25519', seed))
}

let asked = 0

/** An ask whose last record is the sender's own. */
function askOf(...records: readonly PeerRecord[]): Uint8Array {
  const descriptors: Descriptor[] = records.map((record, i) => ({
    record,
    hop: i === records.length - 1 ? 0 : 1
  }))
  return encodeMessage({ type: 'ask', exchange: ++asked, settles: false, descriptors, averages: [] })
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map(rest => [item, ...rest]))
}

/** The records of the view that are in a store. */
async function storedView(store: Store, namespace: string): Promise<Map<string, Uint8Array>> {
  const { entries } = await store.load(namespace)
  const view = [...entries].flatMap(([id, bytes]) => {
    const stored = decodeRemembered(bytes)
    return stored?.place === 'view' ? [[id, stored.envelope] as const] : []
  })
  return new Map(view)
}

describe('T2, a replay of old records', () => {
  it('leaves the newest in memory, in the store, and after a restart, in every order of two to four', async () => {
    const owner = await signerOf(500)
    const records = await Promise.all([1n, 2n, 3n, 4n].map(seq => owner.sign(['/memory/owner'], seq)))
    for (const count of [2, 3, 4])
      for (const order of permutations(records.slice(0, count))) {
        const w = world()
        const store = memoryStore()
        const init: PexInit = { namespaces: ['x'], gossip: { tickMs: TICK, policy: casm() } }
        const pex = await w.host(init, { store, key: 1 })
        await pex.start()
        const stranger = w.links.transport((await signerOf(501)).id)
        await stranger.start()
        const own = await (await signerOf(501)).sign(['/memory/stranger'], 1n)
        const say = async (to: Pex, record: PeerRecord): Promise<void> => {
          const { signal } = new AbortController()
          const answer = stranger.request(contact(to), protocolOf('x'), askOf(record, own), { signal })
          await w.clock.advance(1)
          await answer
        }
        for (const record of order) await say(pex, record)
        const newest = records[count - 1]!
        const seqIn = (host: Pex) => host.view('x').find(({ id }) => id === owner.id)?.seq
        expect(seqIn(pex)).toBe(newest.seq)
        await pex.flush()
        expect((await storedView(store, 'x')).get(owner.id)).toEqual(newest.envelope)
        await pex.stop()

        const again = await w.host(init, { store, key: 1 })
        await again.start()
        for (const record of order) await say(again, record)
        expect(seqIn(again)).toBe(newest.seq)
        expect(again.rejections['stale-seq']).toBe(count - 1)
        await Promise.all([again.stop(), stranger.stop()])
        expect(w.clock.pending).toBe(0)
      }
  })
})

describe('T3, clocks that are wrong', () => {
  /** A clock that is off by so much, and tells what it was asked to wait. */
  function offset(clock: VirtualClock, by: { ms: number }, waits: number[]): Clock {
    return {
      now: () => clock.now() + by.ms,
      after(ms, callback) {
        waits.push(ms)
        return clock.after(ms, callback)
      }
    }
  }

  /** Twelve hosts with such clocks; the views at the end, and what they refused of each other. */
  async function network(offsets: readonly number[], jump: number) {
    const clock = virtualClock(Date.UTC(2026, 0, 1))
    const rng = seeded(3)
    const links = memoryNetwork({ clock, rng: rng.fork('links'), latencyMs: [10, 50] })
    const verifier = clock.tracked(createVerifier())
    const waits: number[] = []
    const hosts: { pex: Pex; by: { ms: number } }[] = []
    for (let i = 0; i < 12; i++) {
      const signer = createSigner(await keyOf(i + 1))
      const by = { ms: offsets[i % offsets.length]! }
      const parts = { transport: links.transport(signer.id), signer: clock.tracked(signer), verifier }
      const bootstrap = hosts.slice(0, 1).map(({ pex }) => contact(pex))
      const init = { namespaces: ['x'], gossip: { tickMs: TICK }, bootstrap }
      const pex = createPex({ ...parts, clock: offset(clock, by, waits), rng: rng.fork(`${i}`) }, init)
      await pex.start()
      hosts.push({ pex, by })
    }
    await clock.advance(30 * TICK)
    for (const [i, { by }] of hosts.entries()) by.ms += i % 2 === 0 ? jump : -jump
    await clock.advance(60 * TICK)
    const views = hosts.map(({ pex }) => pex.view('x').length)
    const refused = new Set(hosts.flatMap(({ pex }) => Object.keys(pex.rejections)))
    await Promise.all(hosts.map(({ pex }) => pex.stop()))
    expect(clock.pending).toBe(0)
    return { views, refused, waits }
  }

  it.each([
    ['an hour before and behind', [HOUR, -HOUR, 0], 0],
    ['a day off, and in the middle of it a day on or back', [DAY, -DAY, 0], DAY],
    ['before 1970', [-100 * 365 * DAY, 0], 2 * DAY]
  ])(
    '%s: nobody is refused for it, nobody waits a negative time, views are as ever',
    async (_, offsets, jump) => {
      const { views, refused, waits } = await network(offsets, jump)
      expect(views).toEqual(Array.from({ length: 12 }, () => 11))
      // The third message of an exchange that was under way when the clock jumped beyond its deadline is no longer expected.
      const usual = jump === 0 ? ['busy'] : ['busy', 'unknown-exchange']
      expect([...refused].filter(reason => !usual.includes(reason))).toEqual([])
      expect(waits.length).toBeGreaterThan(500)
      expect(waits.every(ms => ms >= 0 && ms < 2 ** 31)).toBe(true)
    }
  )
})

describe('T10, a store that has rotted', () => {
  it('with a bit flipped in each of 600 entries gives the view nobody who is not sound, and throws nothing', async () => {
    const rng = seeded(10)
    const store = memoryStore()
    await store.open()
    const sound = new Map<string, string>()
    const put = new Map<string, Uint8Array>()
    for (let i = 0; i < 600; i++) {
      const record = await (await signerOf(1_000 + i)).sign([`/memory/${i}`], 1n)
      const bytes = encodeRemembered({ record, hop: 1, age: i, place: 'view' })
      const bit = below(rng, 8 * bytes.length)
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      sound.set(record.id, Buffer.from(record.envelope).toString('hex'))
      put.set(record.id, bytes)
    }
    await store.save('x', { put, remove: new Set() })
    await store.close()

    const w = world()
    const pex = await w.host({ namespaces: ['x'] }, { store })
    const dropped: number[] = []
    pex.addEventListener('store:damage', ({ detail }) => void dropped.push(detail.dropped))
    await pex.start()
    // A flip in what is ours and not signed (place, hop, age) costs nothing but that.
    for (const { id, envelope } of [...pex.view('x'), ...pex.recovery('x')])
      expect(Buffer.from(envelope).toString('hex')).toBe(sound.get(id))
    expect(dropped.length).toBe(1)
    expect(dropped[0]).toBeGreaterThan(500)
    await pex.stop()
  })
})

describe('T16, a flood of namespaces', () => {
  it('of 100 000 names that nobody has joined leaves nothing behind', async () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const w = world()
    const honest = await w.host({ namespaces: ['x'] })
    await honest.start()
    const signer = await signerOf(16)
    const stranger = w.links.transport(signer.id)
    await stranger.start()
    const body = askOf(await signer.sign(['/memory/stranger'], 1n))
    let unsupported = 0
    const flood = async (from: number, count: number): Promise<number> => {
      for (let i = from; i < from + count; i += 1_000) {
        for (let k = i; k < i + 1_000; k++)
          stranger
            .request(contact(honest), protocolOf(`n${k}`), body, { signal: new AbortController().signal })
            .catch(({ code }: { code: string }) => (unsupported += code === 'PEX_UNSUPPORTED' ? 1 : 0))
        await w.clock.advance(1)
      }
      gc()
      return process.memoryUsage().heapUsed
    }
    const before = await flood(0, 20_000)
    const after = await flood(20_000, 80_000)
    expect(unsupported).toBe(100_000)
    expect(honest.namespaces).toEqual(['x'])
    expect(after - before).toBeLessThan(1_048_576)
    await Promise.all([honest.stop(), stranger.stop()])
  }, 60_000)
})

describe('T22, names that mean something to JavaScript', () => {
  const payloads = [
    '{ "__proto__": { "polluted": 1 } }',
    '{ "constructor": { "prototype": { "polluted": 1 } } }',
    '{ "prototype": { "polluted": 1 } }',
    '{ "toString": "x" }',
    '{ "hasOwnProperty": "x" }',
    '{ "valueOf": 1 }',
    '{ "__defineGetter__": 1 }',
    '{ "__proto__": null, "tickMs": 1000 }',
    '{ "gossip": { "__proto__": { "polluted": 1 } } }',
    '{ "namespaces": [{ "name": "x", "__proto__": { "polluted": 1 } }] }',
    '{ "gossip": { "constructor": { "prototype": { "polluted": 1 } } } }',
    '{ "namespaces": ["__proto__", "constructor", "toString"] }'
  ]

  it.each(payloads)('are options like any other, or none: %s', async text => {
    const w = world()
    const pex = await w.host(JSON.parse(text) as PexInit)
    await pex.start()
    await pex.join('hasOwnProperty', { gossip: JSON.parse(text) as GossipOptions })
    expect(pex.view('hasOwnProperty')).toEqual([])
    expect(() => pex.view('valueOf')).toThrow(expect.objectContaining({ code: 'PEX_NOT_JOINED' }))
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
    await pex.stop()
  })
})

describe('T28, a hundred exchanges at once', () => {
  it('in any order leave a view within its bound, and the same view in the store', async () => {
    const strangers = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const signer = await signerOf(2_000 + i)
        return { id: signer.id, own: await signer.sign([`/memory/${signer.id}`], 1n) }
      })
    )
    const known = createVerifier()
    for (let seed = 1; seed <= 20; seed++) {
      const rng = seeded(seed)
      const clock = virtualClock(Date.UTC(2026, 0, 1))
      const links = memoryNetwork({ clock, rng: rng.fork('links'), latencyMs: [1, 40] })
      const signer = createSigner(await keyOf(1))
      const store = memoryStore()
      const parts = { transport: links.transport(signer.id), signer, store, clock, verifier: known }
      const gossip = { tickMs: TICK, viewSize: 30, policy: casm() }
      const pex = createPex({ ...parts, rng: rng.fork('host') }, { namespaces: ['x'], gossip })
      await pex.start()
      let largest = 0
      pex.addEventListener('view:update', () => (largest = Math.max(largest, pex.view('x').length)))
      const answers = shuffle(rng, [...strangers]).map(async ({ id, own }) => {
        const transport = links.transport(id)
        await transport.start()
        const others = shuffle(rng, [...strangers]).slice(0, 14)
        const body = askOf(...others.flatMap(other => (other.id === id ? [] : [other.own])), own)
        const { signal } = new AbortController()
        clock.after(between(rng, 0, 20), () => {
          void transport.request(contact(pex), protocolOf('x'), body, { signal })
        })
      })
      await Promise.all(answers)
      await clock.advance(500)
      expect(pex.view('x').length, `seed ${seed}`).toBe(30)
      expect(largest, `seed ${seed}`).toBe(30)
      await pex.flush()
      const stored = await storedView(store, 'x')
      expect([...stored.keys()].toSorted(), `seed ${seed}`).toEqual(
        pex
          .view('x')
          .map(({ id }) => id)
          .toSorted()
      )
      await pex.stop()
    }
  }, 60_000)
})
