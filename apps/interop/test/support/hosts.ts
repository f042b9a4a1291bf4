/** libp2p nodes with peer exchange on TCP loopback. Their ticks are long: rounds run when the test asks for them. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import type { TransportManager } from '@libp2p/interface-internal'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { pex } from '@pex/transport-libp2p'
import type { PexService, PexServiceInit } from '@pex/transport-libp2p'
import type { ViewPeer } from '@pex/service'
import { native } from '@pex/wire'
import { casmWire } from '@pex/wire/casm'
import { createLibp2p } from 'libp2p'
import { afterEach } from 'vitest'

export const NS = 'interop'
export const CASM = `/casm/0.0.0/${NS}/pex`
const TCP = '/ip4/127.0.0.1/tcp/0'

interface Listens {
  listen(): Promise<void>
}

export type Host = Libp2p<{ pex: PexService; listens: Listens }>

/** What a host may speak. */
export const wires = {
  casm: () => [casmWire()],
  both: () => [native, casmWire()],
  native: () => [native]
} as const

let hosts: Host[] = []

export async function start(init: PexServiceInit = {}): Promise<Host> {
  const host = await createLibp2p({
    privateKey: await generateKeyPair('Ed25519'),
    addresses: { listen: [TCP] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    connectionGater: { denyDialMultiaddr: () => false },
    services: {
      identify: identify(),
      pex: pex({ namespaces: [NS], wires: wires.both(), ...init }),
      // Another place to listen, while it runs.
      listens: ({ transportManager }: { transportManager: TransportManager }): Listens => ({
        listen: () => transportManager.listen([multiaddr(TCP)])
      })
    }
  })
  hosts.push(host)
  return host
}

export const addresses = (host: Host): string[] => host.getMultiaddrs().map(String)
export const idOf = (host: Host): string => host.peerId.toString()
export const known = (host: Host): string[] => host.services.pex.view(NS).map(({ id }) => id)

/** Open streams of casm's exchange at a host. */
export function streams(host: Host): number {
  const all = host.getConnections().flatMap(connection => connection.streams)
  return all.filter(({ protocol }) => protocol === CASM).length
}

/** Resolves when the view of the host is as asked for. */
export async function sees(host: Host, holds: (view: readonly ViewPeer[]) => boolean): Promise<void> {
  const { pex: service } = host.services
  if (holds(service.view(NS))) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = (): void => {
    if (holds(service.view(NS))) resolve()
  }
  service.addEventListener('view:update', look)
  await promise
  service.removeEventListener('view:update', look)
}

afterEach(async () => {
  await Promise.all(hosts.map(async host => host.stop()))
  hosts = []
})
