/** One host of a soak, on real sockets of the loopback device: over UDP, over libp2p (TCP, noise, yamux), or over both with one id. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createHost, hostOver } from '@pex/host'
import type { Host, HostInit } from '@pex/host'
import { createSigner } from '@pex/record'
import { memoryStore } from '@pex/store-memory'
import { seeded } from '@pex/testkit'
import { memoryDatastore, pex } from '@pex/transport-libp2p'
import { udpTransport } from '@pex/transport-udp'
import { createLibp2p } from 'libp2p'
import type { HostOrder } from './words.ts'

export interface Ground {
  readonly host: Host
  /** How much the host remembers, by name. */
  census(): Readonly<Record<string, number>>
  /** Takes the sockets away from under the host, which can say goodbye to nobody then. */
  drop(): Promise<void>
}

/** The protocol that a soak broadcasts in. */
export const PROTOCOL = 'soak'

const NETWORK = 'soak'
const UDP = '/ip4/127.0.0.1/udp/0/noise'

export async function groundFor({ key, over, bootstrap }: HostOrder): Promise<Ground> {
  const chance = seeded(key)
  const seed = Uint8Array.from({ length: 32 }, () => chance() & 0xff)
  const privateKey = await generateKeyPairFromSeed('Ed25519', seed)
  const init: HostInit = { network: NETWORK, agent: 'soak/1.0.0', bootstrap, gossip: { tickMs: 10_000 } }
  const udp = udpTransport({ privateKey, listen: over === 'libp2p' ? [] : [UDP] })
  if (over === 'udp') {
    const host = createHost({ transport: udp, signer: createSigner(privateKey), store: memoryStore() }, init)
    return {
      host,
      census: () => ({ ...common(host), ...prefixed('udp', udp.census) }),
      drop: () => udp.stop()
    }
  }
  const node = await createLibp2p({
    privateKey,
    start: false,
    datastore: memoryDatastore(),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // All hosts of a soak share one address, which libp2p would take for one pushy neighbour.
    connectionManager: { inboundConnectionThreshold: Infinity, maxIncomingPendingConnections: Infinity },
    services: {
      identify: identify(),
      pex: pex({
        ...init,
        namespaces: [NETWORK],
        store: memoryStore(),
        carriers: over === 'both' ? [udp] : []
      })
    }
  })
  const start = async (): Promise<void> => {
    await node.start()
  }
  const stop = async (): Promise<void> => {
    await node.stop()
  }
  const host = hostOver({ pex: node.services.pex, start, stop }, init)
  const census = (): Record<string, number> => ({
    ...common(host),
    ...(over === 'both' ? prefixed('udp', udp.census) : {}),
    connections: node.getConnections().length
  })
  return { host, census, drop: stop }
}

function common(host: Host): Record<string, number> {
  const view = host.pex.namespaces.includes(NETWORK) ? host.pex.view(NETWORK).length : 0
  return { neighbours: host.peers.size, view, ...prefixed('broadcast', host.gossip.census) }
}

function prefixed(prefix: string, census: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(census).map(([name, count]) => [`${prefix} ${name}`, count as number])
  )
}
