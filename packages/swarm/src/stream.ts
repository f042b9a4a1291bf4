/**
 * A stream on a connection of the swarm: it is told of, and its bytes are counted for its peer and its protocol. Reading and
 * writing are the carrier's business.
 */
import type { SwarmConnection } from './connection.ts'
import type { Direction } from './gater.ts'

/** What a carrier does with streams. */
export interface StreamPort<C, S> {
  open(connection: C, options: { signal: AbortSignal }): Promise<S>
  /** Closes both directions. */
  close(stream: S): Promise<void>
  /** Ends both directions at once, unsent bytes too. */
  reset(stream: S): void
}

/** What a stream needs of its connection. */
export interface StreamParts<C, S> {
  readonly id: string
  readonly raw: S
  readonly port: StreamPort<C, S>
  readonly connection: SwarmConnection<C, S>
  readonly direction: Direction
  readonly count: (way: 'sent' | 'received', bytes: number, protocol: string) => void
  readonly ended: (stream: SwarmStream<C, S>) => void
}

export class SwarmStream<C, S> {
  /** The protocol agreed upon; empty before there is one. */
  protocol: string = ''
  readonly #parts: StreamParts<C, S>
  #ended = false

  constructor(parts: StreamParts<C, S>) {
    this.#parts = parts
  }

  get id(): string {
    return this.#parts.id
  }

  get raw(): S {
    return this.#parts.raw
  }

  get connection(): SwarmConnection<C, S> {
    return this.#parts.connection
  }

  get direction(): Direction {
    return this.#parts.direction
  }

  get isOpen(): boolean {
    return !this.#ended
  }

  /** So many bytes have gone out on it. */
  sent(bytes: number): void {
    this.#parts.count('sent', bytes, this.protocol)
  }

  /** So many bytes have come in on it. */
  received(bytes: number): void {
    this.#parts.count('received', bytes, this.protocol)
  }

  /** Closes both directions and lets it go. */
  async close(): Promise<void> {
    if (!this.#end()) return
    await this.#parts.port.close(this.#parts.raw)
  }

  reset(): void {
    if (this.#end()) this.#parts.port.reset(this.#parts.raw)
  }

  /** The connection under it is gone: nothing is left to be reset. */
  drop(): void {
    this.#end()
  }

  #end(): boolean {
    if (this.#ended) return false
    this.#ended = true
    this.#parts.ended(this)
    return true
  }
}
