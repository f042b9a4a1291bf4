/**
 * What runs on top of a switch: a reactor owns channels, and hears of the peers that come, speak and go. After `Reactor` of
 * CometBFT's p2p package.
 */
import type { NetAddress } from '@pex/address-book'
import type { Clock, Rng } from '@pex/core'
import type { ChannelDescriptor } from '@pex/mconnection'
import type { Place } from './carrier.ts'
import type { NodeInfo } from './node-info.ts'
import type { Peer, Peers } from './peer.ts'

/** Everything but `channels` and `receive` may be left out. What a call throws ends the peer that it is about. */
export interface Reactor {
  /** The channels that it owns; no other reactor of the switch may have one of them. */
  readonly channels: readonly ChannelDescriptor[]
  /** Before any peer is there; the handle is good until `stop`. Must not wait for a dial: no peer is taken until all have started. */
  start?(handle: SwitchHandle): void | Promise<void>
  /** After the last peer has gone. */
  stop?(): void | Promise<void>
  /** A peer is about to start: nothing can be sent to it yet, and nothing has come from it. */
  initPeer?(peer: Peer): void
  /** A peer has started. What it sends may have come before that, never before `initPeer`. */
  addPeer?(peer: Peer): void
  /** A peer has gone; with a reason where that was its fault or the network's. */
  removePeer?(peer: Peer, reason: Error | undefined): void
  /** A message on one of the channels. Nothing more is read from that peer while the promise is open. */
  receive(peer: Peer, channel: number, message: Uint8Array): void | Promise<void>
}

/** What a reactor may ask of its switch. */
export interface SwitchHandle {
  /** This node's id, 40 hexadecimal digits. */
  readonly id: string
  readonly nodeInfo: NodeInfo
  readonly clock: Clock
  readonly rng: Rng
  readonly peers: Peers
  /** Unconditional peers are not counted. */
  readonly counts: { readonly outbound: number; readonly inbound: number; readonly dialling: number }
  /** How many it wants and takes. */
  readonly limits: { readonly maxOutbound: number; readonly maxInbound: number }
  isDialling(id: string): boolean
  isPersistent(id: string): boolean
  isUnconditional(id: string): boolean
  /** Whether the operator wants nobody to be told of it. */
  isPrivate(id: string): boolean
  /** Whether this node itself is there: it listens there, or has met itself there. */
  isOwn(place: Place): boolean
  /** Whether somebody at that IP address is connected. */
  hasIp(ip: string): boolean
  /** The operator has named these addresses: they are dialled in any scope, and no wait or cap for strangers' holds for them. */
  vouch(addresses: readonly NetAddress[]): void
  /** Sends to every peer that has the channel; resolves to whether each has taken it, by id. */
  broadcast(channel: number, message: Uint8Array): Promise<ReadonlyMap<string, boolean>>
  /** Connects to a peer. Fails with a `SwitchError`; a dial of the same peer that is under way is joined. */
  dial(address: NetAddress, options?: { readonly signal?: AbortSignal | undefined }): Promise<Peer>
  /**
   * Ends a peer: gracefully (what is queued still goes out) without a reason, at once with one; persistent peers are then
   * dialled again. Resolves when every reactor has heard of it.
   */
  disconnect(peer: Peer, reason?: Error): Promise<void>
}
