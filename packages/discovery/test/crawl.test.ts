import { discoveryBounds, sealPacket } from '@pex/discovery'
import { crawl } from '@pex/discovery/crawl'
import type { CrawlInit, CrawlRange, SocketDiscovery } from '@pex/discovery/crawl'
import { seeded, virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { permutation } from '../src/crawl/permutation.ts'
import { targetsOf } from '../src/crawl/range.ts'
import { idOf, keyOf, Link, search } from './world.ts'

const signal = new AbortController().signal
const range: CrawlRange = { address: '10.0.0.0', bits: 24, ports: [8822, 8822] }

interface Scene {
  readonly clock: VirtualClock
  readonly link: Link
  host(seed: number, init?: Partial<CrawlInit>): Promise<SocketDiscovery>
}

function scene(): Scene {
  const clock = virtualClock()
  const link = new Link(clock)
  return {
    clock,
    link,
    host: async (seed, init = {}) =>
      crawl({
        privateKey: await keyOf(seed),
        addresses: () => [`/ip4/10.0.0.${seed}/tcp/4001`],
        range,
        open: link.socket({ address: `10.0.0.${seed}`, port: 8822 }),
        clock,
        rng: seeded(seed),
        ...init
      })
  }
}

describe('a crawl', () => {
  it('asks every host of the block once, and finds who is in the namespace', async () => {
    const { clock, link, host } = scene()
    const asker = await host(1)
    for (const seed of [77, 200]) await (await host(seed)).advertise('pex', { signal })
    await (await host(78)).advertise('another', { signal })
    const { found } = await search(asker, 'pex', clock)
    const ids = await Promise.all([77, 200].map(async seed => idOf(await keyOf(seed))))
    expect(found.map(({ id }) => id).sort()).toEqual(ids.sort())
    const asked = link.sent.filter(({ from }) => from.address === '10.0.0.1').map(({ to }) => to.address)
    expect(asked).toHaveLength(254)
    expect(new Set(asked).size).toBe(254)
    expect(asked).not.toContain('10.0.0.0')
    expect(asked).not.toContain('10.0.0.255')
    expect(clock.pending).toBe(0)
  })

  it('sends at most 8 packets at once and 32 in a second, however many searches there are', async () => {
    const { clock, link, host } = scene()
    const asker = await host(1)
    const searches = ['a', 'b', 'c'].map(namespace => search(asker, namespace, clock))
    // One of them moves the clock for all.
    await Promise.allSettled(searches)
    const times = link.sent.map(({ at }) => at)
    expect(times.filter(at => at === 0)).toHaveLength(discoveryBounds.crawlAtOnce)
    for (const start of times) {
      const within = times.filter(at => at >= start && at < start + 1000).length
      expect(within).toBeLessThanOrEqual(discoveryBounds.crawlPerSecond + discoveryBounds.crawlAtOnce)
    }
    const inFive = times.filter(at => at <= 5000).length
    expect(inFive).toBeGreaterThan(5 * 30)
  })

  it('asks nobody any more once its caller has found enough, or aborts', async () => {
    const { clock, link, host } = scene()
    const asker = await host(1)
    for (let seed = 2; seed < 100; seed++) await (await host(seed)).advertise('pex', { signal })
    await search(asker, 'pex', clock, { most: 1 })
    const count = (): number => link.sent.filter(({ from }) => from.address === '10.0.0.1').length
    const before = count()
    expect(before).toBeLessThan(100)
    await clock.advance(10_000)
    expect(count()).toBe(before)

    const stop = new AbortController()
    clock.after(500, () => stop.abort())
    expect((await search(asker, 'nobody', clock, { signal: stop.signal })).tookMs).toBe(500)
    expect(clock.pending).toBe(0)
  })
})

describe('a host that is crawled', () => {
  /** A question from an address, and how many bytes were sent back there. */
  async function ask(from: string, init: Partial<CrawlInit> = {}, times: number = 1) {
    const { clock, link, host } = scene()
    const other = await host(1, init)
    await other.advertise('pex', { signal })
    const key = await keyOf(2)
    const peer = peerIdFromPrivateKey(key).toMultihash().bytes
    const bytes = await sealPacket({ kind: 'request', namespace: 'pex', peer }, key)
    for (let i = 0; i < times; i++)
      link.deliver({
        at: 0,
        from: { address: from, port: 9 },
        to: { address: '10.0.0.1', port: 8822 },
        bytes
      })
    await clock.advance(1000)
    const back = link.sent.filter(({ to }) => to.address === from)
    return { asked: bytes.length, back: back.map(sent => sent.bytes.length), other }
  }

  it('answers its neighbours, and nobody whose address is of another network', async () => {
    expect((await ask('10.9.9.9')).back).toHaveLength(1)
    const stranger = await ask('203.0.113.7')
    expect(stranger.back).toEqual([])
    expect(stranger.other.rejections).toEqual({ 'not-local': 1 })
    expect((await ask('203.0.113.7', { isLocal: () => true })).back).toHaveLength(1)
  })

  it('answers with at most three times the bytes of the question, however many addresses it has', async () => {
    const many = Array.from(
      { length: 16 },
      (_, i) => `/dns4/host-${i}.of-a-rather-long-name.example.com/tcp/443/tls/ws`
    )
    const { asked, back } = await ask('10.9.9.9', { addresses: () => many })
    expect(back).toHaveLength(1)
    expect(back[0]).toBeLessThanOrEqual(3 * asked)
    expect(back[0]).toBeGreaterThan(2 * asked)
  })

  it('looks at 16 questions of one source at once, and answers 8 of them', async () => {
    const { back, other } = await ask('10.9.9.9', {}, 100)
    expect(back.length).toBe(discoveryBounds.answersAtOnce)
    expect(other.rejections).toEqual({ 'too-often': 84 })
  })
})

describe('a range', () => {
  const of = (address: string, bits: number, low: number = 1, high: number = low): CrawlRange => ({
    address,
    bits,
    ports: [low, high]
  })

  it.each([
    of('8.8.8.0', 24),
    of('172.32.0.0', 24),
    of('192.0.2.0', 24),
    of('100.64.0.0', 24),
    of('0.0.0.0', 24),
    of('224.0.0.0', 24),
    of('169.254.169.254', 32),
    of('2001:db8::', 120),
    of('2606:4700::', 120),
    of('::ffff:8.8.8.8', 128)
  ])('of strangers is refused: $address/$bits', bad => {
    expect(() => targetsOf(bad)).toThrow(expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' }))
  })

  it.each([
    of('10.0.0.0', 15),
    of('10.0.0.0', 0),
    of('fd00::', 64),
    of('10.0.0.0', 24, 1, 65_535),
    of('10.0.0.0', 33),
    of('10.0.0.0', 1.5),
    of('10.0.0', 24),
    of('010.0.0.1', 32),
    of('10.0.0.1', 32, 0),
    of('10.0.0.1', 32, 65_536),
    of('10.0.0.1', 32, 2, 1)
  ])('that is too large or none is refused: $address/$bits $ports', bad => {
    expect(() => targetsOf(bad)).toThrow(expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' }))
  })

  it('of strangers can be asked for explicitly', () => {
    expect(targetsOf(of('8.8.8.8', 32), { publicTargets: true }).at(0)).toEqual({
      address: '8.8.8.8',
      port: 1
    })
  })

  it('names every host of its block, whatever address of it was given', () => {
    const places = (bad: CrawlRange): unknown[] => {
      const targets = targetsOf(bad)
      return Array.from({ length: targets.count }, (_, i) => targets.at(i)).filter(
        place => place !== undefined
      )
    }
    expect(places(of('192.168.1.77', 30, 5))).toEqual([
      { address: '192.168.1.77', port: 5 },
      { address: '192.168.1.78', port: 5 }
    ])
    expect(places(of('127.0.0.1', 32, 5, 7))).toHaveLength(3)
    expect(places(of('10.0.0.255', 31))).toEqual([
      { address: '10.0.0.254', port: 1 },
      { address: '10.0.0.255', port: 1 }
    ])
    expect(places(of('fd00::12ff', 127))).toEqual([
      { address: 'fd00:0:0:0:0:0:0:12fe', port: 1 },
      { address: 'fd00:0:0:0:0:0:0:12ff', port: 1 }
    ])
    // Where a cloud keeps its credentials nobody of ours listens.
    expect(places(of('169.254.0.0', 16))).toHaveLength(65_533)
  })
})

describe('a permutation', () => {
  it('names every number below n once', () => {
    fc.assert(
      fc.property(fc.nat(3000), fc.integer(), (n, seed) => {
        const all = [...permutation(n, seeded(seed))]
        expect(all.length).toBe(n)
        expect(new Set(all).size).toBe(n)
        for (const value of all) expect(value >= 0 && value < n).toBe(true)
      }),
      { numRuns: 200 }
    )
  })

  it('is another one for another seed, and takes no memory for 2^32 numbers', () => {
    const first = (seed: number): number[] => {
      const numbers: number[] = []
      for (const value of permutation(2 ** 32, seeded(seed))) {
        numbers.push(value)
        if (numbers.length === 5) break
      }
      return numbers
    }
    expect(first(1)).not.toEqual(first(2))
    expect([...permutation(16, seeded(1))]).not.toEqual(Array.from({ length: 16 }, (_, i) => i))
  })
})
