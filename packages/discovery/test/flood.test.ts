import { discoveryBounds, sealPacket } from '@pex/discovery'
import { survey } from '@pex/discovery/survey'
import type { Endpoint } from '@pex/discovery/survey'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { seeded, virtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { Feed } from '../src/feed.ts'
import { TokenBuckets } from '../src/rate.ts'
import { keyOf } from './world.ts'

const signal = new AbortController().signal

/** A host that advertises, and the way to hand it datagrams without a turn of the event loop between them. */
async function besieged() {
  const clock = virtualClock()
  let receive: ((bytes: Uint8Array, from: Endpoint) => void) | undefined
  const sent: Uint8Array[] = []
  const host = survey({
    privateKey: await keyOf(1),
    addresses: () => ['/ip4/10.0.0.1/tcp/4001'],
    clock,
    rng: seeded(1),
    open: async given => {
      receive = given
      return {
        local: { address: '10.0.0.1', port: 1 },
        send: bytes => void sent.push(bytes),
        close: async () => {}
      }
    }
  })
  await host.advertise('pex', { signal })
  return {
    clock,
    host,
    sent,
    receive: (bytes: Uint8Array, from: string) => receive!(bytes, { address: from, port: 1 })
  }
}

/** As many private addresses as are wanted. */
function source(i: number): string {
  return `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`
}

describe('a flood', () => {
  it('from ever new sources is looked at 256 times a second, and leaves nothing behind', async () => {
    const { clock, host, receive } = await besieged()
    const rubbish = new Uint8Array(40)
    for (let i = 0; i < 20_000; i++) receive(rubbish, source(i))
    expect(host.rejections).toEqual({ 'malformed-envelope': 256, 'too-often': 19_744 })
    await clock.advance(500)
    for (let i = 0; i < 20_000; i++) receive(rubbish, source(i))
    expect(host.rejections['malformed-envelope']).toBe(256 + 128)
    expect(clock.pending).toBe(0)
  })

  it('of good questions has 32 signatures checked at once', async () => {
    const { clock, host, sent, receive } = await besieged()
    const key = await keyOf(2)
    const peer = peerIdFromPrivateKey(key).toMultihash().bytes
    const question = await sealPacket({ kind: 'survey', namespace: 'pex', peer, distance: 255 }, key)
    for (let i = 0; i < 100; i++) receive(question, source(i))
    expect(host.rejections).toEqual({ busy: 100 - discoveryBounds.maxChecks })
    await clock.advance(1000)
    expect(sent).toHaveLength(1)
    for (let i = 0; i < 10; i++) receive(question, source(i))
    expect(host.rejections).toEqual({ busy: 100 - discoveryBounds.maxChecks })
  })

  it('of forged answers brings nobody into a search', async () => {
    const { clock, host, receive } = await besieged()
    const found: unknown[] = []
    const searching = (async () => {
      for await (const peer of host.findPeers('pex', { signal })) found.push(peer)
    })()
    await clock.advance(10)
    const peer = peerIdFromPrivateKey(await keyOf(2)).toMultihash().bytes
    const addresses = [Uint8Array.of(4, 10, 0, 0, 9, 6, 15, 161)]
    const forged = await sealPacket({ kind: 'response', namespace: 'pex', peer, addresses }, await keyOf(3))
    const changed = await sealPacket({ kind: 'response', namespace: 'pex', peer, addresses }, await keyOf(2))
    changed[changed.length - 1]! ^= 1
    for (const bytes of [forged, changed]) receive(bytes, '10.0.0.9')
    const [none, other] = [[], [Uint8Array.of(0xff, 0xff, 0x7f), ...addresses]]
    for (const list of [none, other])
      receive(
        await sealPacket({ kind: 'response', namespace: 'pex', peer, addresses: list }, await keyOf(2)),
        '10.0.0.9'
      )
    await clock.advance(10_000)
    await searching
    // One that names an address that we cannot read is a peer by its others.
    expect(found).toEqual([expect.objectContaining({ addresses: ['/ip4/10.0.0.9/tcp/4001'] })])
    expect(host.rejections).toEqual({ 'signer-mismatch': 1, 'bad-signature': 1 })
  })
})

describe('what waits for a search', () => {
  it('is 64 peers at most, each once', async () => {
    const clock = virtualClock()
    const feed = new Feed()
    for (let i = 0; i < 200; i++) feed.push({ id: `peer-${i % 100}`, addresses: [] })
    const found: unknown[] = []
    for await (const peer of feed.during(0, clock, signal)) found.push(peer)
    expect(found).toHaveLength(discoveryBounds.maxWaiting)
  })
})

describe('buckets of many keys', () => {
  it.each([
    { ms: 0, allows: 4 },
    { ms: 249, allows: 4 },
    { ms: 500, allows: 6 },
    { ms: 10_000, allows: 8 }
  ])('of 4 and 4 a second allow $allows after $ms ms', ({ ms, allows }) => {
    const buckets = new TokenBuckets(4, 4, 10)
    const take = (now: number): number =>
      Array.from({ length: 20 }, () => buckets.take('a', now)).filter(Boolean).length
    expect(take(0) + (ms === 0 ? 0 : take(ms))).toBe(allows)
  })

  it('forget the key that was used longest ago', () => {
    const buckets = new TokenBuckets(1, 1, 3)
    for (const key of ['a', 'b', 'c', 'd']) expect(buckets.take(key, 0)).toBe(true)
    expect(buckets.take('d', 0)).toBe(false)
    expect(buckets.take('a', 0)).toBe(true)
  })
})
