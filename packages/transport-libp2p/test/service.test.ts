/** Nodes with the service, over real TCP. */
import type { Discovery } from '@pex/core'
import { memoryStore } from '@pex/store-memory'
import { seeded, virtualClock } from '@pex/testkit'
import { pex } from '@pex/transport-libp2p'
import type { PeerInfo } from '@libp2p/interface'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerDiscoverySymbol } from '@libp2p/interface'
import { createLibp2p } from 'libp2p'
import { describe, expect, it } from 'vitest'
import { createNode, event, TCP, WS } from './support/nodes.ts'
import { addresses, create, idOf, known, learns, NS, run } from './support/pex-nodes.ts'

describe('nodes with the service', () => {
  it('find each other through a third, over TCP', async () => {
    const hub = await run()
    const first = await run({ bootstrap: addresses(hub) })
    await learns(first, idOf(hub))
    const second = await run({ bootstrap: addresses(hub) })
    await learns(second, idOf(first))
    // A hub that is busy teaches a newcomer and takes nothing from it: then it hears of it in a later round.
    for (let rounds = 0; rounds < 5 && !known(first).includes(idOf(second)); rounds++)
      for (const node of [second, first]) await node.services.pex.advertise(NS)
    await learns(first, idOf(second))
    expect(known(hub).toSorted()).toEqual([idOf(first), idOf(second)].toSorted())
  })

  it('exchange over WebSockets too, and announce all their addresses', async () => {
    const hub = await run({}, [WS, TCP])
    const other = await run({ bootstrap: addresses(hub).filter(address => address.includes('/ws')) }, [WS])
    await learns(other, idOf(hub))
    await learns(hub, idOf(other))
    expect(hub.services.pex.view(NS)[0]!.addresses.every(address => !address.includes('/p2p/'))).toBe(true)
  })

  it('put what they learn into the peer store, certified, before they announce it', async () => {
    const hub = await run()
    const first = await run({ bootstrap: addresses(hub) })
    await learns(hub, idOf(first))
    const second = await create({ bootstrap: addresses(hub) })
    const discovered = event<PeerInfo>(second, 'peer:discovery', peer => peer.id.equals(first.peerId))
    const announced = event<PeerInfo>(second.services.pex, 'peer', peer => peer.id.equals(first.peerId))
    await second.start()
    expect((await announced).multiaddrs.length).toBeGreaterThanOrEqual(1)
    const peer = await second.peerStore.get(first.peerId)
    expect(peer.peerRecordEnvelope).toBeDefined()
    expect(peer.addresses.map(({ isCertified }) => isCertified)).toEqual(peer.addresses.map(() => true))
    await discovered
  })

  it('need no bootstrap of their own when libp2p has connected them', async () => {
    const one = await run()
    const two = await run()
    expect([known(one), known(two)]).toEqual([[], []])
    await one.dial(two.getMultiaddrs())
    await Promise.all([learns(one, idOf(two)), learns(two, idOf(one))])
  })

  it('tell the same record by identify as by gossip, so that neither makes the other stale', async () => {
    const one = await run()
    const two = await run({ bootstrap: addresses(one) })
    await Promise.all([learns(one, idOf(two)), learns(two, idOf(one))])
    const identified = event(two, 'peer:identify')
    await two.dial(one.getMultiaddrs())
    for (const connection of two.getConnections()) await connection.close()
    await two.dial(one.getMultiaddrs())
    await identified
    const { peerRecordEnvelope } = await two.peerStore.get(one.peerId)
    expect(peerRecordEnvelope).toEqual(two.services.pex.view(NS)[0]!.envelope)
    expect([one.services.pex.rejections, two.services.pex.rejections]).toEqual([{}, {}])
  })

  it('take up the record of whoever they meet, into free places, without asking', async () => {
    const one = await run({ bootstrap: addresses(await run()) })
    await event(one.services.pex, 'view:update')
    const stranger = await run({ gossip: { tickMs: 3_600_000 } })
    await stranger.dial(one.getMultiaddrs())
    await learns(one, idOf(stranger))
  })

  it('find the connected ones among their peers when they look for somebody', async () => {
    const one = await run()
    const two = await run({ namespaces: [] })
    const met = event(two, 'peer:identify')
    await one.dial(two.getMultiaddrs())
    await met
    await two.services.pex.join(NS)
    const found: (string | undefined)[] = []
    for await (const contact of two.services.pex.findPeers(NS)) found.push(contact.id)
    expect(found).toEqual([idOf(one)])
  })

  it('ask the discovery that they are given as well', async () => {
    const hub = await run()
    const discovery: Discovery = {
      async *findPeers() {
        yield { addresses: addresses(hub) }
      }
    }
    const other = await run({ discovery: [discovery] })
    await Promise.all([learns(other, idOf(hub)), learns(hub, idOf(other))])
  })

  it('that listen nowhere can ask', async () => {
    const hub = await run()
    const mute = await run({ bootstrap: addresses(hub) }, [])
    await learns(mute, idOf(hub))
    expect(known(hub)).toEqual([])
  })

  it('announce again what a store has brought back, with nobody there to ask', async () => {
    const store = memoryStore()
    const hub = await run()
    const privateKey = await generateKeyPair('Ed25519')
    const before = await run({ bootstrap: addresses(hub), store }, [TCP], { privateKey })
    await learns(before, idOf(hub))
    await before.stop()
    await hub.stop()
    const after = await create({ store }, [TCP], { privateKey })
    const announced = event<PeerInfo>(after.services.pex, 'peer')
    await after.start()
    expect((await announced).id.toString()).toBe(idOf(hub))
    expect(known(after)).toEqual([idOf(hub)])
    expect((await after.peerStore.get(hub.peerId)).addresses.length).toBeGreaterThanOrEqual(1)
    await after.stop()
    const again = event<PeerInfo>(after.services.pex, 'peer')
    await after.start()
    expect((await again).id.toString(), 'after every start').toBe(idOf(hub))
  })
})

describe('the service', () => {
  it('is a peer discovery module, and says what it needs', async () => {
    const node = await create()
    expect(node.services.pex[peerDiscoverySymbol]).toBe(node.services.pex)
    expect(Object.prototype.toString.call(node.services.pex)).toBe('[object @pex/transport-libp2p]')
    await expect(createLibp2p({ start: false, services: { pex: pex() } })).rejects.toMatchObject({
      name: 'UnmetServiceDependenciesError'
    })
  })

  it('works as an entry of peerDiscovery too', async () => {
    const hub = await run()
    const module = pex({ namespaces: [NS], bootstrap: addresses(hub) })
    const node = await createNode({}, { peerDiscovery: [module as never] })
    const discovered = event<PeerInfo>(node, 'peer:discovery', peer => peer.id.equals(hub.peerId))
    await node.start()
    expect((await discovered).multiaddrs.length).toBeGreaterThanOrEqual(1)
    await node.stop()
  })

  it('starts with the node, stops with it, and can do so again', async () => {
    const node = await create()
    await expect(node.services.pex.join('other')).rejects.toMatchObject({ code: 'PEX_NOT_STARTED' })
    for (let i = 0; i < 2; i++) {
      await node.start()
      expect(node.services.pex.namespaces).toEqual([NS])
      await node.stop()
      expect(node.services.pex.namespaces).toEqual([])
    }
  })

  it('leaves no timer and no listener behind when it stops', async () => {
    const clock = virtualClock()
    const keep = { connections: 3 }
    const hub = await run()
    const init = { clock, rng: seeded(3), bootstrap: addresses(hub), keep }
    const node = await run(init)
    await learns(node, idOf(hub))
    expect(clock.pending).toBeGreaterThan(0)
    expect(node.services.pex.listenerCount('view:update')).toBe(1)
    await node.stop()
    expect(clock.pending).toBe(0)
    expect(node.services.pex.listenerCount('view:update')).toBe(0)
  })

  it('fails the start of the node when its options make no sense', async () => {
    await expect(create({ keep: { connections: 0 } })).rejects.toMatchObject({
      code: 'PEX_INVALID_PARAMETER'
    })
    const locked = memoryStore()
    const failing = Object.assign(Object.create(locked) as typeof locked, {
      open: () => Promise.reject(Object.assign(new Error('in use'), { code: 'PEX_STORE_LOCKED' }))
    })
    const node = await create({ store: failing })
    await expect(node.start()).rejects.toMatchObject({ code: 'PEX_STORE_LOCKED' })
  })
})
