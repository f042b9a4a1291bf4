/**
 * What a network says to itself: so many hosts in one process, left alone until it runs evenly, then counted over a window.
 */
import { readFile } from 'node:fs/promises'
import { gossipsub } from '@libp2p/gossipsub'
import type { Libp2p } from '@libp2p/interface'
import { pubsubPeerDiscovery } from '@libp2p/pubsub-peer-discovery'
import { memoryStore } from '@pex/store-memory'
import { pex } from '@pex/transport-libp2p'
import { addressesOf, startHost } from '../host.ts'
import { mean, processor } from '../measure.ts'
import { Meter } from '../meter.ts'

export interface TrafficJob {
  readonly system: 'pex' | 'pubsub-peer-discovery'
  readonly hosts: number
  /** Longest wait between two rounds of pex; the interval of announcements of the rival. */
  readonly tickMs: number
  readonly warmUpMs: number
  readonly windowMs: number
}

export interface TrafficResult {
  /** KiB for each host and minute, as the hosts hand them to the kernel. */
  readonly traffic: number
  /** The parts of that which are written to streams, by protocol; the rest are handshakes and framing. */
  readonly streams: Readonly<Record<string, number>>
  /** The same as the loopback device counts: with TCP's own, and whatever else the machine sent. Linux only. */
  readonly loopback: number | undefined
  /** Open connections of a host: the mean over all hosts and over the window, and the most that one had. */
  readonly connections: number
  readonly mostConnections: number
  /** Connections opened by each host and minute. */
  readonly dials: number
  /** Peers that a host knows at the end, mean: its view; the rival's peer store. */
  readonly known: number
  /** Share of one core. */
  readonly processor: number
}

interface Host {
  readonly node: Libp2p
  readonly known: () => Promise<number>
}

const NAMESPACE = 'bench'
const RING_DEGREE = 4

export async function measureTraffic(job: TrafficJob): Promise<TrafficResult> {
  const { system, hosts: count, tickMs, warmUpMs, windowMs } = job
  const meter = new Meter()
  const hosts = await (system === 'pex' ? startPex : startPubsub)(count, tickMs, meter)
  let opened = 0
  for (const { node } of hosts)
    node.addEventListener('connection:open', ({ detail }) => {
      if (detail.direction === 'outbound') opened++
    })
  await sleep(warmUpMs)

  meter.reset()
  opened = 0
  const before = { loopback: await loopbackBytes(), processor: processor(), at: performance.now() }
  const connections: number[] = []
  while (performance.now() - before.at < windowMs) {
    await sleep(Math.min(1_000, windowMs / 4))
    connections.push(...hosts.map(({ node }) => node.getConnections().length))
  }
  const elapsed = performance.now() - before.at
  const used = processor() - before.processor
  const share = (amount: number): number => (amount * 60_000) / elapsed / count
  const result = {
    traffic: share(meter.total / 1_024),
    streams: Object.fromEntries(meter.streams.map(([protocol, bytes]) => [protocol, share(bytes / 1_024)])),
    loopback: share(((await loopbackBytes()) - before.loopback) / 1_024),
    connections: mean(connections),
    mostConnections: Math.max(...connections),
    dials: share(opened),
    known: mean(await Promise.all(hosts.map(host => host.known()))),
    processor: used / elapsed
  }
  await Promise.all(hosts.map(({ node }) => node.stop()))
  return { ...result, loopback: Number.isFinite(result.loopback) ? result.loopback : undefined }
}

/** Everybody is told of the first host, and of nobody else. */
async function startPex(count: number, tickMs: number, meter: Meter): Promise<Host[]> {
  const hosts: Host[] = []
  let bootstrap: string[] = []
  for (let i = 0; i < count; i++) {
    const service = pex({ namespaces: [NAMESPACE], bootstrap, gossip: { tickMs }, store: memoryStore() })
    const node = await startHost({ services: { pex: service }, meter })
    if (i === 0) bootstrap = addressesOf(node)
    hosts.push({ node, known: async () => node.services.pex.view(NAMESPACE).length })
  }
  return hosts
}

/** A flood needs a network to flood: each host is connected to its next two neighbours on both sides of a ring. */
async function startPubsub(count: number, interval: number, meter: Meter): Promise<Host[]> {
  const nodes: Libp2p[] = []
  for (let i = 0; i < count; i++)
    nodes.push(
      await startHost({
        services: { pubsub: gossipsub() },
        peerDiscovery: [pubsubPeerDiscovery({ interval })],
        meter
      })
    )
  for (const [i, node] of nodes.entries())
    for (let step = 1; step <= RING_DEGREE / 2; step++)
      await node.dial(nodes[(i + step) % count]!.getMultiaddrs())
  return nodes.map(node => ({ node, known: async () => (await node.peerStore.all()).length }))
}

/** Bytes that the loopback device has carried; no number where the system does not tell. */
async function loopbackBytes(): Promise<number> {
  const devices = await readFile('/proc/net/dev', 'utf8').catch(() => '')
  return Number(/^\s*lo:\s*(\d+)/m.exec(devices)?.[1] ?? NaN)
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
