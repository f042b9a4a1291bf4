/** What the compiler tells who looks for a first contact; `npm run check` compiles it, nothing runs it. */
import type { Discovery, Found } from '@pex/core'
import { allOf, BootRejection, decodePacket, firstOf, fixedPeers, parseDiscovery } from '@pex/discovery'
import type { BootPacket, BootReason } from '@pex/discovery'
import { crawl } from '@pex/discovery/crawl'
import { dns } from '@pex/discovery/dns'
import { discoveryFrom } from '@pex/discovery/from'
import type { StoppableDiscovery } from '@pex/discovery/from'
import { fromPeerDiscovery } from '@pex/discovery/libp2p'
import { survey } from '@pex/discovery/survey'
import { bootstrap } from '@libp2p/bootstrap'
import type { PrivateKey } from '@libp2p/interface'
import { describe, expectTypeOf, it } from 'vitest'

declare const privateKey: PrivateKey
declare const signal: AbortSignal
const addresses = (): readonly string[] => []

describe('the types of discovery', () => {
  it('are one port for every source, so that they combine', () => {
    expectTypeOf(fixedPeers(['/ip4/192.0.2.1/tcp/1'])).toExtend<Discovery>()
    expectTypeOf(dns({ name: 'pex.example.com' })).toEqualTypeOf<Discovery>()
    expectTypeOf(survey({ privateKey, addresses })).toExtend<Discovery>()
    expectTypeOf(allOf(firstOf(fixedPeers([]), dns({ name: 'a.example' })))).toEqualTypeOf<Discovery>()
    // @ts-expect-error a text is read by `discoveryFrom`
    allOf('dns:pex.example.com')
  })

  it('find peers one after the other', async () => {
    for await (const peer of fixedPeers([]).findPeers('my-app', { signal }))
      expectTypeOf(peer).toEqualTypeOf<Found>()
    // @ts-expect-error a search is ended by a signal
    fixedPeers([]).findPeers('my-app')
  })

  it('make whoever opens a socket close it', () => {
    expectTypeOf(discoveryFrom('lan', { privateKey, addresses })).toEqualTypeOf<StoppableDiscovery>()
    expectTypeOf(discoveryFrom('lan', { privateKey, addresses }).stop).returns.resolves.toBeVoid()
    expectTypeOf<Discovery>().not.toHaveProperty('stop')
  })

  it('demand what signed packets need', () => {
    const parsed = parseDiscovery('crawl:10.0.0.0/24:4001')
    expectTypeOf(parsed.type).toEqualTypeOf<'survey' | 'crawl' | 'dns' | 'peer'>()
    if (parsed.type === 'crawl') crawl({ range: parsed.range, privateKey, addresses })
    // @ts-expect-error only what was crawled has a range
    else void parsed.range
    // @ts-expect-error whose packets?
    survey({ addresses })
  })

  it('take modules of js-libp2p', () => {
    expectTypeOf(fromPeerDiscovery).parameter(0).toExtend<object>()
    expectTypeOf<ReturnType<ReturnType<typeof bootstrap>>>().toExtend<
      Parameters<typeof fromPeerDiscovery>[0]
    >()
  })

  it('leave nobody a packet that was not looked at', () => {
    const packet = decodePacket(new Uint8Array())
    expectTypeOf(packet).toEqualTypeOf<BootPacket | BootRejection>()
    if (packet instanceof BootRejection) expectTypeOf(packet.reason).toEqualTypeOf<BootReason>()
    else expectTypeOf(packet).toEqualTypeOf<BootPacket>()
  })
})
