/**
 * A libp2p node as every benchmark uses it: TCP on loopback, noise, yamux, identify, and otherwise libp2p's own defaults.
 */
import { identify } from '@libp2p/identify'
import type { Libp2p, PrivateKey, ServiceMap } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import type { Libp2pOptions, ServiceFactoryMap } from 'libp2p'
import { metricsOf } from './meter.ts'
import type { Meter } from './meter.ts'

export interface HostInit<T extends ServiceMap> {
  readonly services: ServiceFactoryMap<T>
  readonly peerDiscovery?: Libp2pOptions['peerDiscovery']
  /** Counts what the node sends. */
  readonly meter?: Meter | undefined
  /** Where it listens. @default any free one */
  readonly port?: number
  /** @default one of its own */
  readonly privateKey?: PrivateKey
  /**
   * How long it waits for others, ms, and then it does not give up connections that do not answer in time: for more hosts in
   * one process than would ever share one. @default libp2p's own times
   */
  readonly patienceMs?: number
  /** False for a node that is started later. @default true */
  readonly start?: boolean
}

/** Makes a node, and starts it unless told otherwise. The services are its own beside identify. */
export function startHost<T extends ServiceMap>({
  services,
  peerDiscovery = [],
  meter,
  port = 0,
  privateKey,
  patienceMs,
  start = true
}: HostInit<T>): Promise<Libp2p<T>> {
  return createLibp2p<T>({
    start,
    ...(privateKey === undefined ? {} : { privateKey }),
    addresses: { listen: [`/ip4/127.0.0.1/tcp/${port}`] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // All hosts of a benchmark share one address, which libp2p would take for one pushy neighbour.
    connectionManager: {
      inboundConnectionThreshold: Infinity,
      maxIncomingPendingConnections: Infinity,
      ...(patienceMs === undefined
        ? {}
        : { dialTimeout: patienceMs, addressDialTimeout: patienceMs, inboundUpgradeTimeout: patienceMs })
    },
    ...(patienceMs === undefined ? {} : { connectionMonitor: { abortConnectionOnPingFailure: false } }),
    peerDiscovery,
    ...(meter === undefined ? {} : { metrics: () => metricsOf(meter) }),
    services: { identify: identify(), ...services }
  })
}

/** Where the node listens, with its id. */
export function addressesOf(node: Libp2p): string[] {
  return node.getMultiaddrs().map(address => address.toString())
}
