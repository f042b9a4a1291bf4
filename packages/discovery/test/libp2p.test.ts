import { bootstrap } from '@libp2p/bootstrap'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { fromPeerDiscovery } from '@pex/discovery/libp2p'
import { virtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { search } from './world.ts'

const A = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'

/** An event target, as every such module is. */
class Module extends EventTarget {
  find(id: string, ...addresses: readonly string[]): void {
    const detail = { id: peerIdFromString(id), multiaddrs: addresses.map(address => multiaddr(address)) }
    this.dispatchEvent(new CustomEvent('peer', { detail }))
  }
}

describe('a js-libp2p module', () => {
  it('gives whom it has found and whom it finds meanwhile, once, for 10 s', async () => {
    const clock = virtualClock()
    const module = new Module()
    const source = fromPeerDiscovery(module as never, { clock })
    const other = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'
    module.find(A, `/ip4/192.0.2.1/tcp/4001/p2p/${A}`)
    clock.after(3000, () => module.find(other, '/ip4/192.0.2.2/tcp/4001'))
    clock.after(4000, () => module.find(A, '/ip4/192.0.2.1/tcp/4001'))
    const { found, tookMs } = await search(source, 'any', clock)
    expect(found).toEqual([
      { id: A, addresses: ['/ip4/192.0.2.1/tcp/4001'] },
      { id: other, addresses: ['/ip4/192.0.2.2/tcp/4001'] }
    ])
    expect(tookMs).toBe(10_000)
    expect(clock.pending).toBe(0)
  })

  it('is not listened to any more after stop', async () => {
    const clock = virtualClock()
    const module = new Module()
    const source = fromPeerDiscovery(module as never, { clock })
    source.stop()
    module.find(A, '/ip4/192.0.2.1/tcp/4001')
    expect((await search(source, 'any', clock)).found).toEqual([])
  })

  it('that finds more than 256 peers is remembered for the last of them', async () => {
    const clock = virtualClock()
    const module = new Module()
    const source = fromPeerDiscovery(module as never, { clock, waitMs: 0 })
    module.find(A, '/ip4/192.0.2.1/tcp/4001')
    const { generateKeyPairFromSeed } = await import('@libp2p/crypto/keys')
    const { peerIdFromPrivateKey } = await import('@libp2p/peer-id')
    for (let i = 0; i < 256; i++) {
      const seed = new Uint8Array(32)
      seed[0] = i
      const id = peerIdFromPrivateKey(await generateKeyPairFromSeed('Ed25519', seed)).toString()
      module.find(id, `/ip4/192.0.2.1/tcp/${i + 1}`)
    }
    const { found } = await search(source, 'any', clock)
    expect(found.map(({ id }) => id)).not.toContain(A)
  })

  it('such as the real @libp2p/bootstrap is a source', async () => {
    const module = bootstrap({ list: [`/ip4/192.0.2.1/tcp/4001/p2p/${A}`], timeout: 1 })({
      logger: { forComponent: () => Object.assign(() => {}, { error: () => {}, trace: () => {} }) },
      peerStore: { merge: async () => {} },
      connectionManager: { openConnection: async () => {} },
      events: new EventTarget()
    } as never)
    const source = fromPeerDiscovery(module, { waitMs: 10_000 })
    const startable = module as unknown as { start(): unknown; afterStart?(): unknown; stop(): unknown }
    await startable.start()
    await startable.afterStart?.()
    try {
      for await (const peer of source.findPeers('any', { signal: AbortSignal.timeout(10_000) })) {
        expect(peer).toEqual({ id: A, addresses: ['/ip4/192.0.2.1/tcp/4001'] })
        return
      }
      expect.unreachable('nobody was found')
    } finally {
      await startable.stop()
      source.stop()
    }
  })
})
