/** What is attacked: a libp2p host as `pex start` makes it, one with libp2p's own limits, or a CometBFT switch. */
import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { nodeKey } from '@pex/mconnection'
import { systemClock, systemRng } from '@pex/service'
import { memoryStore } from '@pex/store-memory'
import { Switch } from '@pex/switch'
import type { Reactor } from '@pex/switch'
import { tcp as switchTcp } from '@pex/switch/tcp'
import { inboundDoor, pex } from '@pex/transport-libp2p'
import { createLibp2p } from 'libp2p'
import type { Opened } from './program.ts'

export type TargetKind = 'host' | 'host without a door' | 'switch'

export interface TargetJob {
  readonly kind: TargetKind
}

export interface TargetTold {
  readonly id: string
  readonly port: number
}

export interface TargetLook {
  /** Open file descriptors; 0 where the system does not tell. */
  readonly descriptors: number
  /** Connections that are complete. */
  readonly connections: number
  /** Streams of peer exchange that are open. */
  readonly streams: number
  /** Since the last look: how late timers came, 99 of 100 and the latest, ms. */
  readonly delayP99: number
  readonly delayMost: number
  readonly rss: number
}

/** The namespace of every load. */
export const NAMESPACE = 'load'

interface Counts {
  readonly connections: number
  readonly streams: number
}

const RESOLUTION_MS = 5

export async function target({ kind }: TargetJob): Promise<Opened<'target'>> {
  const { told, counts } = kind === 'switch' ? await aSwitch() : await aHost(kind === 'host')
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  return {
    told,
    look() {
      // The histogram has the time between two timers, which is the resolution where nothing is late.
      const late = (nanoseconds: number): number => Math.max(nanoseconds / 1e6 - RESOLUTION_MS, 0)
      const look = { delayP99: late(delay.percentile(99)), delayMost: late(delay.max) }
      delay.reset()
      return { ...look, ...counts(), descriptors: descriptors(), rss: process.memoryUsage().rss }
    }
  }
}

function descriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}

async function aHost(hasDoor: boolean): Promise<{ told: TargetTold; counts: () => Counts }> {
  const node = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    ...(hasDoor
      ? {
          connectionGater: inboundDoor(),
          connectionManager: { maxIncomingPendingConnections: Infinity }
        }
      : {}),
    services: { identify: identify(), pex: pex({ namespaces: [NAMESPACE], store: memoryStore() }) }
  })
  const port = Number(node.getMultiaddrs()[0]!.toString().split('/')[4])
  return {
    told: { id: node.peerId.toString(), port },
    counts() {
      const connections = node.getConnections()
      const streams = connections.flatMap(connection => connection.streams)
      return {
        connections: connections.length,
        streams: streams.filter(({ protocol }) => protocol.startsWith('/pex/')).length
      }
    }
  }
}

async function aSwitch(): Promise<{ told: TargetTold; counts: () => Counts }> {
  const parts = { carrier: switchTcp(), clock: systemClock, rng: systemRng, key: nodeKey() }
  const node = new Switch(
    { ...parts, nodeInfo: { network: NAMESPACE, moniker: 'target' }, reactors: [silent] },
    { listen: [{ ip: '127.0.0.1', port: 0 }], allowDuplicateIp: true }
  )
  await node.start()
  return {
    told: { id: node.id, port: node.places[0]!.port },
    counts: () => ({ connections: node.peers.size, streams: 0 })
  }
}

/** A reactor that has a channel and says nothing. */
export const silent: Reactor = {
  channels: [{ id: 0x77, priority: 1, sendQueueCapacity: 10, maxMessageBytes: 1_000 }],
  receive(): void {}
}
