/**
 * Telling others what happens to connections and streams, in an order that they can build on (go-libp2p-swarm's):
 *
 * (a) a dial returns only after every `connected` has returned; (b) inbound streams are accepted only after that;
 * (c) `disconnected` comes after `connected` is over, asynchronously, once; (d) the same holds for the pair of stream events;
 * (e) listeners are called in parallel, and a slow one delays the next event of that connection, no other's; (f) a listener
 * may close the connection from within `connected`; (g) between connections there is no order.
 */
import type { SwarmConnection } from './connection.ts'
import type { SwarmStream } from './stream.ts'

/** Each may return a promise, which is waited for. */
export interface Notifiee<C, S> {
  connected?(connection: SwarmConnection<C, S>): unknown
  disconnected?(connection: SwarmConnection<C, S>): unknown
  openedStream?(stream: SwarmStream<C, S>): unknown
  closedStream?(stream: SwarmStream<C, S>): unknown
  listen?(address: string): unknown
  listenClose?(address: string): unknown
}

export class Notifications<C, S> {
  // Bounded by what this host's own code adds.
  readonly #notifiees = new Set<Notifiee<C, S>>()
  readonly #failed: (error: unknown) => void

  /** `failed` hears what a listener throws: its fault is nobody else's. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  /** Adds a listener; returns the way to remove it. */
  add(notifiee: Notifiee<C, S>): () => void {
    this.#notifiees.add(notifiee)
    return () => void this.#notifiees.delete(notifiee)
  }

  /** Calls all of them at once; resolves when all have returned. */
  async tell(call: (notifiee: Notifiee<C, S>) => unknown): Promise<void> {
    await Promise.all(
      [...this.#notifiees].map(async notifiee => {
        try {
          await call(notifiee)
        } catch (error) {
          this.#failed(error)
        }
      })
    )
  }
}
