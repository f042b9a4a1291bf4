/**
 * First contact among the peers that libp2p is connected to anyway: identify has told which of them speak the namespace's
 * protocol, and has left their certified records in the peer store, which are handed on as they are.
 */
import { shuffle } from '@pex/core'
import type { Discovery, Found, Rng } from '@pex/core'
import type { PeerId, PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'

export interface ConnectedPeersParts {
  readonly connectionManager: Pick<ConnectionManager, 'getConnections'>
  readonly peerStore: Pick<PeerStore, 'get'>
  readonly rng: Rng
  /** The protocols of a namespace, on each of our wires. */
  readonly protocolsOf: (namespace: string) => readonly string[]
}

/** Connected peers that speak a namespace's protocol, in random order. */
export function connectedPeers({
  connectionManager,
  peerStore,
  rng,
  protocolsOf
}: ConnectedPeersParts): Discovery {
  return {
    async *findPeers(namespace, { signal }): AsyncIterable<Found> {
      const connections = connectionManager.getConnections()
      const peers = new Map(connections.map(({ remotePeer }) => [remotePeer.toString(), remotePeer]))
      for (const peerId of shuffle(rng, [...peers.values()])) {
        if (signal.aborted) return
        const found = await lookUp(peerStore, peerId, protocolsOf(namespace))
        if (found !== undefined) yield found
      }
    }
  }
}

async function lookUp(
  peerStore: Pick<PeerStore, 'get'>,
  peerId: PeerId,
  protocols: readonly string[]
): Promise<Found | undefined> {
  // A peer may be connected and not yet known.
  const peer = await peerStore.get(peerId).catch(() => undefined)
  if (peer === undefined || !protocols.some(protocol => peer.protocols.includes(protocol))) return undefined
  return {
    id: peerId.toString(),
    addresses: peer.addresses.map(({ multiaddr }) => multiaddr.toString()),
    envelope: peer.peerRecordEnvelope
  }
}
