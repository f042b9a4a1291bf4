/** A tab as a host: WebSockets to servers, WebRTC to other tabs through whatever relay it has, and a store that survives a reload. */
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Libp2p, PrivateKey } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { webRTC } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { levelStore } from '@pex/store-level'
import { pex } from '@pex/transport-libp2p'
import type { PexService } from '@pex/transport-libp2p'
import { createLibp2p } from 'libp2p'

import { NAMESPACE } from './namespace.ts'

export type Tab = Libp2p<{ pex: PexService }>

/** A tab's host. `relay`: the address of one to ask first, and through which others reach this tab. */
export async function openTab(relay: string): Promise<Tab> {
  return createLibp2p({
    privateKey: await ownKey(),
    // Tabs have no addresses of their own: a relay lends them one, on which they then agree on a direct way.
    addresses: { listen: [`${relay}/p2p-circuit`, '/webrtc'] },
    transports: [webSockets(), webRTC(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // By default browsers refuse addresses without TLS and of this machine; this page is for trying things out.
    connectionGater: { denyDialMultiaddr: () => false },
    services: {
      identify: identify(),
      pex: pex({
        namespaces: [NAMESPACE],
        bootstrap: [relay],
        store: levelStore(`who-is-here-${tabId()}`),
        gossip: { tickMs: 2_000 }
      })
    }
  })
}

/** The same host after a reload, another one in another tab: what a session's storage holds is this tab's alone. */
async function ownKey(): Promise<PrivateKey> {
  const stored = sessionStorage.getItem('key')
  if (stored !== null)
    return privateKeyFromProtobuf(Uint8Array.from(atob(stored), each => each.charCodeAt(0)))
  const key = await generateKeyPair('Ed25519')
  sessionStorage.setItem('key', btoa(String.fromCharCode(...privateKeyToProtobuf(key))))
  return key
}

function tabId(): string {
  const id = sessionStorage.getItem('tab') ?? crypto.randomUUID()
  sessionStorage.setItem('tab', id)
  return id
}
