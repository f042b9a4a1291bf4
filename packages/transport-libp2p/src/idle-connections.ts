/**
 * Connections that nothing but an exchange has opened. libp2p keeps every connection, and pings each, so a node that asks
 * a random peer every round would end in being connected to everybody. What has been idle for a while is closed.
 */
import { BoundedMap } from '@pex/core'
import type { Clock } from '@pex/core'
import type { Connection, Logger, PeerId, PeerStore } from '@libp2p/interface'

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
  readonly clock: Clock
  readonly log: Logger
  /** How long one may be idle, ms; Infinity leaves all to libp2p. */
  readonly idleMs: number
  /** Tells the protocols of exchanges: a stream of theirs is use, one of anybody else's makes the connection theirs. */
  readonly isOwn: (protocol: string) => boolean
}

interface Idle {
  readonly connection: Connection
  /** Exchanges of ours on it now. */
  users: number
  /** End of the last exchange, ms since the epoch. */
  since: number
}

export class IdleConnections {
  readonly #parts: IdleConnectionsParts
  // Bounded by MAX_REMEMBERED; keyed by libp2p's own connection ids.
  readonly #connections = new BoundedMap<string, Idle>(MAX_REMEMBERED)
  #cancelSweep: (() => void) | undefined

  constructor(parts: IdleConnectionsParts) {
    this.#parts = parts
  }

  /** How many of them there are. */
  get size(): number {
    return this.#connections.size
  }

  /** An exchange has opened it. */
  opened(connection: Connection): void {
    if (this.#parts.idleMs !== Infinity)
      this.#connections.set(connection.id, { connection, users: 0, since: this.#parts.clock.now() })
  }

  /** An exchange begins on the connection, whoever opened it; to be called at its end is what is returned. */
  use({ id }: Connection): () => void {
    const used = this.#connections.get(id)
    if (used === undefined) return () => {}
    used.users++
    return () => {
      used.users--
      used.since = this.#parts.clock.now()
      this.#sweepLater()
    }
  }

  /** Whether the peer is connected only because of an exchange. */
  has(peer: string): boolean {
    return this.#of(peer).length > 0
  }

  /** Somebody wants the peer to stay connected: its connections are none of ours any more. */
  release(peer: PeerId): void {
    for (const { connection } of this.#of(peer.toString())) this.#connections.delete(connection.id)
  }

  clear(): void {
    this.#cancelSweep?.()
    this.#cancelSweep = undefined
    this.#connections.clear()
  }

  #of(peer: string): Idle[] {
    return [...this.#connections.values()].filter(
      ({ connection: { remotePeer, status } }) => status === 'open' && remotePeer.toString() === peer
    )
  }

  #sweepLater(): void {
    const { clock, idleMs } = this.#parts
    const idle = [...this.#connections.values()].filter(({ users }) => users === 0)
    if (this.#cancelSweep !== undefined || idle.length === 0) return
    const due = Math.min(...idle.map(({ since }) => since)) + idleMs
    this.#cancelSweep = clock.after(Math.max(due - clock.now(), 0), () => {
      this.#cancelSweep = undefined
      this.#sweep()
      this.#sweepLater()
    })
  }

  #sweep(): void {
    const { clock, idleMs, isOwn } = this.#parts
    const now = clock.now()
    for (const idle of this.#connections.values()) {
      const { streams, status, id } = idle.connection
      if (idle.users > 0 || now - idle.since < idleMs) continue
      // A peer's exchange, or a stream that is not yet anybody's.
      if (streams.some(({ protocol }) => protocol === '' || isOwn(protocol))) idle.since = now
      else {
        this.#connections.delete(id)
        if (status === 'open') void this.#closeUnlessWanted(idle.connection)
      }
    }
  }

  async #closeUnlessWanted(connection: Connection): Promise<void> {
    const { peerStore, log } = this.#parts
    if (connection.streams.some(({ protocol }) => !HOUSEKEEPING.has(protocol))) return
    const peer = await peerStore.get(connection.remotePeer).catch(() => undefined)
    if (peer !== undefined && peer.tags.size > 0) return
    try {
      await connection.close()
    } catch (error) {
      log('closing an idle connection failed - %e', error)
      connection.abort(error instanceof Error ? error : new Error('closing failed', { cause: error }))
    }
  }
}
