/**
 * Any js-libp2p `peerDiscovery` module (mdns, bootstrap and others) as a source. Such modules have no namespaces: whoever
 * they find is offered to every one, and turns out to be in it or not when it is asked.
 *
 * @packageDocumentation
 */
import { LRUCache } from 'lru-cache'
import type { PeerDiscovery, PeerInfo } from '@libp2p/interface'
import type { Clock, Discovery, Found } from '@pex/core'
import { bounds } from './bounds.ts'
import { Feed } from './feed.ts'
import { systemClock } from './system.ts'

export interface ModuleInit {
  /** How long one search listens for peers beyond those that are known, ms. @default 10 000 */
  readonly waitMs?: number | undefined
  readonly clock?: Clock | undefined
}

/** A source that listens to a module until `stop`; the module itself is started and stopped by whoever made it. */
export interface ModuleDiscovery extends Discovery {
  /** Stops listening. Idempotent. */
  stop(): void
}

/** Listens to a module. */
export function fromPeerDiscovery(
  module: Pick<PeerDiscovery, 'addEventListener' | 'removeEventListener'>,
  { waitMs = bounds.moduleWaitMs, clock = systemClock }: ModuleInit = {}
): ModuleDiscovery {
  // Bounded by `maxModulePeers`; the module chooses the keys, or whoever it listens to.
  const known = new LRUCache<string, Found>({ maxSize: bounds.maxModulePeers, sizeCalculation: () => 1 })
  // Bounded by the searches under way, which their callers end.
  const feeds = new Set<Feed>()
  const heard = ({ detail }: CustomEvent<PeerInfo>): void => {
    const id = detail.id.toString()
    const found = {
      id,
      addresses: detail.multiaddrs.map(address => address.decapsulateCode(CODE_P2P).toString())
    }
    known.set(id, found)
    for (const feed of feeds) feed.push(found)
  }
  module.addEventListener('peer', heard)

  return {
    async *findPeers(_namespace, { signal }) {
      if (signal.aborted) return
      const feed = new Feed()
      feeds.add(feed)
      try {
        for (const found of known.values()) feed.push(found)
        yield* feed.during(waitMs, clock, signal)
      } finally {
        feeds.delete(feed)
      }
    },
    stop: () => module.removeEventListener('peer', heard)
  }
}

/** Code of `/p2p` in the multiaddr table. */
const CODE_P2P = 421
