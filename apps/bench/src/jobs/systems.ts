/**
 * Four ways for the hosts of a network to hear of each other, made ready and not yet started. Each has the defaults of its
 * module where nothing else is said.
 */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { bootstrap } from '@libp2p/bootstrap'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { gossipsub } from '@libp2p/gossipsub'
import type { Libp2p } from '@libp2p/interface'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { pubsubPeerDiscovery } from '@libp2p/pubsub-peer-discovery'
import { limits } from '@pex/core'
import { createSigner } from '@pex/record'
import { memoryStore } from '@pex/store-memory'
import { pex } from '@pex/transport-libp2p'
import { addressesOf, startHost } from '../host.ts'
import type { Meter } from '../meter.ts'

export interface Host {
  readonly node: Libp2p
  /** How many others it knows an address of: its view; with the rivals, its peer store. */
  readonly known: () => number
  /** What it does every five minutes, and would seldom do in a window of one. */
  readonly refresh?: () => Promise<void>
}

export interface System {
  readonly hosts: readonly Host[]
  /** Starts everybody at once who does not run yet, and resolves when everybody has begun to look for others. */
  readonly start: () => Promise<unknown>
  /** How many others a host can find out at most; nothing where everybody is told of all from the beginning. */
  readonly most: number | undefined
}

/** Longest wait between two rounds of pex; the interval of announcements of pubsub-peer-discovery; its default as well. */
export type Make = (count: number, tickMs: number, meter: Meter) => Promise<System>

export const NAMESPACE = 'bench'
const RING_DEGREE = 4
/** Its own: how long a host of kad-dht waits until it looks for itself again, and fills its table anew. */
const KAD_REFRESH_MS = 300_000

/** What bootstrap waits for before it gives its list away; its own. */
const LIST_MS = 1_000
/** Nobody is given up because so many share a process. */
const PATIENCE_MS = 60_000

/** What is the same for all. */
function common(meter: Meter): { meter: Meter; patienceMs: number; start: false } {
  return { meter, patienceMs: PATIENCE_MS, start: false }
}

/** Everybody is told of the first host, and of nobody else. */
const startPex: Make = async (count, tickMs, meter) => {
  const init = { namespaces: [NAMESPACE], gossip: { tickMs } }
  const make = async (addresses: string[]): Promise<Host> => {
    const service = pex({ ...init, bootstrap: addresses, store: memoryStore() })
    const node = await startHost({ services: { pex: service }, ...common(meter) })
    return { node, known: () => node.services.pex.view(NAMESPACE).length }
  }
  return { ...(await around(count, make)), most: Math.min(count - 1, limits.viewSize) }
}

/** A flood needs a network to flood: each host is connected to its next two neighbours on both sides of a ring. */
const startPubsub: Make = async (count, interval, meter) => {
  const hosts: Host[] = []
  for (let i = 0; i < count; i++) {
    const services = { pubsub: gossipsub() }
    const peerDiscovery = [pubsubPeerDiscovery({ interval })]
    hosts.push(remembering(await startHost({ services, peerDiscovery, ...common(meter) })))
  }
  const start = async (): Promise<void> => {
    await startAll(hosts)
    const dials = hosts.flatMap(({ node }, i) =>
      Array.from({ length: RING_DEGREE / 2 }, (_, step) =>
        node.dial(hosts[(i + step + 1) % count]!.node.getMultiaddrs())
      )
    )
    await Promise.all(dials)
  }
  return { hosts, start, most: count - 1 }
}

/** Servers that take loopback addresses for good ones; like the hosts of pex they are told of the first, by bootstrap. */
const startKad: Make = async (count, tickMs, meter) => {
  const make = async (addresses: string[]): Promise<Host> => {
    const services = {
      ping: ping(),
      dht: kadDHT({
        protocol: `/${NAMESPACE}/kad/1.0.0`,
        clientMode: false,
        peerInfoMapper: passthroughMapper
      })
    }
    const node = await startHost({ services, peerDiscovery: listed(addresses, tickMs), ...common(meter) })
    const refresh = async (): Promise<void> => {
      const { dht } = node.services
      await dht.refreshRoutingTable()
      for await (const _event of dht.getClosestPeers(node.peerId.toMultihash().bytes));
    }
    return { ...remembering(node), refresh }
  }
  return { ...(await around(count, make)), most: count - 1 }
}

/**
 * Everybody has the whole list from the beginning, and dials it: half a second after the one before, for two who dial
 * each other at once keep both connections.
 */
const startBootstrap: Make = async (count, tickMs, meter) => {
  const ports = await freePorts(count)
  const keys = await Promise.all(ports.map(() => generateKeyPair('Ed25519')))
  const list = keys.map((key, i) => `/ip4/127.0.0.1/tcp/${ports[i]}/p2p/${createSigner(key).id}`)
  const hosts: Host[] = []
  const apartMs = tickMs / 20
  for (const [i, privateKey] of keys.entries()) {
    const peerDiscovery = listed(list.toSpliced(i, 1), tickMs, i * apartMs)
    const init = { services: {}, peerDiscovery, ...common(meter), privateKey, port: ports[i]! }
    hosts.push(remembering(await startHost(init)))
  }
  const lastDials = (count + 1) * apartMs + LIST_MS
  const start = (): Promise<unknown> =>
    Promise.all([startAll(hosts), new Promise(resolve => setTimeout(resolve, lastDials))])
  return { hosts, start, most: undefined }
}

export type SystemName = 'pex' | 'pubsub-peer-discovery' | 'kad-dht' | 'bootstrap'

export const systems: Readonly<Record<SystemName, Make>> = {
  pex: startPex,
  'pubsub-peer-discovery': startPubsub,
  'kad-dht': startKad,
  bootstrap: startBootstrap
}

/** How many of so many hosts would refresh within a window, if each did at a time of its own. */
export function refreshing(count: number, windowMs: number): number {
  return Math.round((count * windowMs) / KAD_REFRESH_MS)
}

/** A network around its first host, which runs already: its address has to be known to the others. */
async function around(
  count: number,
  make: (first: string[]) => Promise<Host>
): Promise<Pick<System, 'hosts' | 'start'>> {
  const first = await make([])
  await first.node.start()
  const others: Host[] = []
  for (let i = 1; i < count; i++) others.push(await make(addressesOf(first.node)))
  return { hosts: [first, ...others], start: () => startAll(others) }
}

function startAll(hosts: readonly Host[]): Promise<unknown> {
  return Promise.all(hosts.map(({ node }) => node.start()))
}

/** The module refuses an empty list, and waits before it gives a list away. */
function listed(list: string[], tickMs: number, laterMs: number = 0): ReturnType<typeof bootstrap>[] {
  return list.length === 0 ? [] : [bootstrap({ list, timeout: Math.min(LIST_MS, tickMs) + laterMs })]
}

/** A host that knows whom its peer store has an address of. */
function remembering(node: Libp2p): Host {
  // Bounded by the hosts of the benchmark.
  const known = new Set<string>()
  node.addEventListener('peer:update', ({ detail: { peer } }) => {
    if (peer.addresses.length > 0) known.add(peer.id.toString())
  })
  return { node, known: () => known.size }
}

/** Ports that nobody has at the moment: a list of addresses has to be known before those are who listen there. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map(server => new Promise(resolve => server.once('listening', resolve))))
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}
