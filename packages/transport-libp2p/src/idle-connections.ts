/**
 * Connections that nothing but an exchange has opened. libp2p keeps every connection, and pings each, so a node that asks
 * a random peer every round would soon be connected to everybody. Of its own making it keeps the few used last.
 */
import type { Connection, PeerId, PeerStore } from '@libp2p/interface'
import { LRUCache } from 'lru-cache'

/** Connections remembered, most; libp2p's own bound on connections is 300. */
const MAX_REMEMBERED = 512

/** Streams that libp2p opens by itself: no sign that anybody wants the connection. */
const HOUSEKEEPING: ReadonlySet<string> = new Set([
  '/ipfs/id/1.0.0',
  '/ipfs/id/push/1.0.0',
  '/ipfs/ping/1.0.0',
  '/libp2p/autonat/1.0.0',
  '/libp2p/dcutr'
])

export interface IdleConnectionsParts {
  readonly peerStore: Pick<PeerStore, 'get'>
  readonly max: number
  readonly isOwn: (protocol: string) => boolean
}

export class IdleConnections {
  readonly #peerStore: Pick<PeerStore, 'get'>
  readonly #max: number
  readonly #isOwn: (protocol: string) => boolean
  // Bounded by MAX_REMEMBERED; keyed by libp2p's own connection ids.
  readonly #connections: LRUCache<string, Connection> = new LRUCache({ max: MAX_REMEMBERED })

  /**
   * Keeps at most `max`, which may be 0, or Infinity to leave all to libp2p. `isOwn` tells the protocols of exchanges: a
   * stream of theirs puts off the closing, one of anybody else's prevents it.
   */
  constructor({ peerStore, max, isOwn }: IdleConnectionsParts) {
    this.#peerStore = peerStore
    this.#max = max
    this.#isOwn = isOwn
  }

  /** An exchange has opened it. */
  opened(connection: Connection): void {
    this.#connections.set(connection.id, connection)
  }

  /** An exchange has used it, whoever had opened it. */
  used(connection: Connection): void {
    this.#connections.get(connection.id)
  }

  /** Whether the peer is connected only because of an exchange. */
  has(peer: string): boolean {
    return this.#of(peer).length > 0
  }

  /** Somebody wants the peer to stay connected: its connections are none of ours any more. */
  release(peer: PeerId): void {
    for (const { id } of this.#of(peer.toString())) this.#connections.delete(id)
  }

  /** Closes those over the maximum, the longest unused ones first; what is in use or tagged is no longer ours. */
  async tidy(): Promise<void> {
    for (const [id, connection] of this.#oldestFirst())
      if (connection.status !== 'open') this.#connections.delete(id)
    for (const [id, connection] of this.#oldestFirst()) {
      if (this.#connections.size <= this.#max) return
      if (connection.streams.some(({ protocol }) => protocol === '' || this.#isOwn(protocol))) continue
      this.#connections.delete(id)
      if (!(await this.#isWanted(connection))) await close(connection)
    }
  }

  clear(): void {
    this.#connections.clear()
  }

  // lru-cache types what it yields more loosely than what it holds.
  #oldestFirst(): [string, Connection][] {
    return [...this.#connections.rentries()] as [string, Connection][]
  }

  #of(peer: string): Connection[] {
    return [...this.#connections.values()].filter(
      ({ remotePeer, status }) => status === 'open' && remotePeer.toString() === peer
    )
  }

  async #isWanted({ remotePeer, streams }: Connection): Promise<boolean> {
    if (streams.some(({ protocol }) => !HOUSEKEEPING.has(protocol))) return true
    const peer = await this.#peerStore.get(remotePeer).catch(() => undefined)
    return peer !== undefined && peer.tags.size > 0
  }
}

async function close(connection: Connection): Promise<void> {
  try {
    await connection.close()
  } catch (error) {
    connection.abort(error instanceof Error ? error : new Error('closing failed', { cause: error }))
  }
}
