/**
 * How a host is carried: over libp2p where it listens or calls there (TCP and WebSockets, noise, yamux), over UDP where it
 * listens on that, or over both in one overlay.
 */
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { preSharedKey } from '@libp2p/pnet'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { NetworkScope } from '@pex/core'
import type { Store } from '@pex/core'
import { createSigner } from '@pex/record'
import { createPex, systemRng } from '@pex/service'
import type { Pex, PexInit } from '@pex/service'
import { VictimCap } from '@pex/swarm'
import { inboundDoor, memoryDatastore, pex, scopeGater } from '@pex/transport-libp2p'
import { udpTransport } from '@pex/transport-udp'
import type { UdpTransport } from '@pex/transport-udp'
import { createLibp2p } from 'libp2p'
import { isUdp } from './addresses.ts'
import type { Settings } from './config.ts'
import type { Identity } from './identity.ts'
import type { NodeMetrics } from './metrics.ts'
import { swarmKey } from './secret.ts'

/** A host's peer exchange, and what carries it. */
export interface Carried {
  readonly pex: Pex
  /** Complete addresses, the peer id at their end. */
  addresses(): readonly string[]
  start(): Promise<void>
  stop(): Promise<void>
}

export interface CarrierParts {
  readonly identity: Identity
  /** 32 bytes that the hosts of a closed network share. */
  readonly secret: Uint8Array | undefined
  readonly store: Store
  readonly init: PexInit
  /** Where to count what happens. @default nothing is counted */
  readonly metrics?: NodeMetrics | undefined
}

/** Puts a host together; nothing is opened before `start`. */
export async function openCarriers(settings: Settings, parts: CarrierParts): Promise<Carried> {
  const { identity, secret, store, metrics } = parts
  const listen = { udp: settings.listen.filter(isUdp), stream: settings.listen.filter(each => !isUdp(each)) }
  const { privateKey } = identity
  const scope = new NetworkScope(settings.scope)
  const init = { ...parts.init, scope }
  const cap = new VictimCap({ rng: systemRng })
  const udp =
    listen.udp.length === 0
      ? undefined
      : udpTransport({ privateKey, listen: listen.udp, networkKey: secret, scope, cap, metrics })
  if (udp !== undefined && listen.stream.length === 0) return overUdp(udp, parts, init)
  const node = await createLibp2p({
    privateKey,
    datastore: memoryDatastore(),
    start: false,
    addresses: { listen: listen.stream },
    transports: [tcp(), webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    ...(secret === undefined ? {} : { connectionProtector: preSharedKey({ psk: swarmKey(secret) }) }),
    ...(metrics === undefined ? {} : { metrics: () => metrics }),
    // The door counts who has not said who it is; libp2p's own ten places are one stranger's.
    connectionGater: { ...scopeGater(scope), ...inboundDoor() },
    connectionManager: { maxIncomingPendingConnections: Infinity },
    services: {
      identify: identify(),
      pex: pex({ ...init, store, carriers: udp === undefined ? [] : [udp] })
    }
  })
  return {
    pex: node.services.pex,
    addresses: () => [
      ...node.getMultiaddrs().map(address => address.toString()),
      ...(udp === undefined ? [] : complete(udp, identity))
    ],
    start: async () => {
      await node.start()
    },
    stop: async () => {
      await node.stop()
    }
  }
}

function overUdp(udp: UdpTransport, { identity, store, metrics }: CarrierParts, init: PexInit): Carried {
  const signer = createSigner(identity.privateKey)
  const service = createPex({ transport: udp, signer, store, metrics }, init)
  return {
    pex: service,
    addresses: () => complete(udp, identity),
    start: () => service.start(),
    stop: () => service.stop()
  }
}

function complete(udp: UdpTransport, { id }: Identity): readonly string[] {
  return udp.addresses().map(address => `${address}/p2p/${id}`)
}
