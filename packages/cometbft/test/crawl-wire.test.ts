/** A crawl over the wire: probes of nodes on a network of streams, in virtual time. */
import { Crawl, dialects, isAuthenticated, PEX_CHANNEL, visitByProbe } from '@pex/cometbft'
import { seeded, streamNetwork, virtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { chain, inTime, TestNode } from './probe-scene.ts'
import type { Behaviour } from './probe-scene.ts'

describe('a crawl by probes', () => {
  it('makes one connection and one request to each node, and names what is wrong with the others', async () => {
    const clock = virtualClock(1_700_000_000_000)
    const network = streamNetwork({ clock, latencyMs: 20, dialMs: 60_000 })
    const nodes = Array.from({ length: 9 }, (_, i) => new TestNode(clock, i + 1))
    const addresses = nodes.map(({ id }, i) => ({ id, ip: `93.184.${i}.34`, port: 26_656 }))
    const full: Behaviour = async (stream, self) => (await self.greet(stream)).duplex.abort()
    const other: Behaviour = async (stream, self) =>
      (await self.greet(stream, { network: 'other-1' })).duplex.abort()
    const deaf: Behaviour = async (stream, self) => self.talk((await self.greet(stream)).duplex, () => {})
    const mute: Behaviour = () => new Promise(() => {})
    const answering: Behaviour = async (stream, self) => {
      const { duplex } = await self.greet(stream)
      const answer = dialects.cometbft.answer(addresses, 1)
      await self.talk(duplex, connection => void connection.trySend(PEX_CHANNEL, answer))
    }
    const behaviours = [answering, answering, answering, answering, full, other, deaf, mute]
    for (const [i, node] of nodes.slice(0, 8).entries()) {
      const { ip, port } = addresses[i]!
      await node.listen(network.carrier(ip), { ip, port }, behaviours[i]!)
    }
    const rng = seeded(1)
    const visit = visitByProbe({ carrier: network.carrier('192.0.2.1'), clock, rng, chainId: chain })
    const crawl = new Crawl({ seeds: [addresses[0]!], chainId: chain, visit, clock, rng })
    await inTime(
      clock,
      (async () => {
        for await (const { visit } of crawl.run()) expect(visit.about?.moniker ?? 'honest').toBe('honest')
      })()
    )
    const { nodes: found } = crawl.map()
    const verdicts = addresses.map(({ id }) => found.find(node => node.id === id)?.verdict)
    const goods = ['ok', 'ok', 'ok', 'ok']
    expect(verdicts).toEqual([...goods, 'full', 'wrong-chain', 'timeout', 'full', 'refused'])
    expect(found.filter(isAuthenticated)).toHaveLength(6)
    for (const { connections, requests, met } of nodes.slice(0, 4)) {
      expect([connections, requests]).toEqual([1, 1])
      expect(met).toMatchObject([{ moniker: 'pex-crawl', listenAddress: 'tcp://0.0.0.0:26656' }])
    }
    await clock.advance(60_000)
    expect(network.sockets.filter(({ local }) => local.ip === '192.0.2.1')).toEqual([])
  })
})
