/** A node at the other end of a connection, and the set of them. */
import type { NetAddress } from '@pex/address-book'
import type { ConnectionStatus } from '@pex/mconnection'
import type { Place } from './carrier.ts'
import type { NodeInfo } from './node-info.ts'

export interface Peer {
  /** 40 hexadecimal digits: authenticated. */
  readonly id: string
  readonly direction: 'inbound' | 'outbound'
  /** Whether it is dialled again whenever it is lost. */
  readonly isPersistent: boolean
  /** Whether no cap counts it. */
  readonly isUnconditional: boolean
  /** What it says of itself, validated. */
  readonly nodeInfo: NodeInfo
  /** The other end of the socket. */
  readonly socket: Place
  /**
   * Where it can be dialled: as it was dialled, or, of one that called, the IP address and port at which it says to listen;
   * nothing where that is no literal address.
   */
  readonly address: NetAddress | undefined
  /** Milliseconds since the epoch. */
  readonly connectedAt: number
  readonly isRunning: boolean
  /**
   * Queues a message, and waits for room. False where the peer does not run, has not announced the channel, or makes no room
   * within ten seconds.
   */
  send(
    channel: number,
    message: Uint8Array,
    options?: { readonly signal?: AbortSignal | undefined }
  ): Promise<boolean>
  /** Queues a message if there is room now. */
  trySend(channel: number, message: Uint8Array): boolean
  canSend(channel: number): boolean
  status(): ConnectionStatus
}

/** The connected peers: a view of the switch's own set. */
export interface Peers extends Iterable<Peer> {
  readonly size: number
  get(id: string): Peer | undefined
  has(id: string): boolean
  /** A copy, safe to go through while peers come and go. */
  list(): readonly Peer[]
}
