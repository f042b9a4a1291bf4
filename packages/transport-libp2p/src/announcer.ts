/**
 * What the views learn, for the rest of the node: each record goes into libp2p's peer store with its signature, so that its
 * addresses count as certified, and then the peer is announced as peer discovery modules do.
 */
import { BoundedMap, limits } from '@pex/core'
import type { PeerRecord } from '@pex/core'
import type { Logger, PeerInfo, PeerStore } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'

export interface AnnouncerParts {
  readonly peerStore: Pick<PeerStore, 'consumePeerRecord'>
  readonly log: Logger
  announce(peer: PeerInfo): void
}

/** Peers announced and still in some view, most: every view of every namespace full. */
const MAX_ANNOUNCED = limits.maxNamespaces * limits.maxViewSize

export class Announcer {
  readonly #parts: AnnouncerParts
  // Bounded by MAX_ANNOUNCED; keyed by the ids of verified records.
  readonly #announced = new BoundedMap<string, true>(MAX_ANNOUNCED)

  constructor(parts: AnnouncerParts) {
    this.#parts = parts
  }

  /** Records that have come into a view. A newer record of a peer that has been announced only goes to the store. */
  async added(records: readonly PeerRecord[], signal: AbortSignal): Promise<void> {
    const { peerStore, log, announce } = this.#parts
    for (const { id, envelope, addresses } of records) {
      const peerId = peerIdFromString(id)
      try {
        await peerStore.consumePeerRecord(envelope, { expectedPeer: peerId, signal })
      } catch (error) {
        log.error('the record of %p does not go into the peer store - %e', peerId, error)
      }
      if (signal.aborted) return
      if (this.#announced.get(id) === true) continue
      this.#announced.set(id, true)
      announce({ id: peerId, multiaddrs: addresses.map(address => multiaddr(address)) })
    }
  }

  /** Peers that have left a view: should they come back, that is news again. */
  removed(records: readonly PeerRecord[]): void {
    for (const { id } of records) this.#announced.delete(id)
  }

  clear(): void {
    this.#announced.clear()
  }
}
