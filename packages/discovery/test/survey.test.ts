import { BootRejection, discoveryBounds, openPacket, sealPacket } from '@pex/discovery'
import { survey } from '@pex/discovery/survey'
import type { SocketDiscovery, SurveyInit } from '@pex/discovery/survey'
import { seeded, virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { idOf, keyOf, Link, search } from './world.ts'

const signal = new AbortController().signal
const group = { address: '228.8.8.8', port: 8822 }

interface Scene {
  readonly clock: VirtualClock
  readonly link: Link
  host(seed: number, init?: Partial<SurveyInit>): Promise<SocketDiscovery>
}

function scene(): Scene {
  const clock = virtualClock()
  const link = new Link(clock)
  return {
    clock,
    link,
    host: async (seed, init = {}) =>
      survey({
        privateKey: await keyOf(seed),
        addresses: () => [`/ip4/10.0.0.${seed}/tcp/4001`],
        open: link.socket({ address: `10.0.0.${seed}`, port: 40_000 }),
        clock,
        rng: seeded(seed),
        ...init
      })
  }
}

/** How often a peer has answered. */
function answers(link: Link): number {
  return link.sent.filter(({ bytes }) => {
    const opened = openPacket(bytes)
    return !(opened instanceof BootRejection) && opened.packet.kind === 'response'
  }).length
}

describe('a survey', () => {
  it('finds everybody who advertises the namespace, once, and ends by itself', async () => {
    const { clock, host } = scene()
    const asker = await host(1)
    for (const seed of [2, 3, 4]) await (await host(seed)).advertise('pex', { signal })
    await (await host(5)).advertise('another', { signal })
    const { found, tookMs } = await search(asker, 'pex', clock)
    const ids = await Promise.all([2, 3, 4].map(async seed => idOf(await keyOf(seed))))
    expect(found.map(({ id }) => id).sort()).toEqual(ids.sort())
    expect(found.find(({ id }) => id === ids[0])?.addresses).toHaveLength(1)
    expect(tookMs).toBe(discoveryBounds.surveyRepeatMs + discoveryBounds.surveyWaitMs)
    expect(clock.pending).toBe(0)
  })

  it('finds nobody where nobody is, and not itself', async () => {
    const { clock, host } = scene()
    const alone = await host(1)
    await alone.advertise('pex', { signal })
    expect((await search(alone, 'pex', clock)).found).toEqual([])
  })

  it('asks a second time, for a datagram may be lost', async () => {
    const { clock, link, host } = scene()
    const [asker, other] = [await host(1), await host(2)]
    await other.advertise('pex', { signal })
    link.lost = ({ at }) => at < discoveryBounds.surveyRepeatMs
    expect((await search(asker, 'pex', clock)).found).toHaveLength(1)
  })

  it('ends at once when its caller has found enough, or aborts', async () => {
    const { clock, host } = scene()
    const [asker, other] = [await host(1), await host(2)]
    await other.advertise('pex', { signal })
    expect((await search(asker, 'pex', clock, { most: 1 })).tookMs).toBeLessThan(100)

    const stop = new AbortController()
    clock.after(700, () => stop.abort())
    const { tookMs } = await search(asker, 'nobody', clock, { signal: stop.signal })
    expect(tookMs).toBe(700)
    expect(clock.pending).toBe(0)
  })

  it('asks nothing for a signal that is aborted already', async () => {
    const { clock, link, host } = scene()
    const { found } = await search(await host(1), 'pex', clock, { signal: AbortSignal.abort() })
    expect([found, link.sent, link.open]).toEqual([[], [], 0])
  })
})

describe('a host that is surveyed', () => {
  it('answers for a namespace until its ttl is over, and says when to advertise again', async () => {
    const { clock, host } = scene()
    const [asker, other] = [await host(1), await host(2)]
    const again = await other.advertise('pex', { signal })
    expect(again).toBe(discoveryBounds.advertiseTtlMs / 2)
    await clock.advance(discoveryBounds.advertiseTtlMs - 100)
    expect((await search(asker, 'pex', clock, { most: 1 })).found).toHaveLength(1)
    await clock.advance(200)
    expect((await search(asker, 'pex', clock)).found).toEqual([])
    await other.advertise('pex', { signal })
    expect((await search(asker, 'pex', clock)).found).toHaveLength(1)
  })

  it('answers many questions of a moment with one answer', async () => {
    const { clock, link, host } = scene()
    await (await host(1)).advertise('pex', { signal })
    const askers = await Promise.all([2, 3, 4, 5, 6].map(seed => host(seed)))
    const searches = askers.map(async asker => {
      for await (const peer of asker.findPeers('pex', { signal })) return peer
      return undefined
    })
    await clock.advance(900)
    for (const found of await Promise.all(searches)) expect(found).toBeDefined()
    expect(answers(link)).toBe(1)
  })

  it('answers a flood of questions at most 16 times a second', async () => {
    const { clock, link, host } = scene()
    const other = await host(1)
    for (let i = 0; i < 40; i++) await other.advertise(`ns-${i}`, { signal })
    const key = await keyOf(2)
    const peer = peerIdFromPrivateKey(key).toMultihash().bytes
    for (let second = 0; second < 3; second++) {
      for (let i = 0; i < 40; i++) {
        const bytes = await sealPacket({ kind: 'survey', namespace: `ns-${i}`, peer, distance: 255 }, key)
        link.deliver({ at: 0, from: { address: `10.0.1.${i}`, port: 1 }, to: group, bytes })
      }
      await clock.advance(1000)
    }
    expect(answers(link)).toBeGreaterThan(8)
    expect(answers(link)).toBeLessThanOrEqual(
      discoveryBounds.answersAtOnce + 3 * discoveryBounds.answersPerSecond
    )
  })

  it('looks at 16 packets of one source at once, and counts what it drops', async () => {
    const { clock, link, host } = scene()
    const other = await host(1)
    await other.advertise('pex', { signal })
    const rubbish = new Uint8Array(10)
    for (let i = 0; i < 50; i++)
      link.deliver({ at: 0, from: { address: '10.0.0.9', port: i }, to: group, bytes: rubbish })
    link.deliver({ at: 0, from: { address: '203.0.113.1', port: 1 }, to: group, bytes: rubbish })
    link.deliver({ at: 0, from: { address: '10.0.0.8', port: 1 }, to: group, bytes: new Uint8Array(3000) })
    await clock.advance(100)
    expect(other.rejections).toEqual({
      'malformed-envelope': 16,
      'too-often': 34,
      'not-local': 1,
      oversize: 1
    })
  })

  it('is silent once it has stopped, and holds no socket and no timer', async () => {
    const { clock, link, host } = scene()
    const [asker, other] = [await host(1), await host(2)]
    await other.advertise('pex', { signal })
    await other.stop()
    await other.stop()
    expect((await search(asker, 'pex', clock)).found).toEqual([])
    await asker.stop()
    expect([link.open, clock.pending]).toEqual([0, 0])
  })

  it('that listens nowhere cannot be found, and says so', async () => {
    const { host } = scene()
    const deaf = await host(1, { addresses: () => [] })
    await expect(deaf.advertise('pex', { signal })).rejects.toMatchObject({ code: 'PEX_NO_ADDRESSES' })
  })

  it('answers for 64 namespaces and refuses one more', async () => {
    const { host } = scene()
    const other = await host(1)
    for (let i = 0; i < 64; i++) await other.advertise(`ns-${i}`, { signal })
    await expect(other.advertise('ns-64', { signal })).rejects.toMatchObject({
      code: 'PEX_INVALID_PARAMETER'
    })
    await expect(other.advertise('ns-63', { signal })).resolves.toBeGreaterThan(0)
  })
})

describe('a gradual survey', () => {
  it('widens by its schedule until everybody has been asked', async () => {
    const { clock, link, host } = scene()
    const asker = await host(1, { gradual: true })
    const { found, tookMs } = await search(asker, 'pex', clock)
    expect(found).toEqual([])
    const distances = link.sent.map(({ bytes }) => {
      const opened = openPacket(bytes)
      return opened instanceof BootRejection || opened.packet.kind !== 'survey'
        ? undefined
        : opened.packet.distance
    })
    expect(distances).toEqual([24, 26, 28, 30, 32])
    const waits = [5_000, 7_500, 11_250, 16_875, 25_312.5]
    const all = waits.reduce((sum, wait) => sum + wait)
    expect(tookMs).toBeGreaterThan(all / 2)
    expect(tookMs).toBeLessThan(all)
    for (let i = 1; i < link.sent.length; i++) {
      const wait = link.sent[i]!.at - link.sent[i - 1]!.at
      expect(wait).toBeGreaterThanOrEqual(waits[i - 1]! / 2)
      expect(wait).toBeLessThanOrEqual(waits[i - 1]! + 1)
    }
  })

  it("can be casm's own, which never waits longer than 90 s", async () => {
    const { clock, link, host } = scene()
    const asker = await host(1, { gradual: { first: 0, step: 1 } })
    await search(asker, 'pex', clock, { maxMs: 4_000_000 })
    expect(link.sent).toHaveLength(33)
    const gaps = link.sent.slice(1).map(({ at }, i) => at - link.sent[i]!.at)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(90_001)
    expect(Math.max(...gaps)).toBeGreaterThan(45_000)
  })

  it('stops with the first step that finds somebody, long before everybody has answered', async () => {
    const { clock, link, host } = scene()
    const seeds = Array.from({ length: 200 }, (_, i) => i + 2)
    // More packets than a host looks at in a moment would be lost; the waits of the answers spread them.
    for (const seed of seeds)
      await (await host(seed, { addresses: () => ['/ip4/10.1.0.1/tcp/4001'] })).advertise('pex', { signal })
    const asker = await host(1, { gradual: true })
    const { found } = await search(asker, 'pex', clock)
    expect(found.length).toBeGreaterThan(0)
    expect(answers(link)).toBeLessThan(100)
  })
})
