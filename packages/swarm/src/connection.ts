/**
 * A connection as the swarm holds it: who is there, which way it was opened, the streams on it, and its events in order (see
 * notifications.ts).
 */
import { PexError } from '@pex/core'
import type { Dialer, Reached } from '@pex/core'
import type { Direction } from './gater.ts'
import type { Notifications } from './notifications.ts'
import { SwarmStream } from './stream.ts'
import type { StreamPort } from './stream.ts'

/** What a connection needs of its swarm. */
export interface ConnectionParts<C, S> {
  readonly id: string
  readonly raw: C
  readonly reached: Reached
  readonly direction: Direction
  /** ms since the epoch. */
  readonly openedAt: number
  readonly dialer: Dialer<C>
  readonly streams: StreamPort<C, S> | undefined
  readonly notifications: Notifications<C, S>
  nextStreamId(): string
  count(way: 'sent' | 'received', bytes: number, peer: string, protocol: string): void
  /** To be removed from the swarm's table. */
  removed(connection: SwarmConnection<C, S>): void
  /** It has become idle, or busy. */
  used(connection: SwarmConnection<C, S>): void
  /** Work in the background that the swarm's end waits for. */
  inBackground(work: Promise<void>): void
}

export class SwarmConnection<C, S = never> {
  readonly #parts: ConnectionParts<C, S>
  // Bounded by the carrier's own limit of streams on a connection.
  readonly #streams = new Set<SwarmStream<C, S>>()
  // Streams that are about to be there.
  #coming = 0
  #closing: Promise<void> | undefined
  #connected: Promise<void> | undefined

  constructor(parts: ConnectionParts<C, S>) {
    this.#parts = parts
  }

  get id(): string {
    return this.#parts.id
  }

  get raw(): C {
    return this.#parts.raw
  }

  get peer(): string {
    return this.#parts.reached.peer
  }

  get address(): string {
    return this.#parts.reached.address
  }

  get direction(): Direction {
    return this.#parts.direction
  }

  get openedAt(): number {
    return this.#parts.openedAt
  }

  get isOpen(): boolean {
    return this.#closing === undefined && this.#parts.dialer.reached(this.raw).isOpen
  }

  get isLimited(): boolean {
    return this.#parts.reached.isLimited ?? false
  }

  get isDirect(): boolean {
    return !(this.#parts.reached.isRelayed ?? false)
  }

  get streams(): readonly SwarmStream<C, S>[] {
    return [...this.#streams]
  }

  /** Whether nothing is on it, nor about to be. */
  get isIdle(): boolean {
    return this.#streams.size + this.#coming === 0
  }

  /** Tells that it is there; resolves when everybody has heard. Telling twice is telling once. */
  announce(): Promise<void> {
    const { notifications } = this.#parts
    this.#connected ??= notifications.tell(notifiee => notifiee.connected?.(this))
    return this.#connected
  }

  /** Opens a stream. Fails with `PEX_NO_CONNECTION` on a limited connection that was not asked for. */
  async openStream(options: {
    signal: AbortSignal
    useLimited?: boolean | undefined
  }): Promise<SwarmStream<C, S>> {
    if (this.isLimited && options.useLimited !== true)
      throw new PexError('PEX_NO_CONNECTION', `the connection to ${this.peer} is limited`)
    if (!this.isOpen) throw closed()
    return this.#use(async () => this.#add(await this.#port().open(this.raw, options), 'outbound'))
  }

  /** Takes a stream that the peer has opened; resolves once everybody has heard of the connection and of the stream. */
  async acceptStream(raw: S): Promise<SwarmStream<C, S>> {
    return this.#use(async () => {
      await this.#connected
      return this.#add(raw, 'inbound')
    })
  }

  /** Closes it, and every stream on it. The second call gives the result of the first. Waits for no listener. */
  close(): Promise<void> {
    return this.#end(() => this.#parts.dialer.close(this.raw))
  }

  /** The carrier has lost it. */
  gone(): void {
    void this.#end(async () => {})
  }

  /** It is not idle while a stream is being opened. */
  async #use<T>(work: () => Promise<T>): Promise<T> {
    this.#coming++
    this.#parts.used(this)
    try {
      return await work()
    } finally {
      this.#coming--
      this.#parts.used(this)
    }
  }

  #end(close: () => Promise<void>): Promise<void> {
    if (this.#closing !== undefined) return this.#closing
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // Before anything else: the carrier may tell of the end from within it.
    this.#closing = promise
    promise.catch(() => {})
    this.#parts.removed(this)
    void close()
      .finally(() => this.#dismiss())
      .then(resolve, reject)
    return promise
  }

  #dismiss(): void {
    const { notifications, inBackground } = this.#parts
    for (const stream of this.#streams) stream.drop()
    const tell = async (): Promise<void> => {
      await this.#connected
      if (this.#connected !== undefined) await notifications.tell(each => each.disconnected?.(this))
    }
    inBackground(tell())
  }

  async #add(raw: S, direction: Direction): Promise<SwarmStream<C, S>> {
    const { nextStreamId, count, notifications, inBackground } = this.#parts
    const port = this.#port()
    if (this.#closing !== undefined) {
      port.reset(raw)
      throw closed()
    }
    let told = Promise.resolve()
    const stream: SwarmStream<C, S> = new SwarmStream({
      id: `${this.id}-${nextStreamId()}`,
      raw,
      port,
      connection: this,
      direction,
      count: (way, bytes, protocol) => count(way, bytes, this.peer, protocol),
      ended: ended => {
        this.#streams.delete(ended)
        this.#parts.used(this)
        inBackground(
          (async () => {
            await told
            await notifications.tell(each => each.closedStream?.(ended))
          })()
        )
      }
    })
    this.#streams.add(stream)
    told = notifications.tell(each => each.openedStream?.(stream))
    await told
    return stream
  }

  #port(): StreamPort<C, S> {
    const { streams } = this.#parts
    if (streams === undefined) throw new PexError('PEX_UNSUPPORTED', 'this swarm was given no streams')
    return streams
  }
}

function closed(): PexError {
  return new PexError('PEX_CLOSED', 'the connection has been closed')
}
