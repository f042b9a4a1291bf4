/** A peer over its MConnection: what reactors send it is held to the channels that it has announced. */
import type { NetAddress } from '@pex/address-book'
import { MConnection } from '@pex/mconnection'
import type { ConnectionStatus, MConnectionInit } from '@pex/mconnection'
import type { Place } from './carrier.ts'
import type { Link } from './link.ts'
import type { NodeInfo } from './node-info.ts'
import type { Peer } from './peer.ts'
import { listenedAt } from './place.ts'

export interface LivePeerInit extends Pick<MConnectionInit, 'channels' | 'clock' | 'onReceive' | 'onError'> {
  readonly link: Link
  readonly isPersistent: () => boolean
  readonly isUnconditional: boolean
  readonly mconnection: ConnectionOptions
}

/** What of an MConnection a switch's user may choose. */
export type ConnectionOptions = Omit<
  MConnectionInit,
  'channels' | 'clock' | 'onReceive' | 'onError' | 'signal'
>

export class LivePeer implements Peer {
  readonly link: Link
  readonly address: NetAddress | undefined
  readonly connectedAt: number
  readonly isUnconditional: boolean
  /** The peer's end, once it has begun; resolves when every reactor has heard of it. */
  ending: Promise<void> | undefined
  /** Resolves when it is no peer any more. */
  readonly ended: Promise<void>
  /** It is none any more. */
  readonly end: () => void
  readonly #connection: MConnection
  readonly #isPersistent: () => boolean
  /** Bounded by the rules for a node info: 16. */
  readonly #channels: ReadonlySet<number>

  constructor({ link, isPersistent, isUnconditional, mconnection, ...rest }: LivePeerInit) {
    const { id, nodeInfo, socket, direction } = link
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ended = promise
    this.end = resolve
    this.link = link
    this.address = direction === 'outbound' ? { id, ...socket } : listenedAt(nodeInfo)
    this.connectedAt = rest.clock.now()
    this.isUnconditional = isUnconditional
    this.#isPersistent = isPersistent
    this.#channels = new Set(nodeInfo.channels)
    this.#connection = new MConnection(link.duplex, { ...mconnection, ...rest })
  }

  get id(): string {
    return this.link.id
  }

  get direction(): Peer['direction'] {
    return this.link.direction
  }

  get nodeInfo(): NodeInfo {
    return this.link.nodeInfo
  }

  get socket(): Place {
    return this.link.socket
  }

  get isPersistent(): boolean {
    return this.#isPersistent()
  }

  get isRunning(): boolean {
    return this.#connection.isRunning
  }

  async send(
    channel: number,
    message: Uint8Array,
    options?: { readonly signal?: AbortSignal | undefined }
  ): Promise<boolean> {
    return this.#channels.has(channel) && this.#connection.send(channel, message, options)
  }

  trySend(channel: number, message: Uint8Array): boolean {
    return this.#channels.has(channel) && this.#connection.trySend(channel, message)
  }

  canSend(channel: number): boolean {
    return this.#channels.has(channel) && this.#connection.canSend(channel)
  }

  status(): ConnectionStatus {
    return this.#connection.status()
  }

  start(): void {
    this.#connection.start()
  }

  stop(): void {
    this.#connection.stop()
  }

  flushStop(): Promise<boolean> {
    return this.#connection.flushStop()
  }
}
