/** What a chat stands on: UDP, libp2p over TCP, or both as one host with one id. */
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import type { Discovery } from '@pex/core'
import { createHost, hostOver } from '@pex/host'
import type { Host, HostInit } from '@pex/host'
import { createSigner } from '@pex/record'
import { memoryDatastore, pex } from '@pex/transport-libp2p'
import { udpTransport } from '@pex/transport-udp'
import { createLibp2p } from 'libp2p'

export type Key = Ed25519PrivateKey

export interface GroundOptions {
  readonly privateKey: Key
  readonly over: 'udp' | 'libp2p' | 'both'
  /** The IP address to listen at. */
  readonly at: string
  readonly bootstrap: readonly string[]
  readonly discovery: readonly Discovery[]
}

/** A host on the carriers that were asked for. */
export async function hostOn(options: GroundOptions): Promise<Host> {
  const { privateKey, over, at, bootstrap, discovery } = options
  const init: HostInit = {
    network: 'pex-chat',
    agent: 'pex-chat/1.0.0',
    bootstrap,
    discovery,
    gossip: { tickMs: 10_000 }
  }
  const udp = udpTransport({ privateKey, listen: over === 'libp2p' ? [] : [`/ip4/${at}/udp/0/noise`] })
  if (over === 'udp') return createHost({ transport: udp, signer: createSigner(privateKey) }, init)
  const node = await createLibp2p({
    privateKey,
    datastore: memoryDatastore(),
    start: false,
    addresses: { listen: [`/ip4/${at}/tcp/0`] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      pex: pex({ ...init, namespaces: [init.network], carriers: over === 'both' ? [udp] : [] })
    }
  })
  const start = async (): Promise<void> => {
    await node.start()
  }
  const stop = async (): Promise<void> => {
    await node.stop()
  }
  return hostOver({ pex: node.services.pex, start, stop }, init)
}
