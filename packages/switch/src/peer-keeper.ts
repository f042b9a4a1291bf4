/**
 * From an authenticated link to a peer, and to its end: who may stay, and in which order the reactors hear of it. Of every peer
 * a reactor hears `initPeer`, then perhaps `addPeer`, then `removePeer`, each once; a peer's id is free again only when all have
 * heard of its end, so that who comes back at once is a new story (CometBFT removes a peer last for the same reason).
 */
import type { Clock } from '@pex/core'
import type { ChannelDescriptor } from '@pex/mconnection'
import { isCrossing, lastingOf } from './crossing.ts'
import { refusedAs, SwitchError, switchErrorOf } from './errors.ts'
import type { Refusal } from './errors.ts'
import { ask } from './filters.ts'
import type { Journal } from './journal.ts'
import type { Link } from './link.ts'
import { LivePeer } from './live-peer.ts'
import type { Options } from './options.ts'
import type { PeerSet } from './peer-set.ts'
import type { Reactor } from './reactor.ts'

export interface KeeperParts {
  readonly self: string
  readonly options: Options
  readonly clock: Clock
  readonly peers: PeerSet<LivePeer>
  readonly reactors: readonly Reactor[]
  readonly channels: readonly ChannelDescriptor[]
  /** Whose each channel is. */
  readonly owners: ReadonlyMap<number, Reactor>
  readonly journal: Journal
  /** Aborted when the switch stops. */
  readonly signal: AbortSignal
  /** Resolves when the reactors have started. */
  readonly ready: Promise<void>
  isPersistent(id: string): boolean
  /** A link has ended. */
  gone(link: Link): void
  /** A peer has been lost that should not have been. */
  lost(peer: LivePeer): void
}

export class PeerKeeper {
  readonly #parts: KeeperParts
  /** Which reactors have been told of a peer. Bounded by the peers. */
  readonly #told = new WeakMap<LivePeer, Reactor[]>()

  constructor(parts: KeeperParts) {
    this.#parts = parts
  }

  /** Makes a peer of the link, or fails with a `SwitchError`, the link being closed then. Asking twice is asking once. */
  admit(link: Link): Promise<LivePeer> {
    if (link.admission === undefined) {
      link.admission = this.#admit(link)
      link.admission.catch(() => {})
    }
    return link.admission
  }

  /** Why somebody with that id, at that IP address, is not wanted now. */
  refusal({ id, socket, direction }: Pick<Link, 'id' | 'socket' | 'direction'>): Refusal | undefined {
    const { peers, options, isPersistent, signal } = this.#parts
    if (signal.aborted) return 'stopped'
    if (peers.has(id)) return 'duplicate'
    if (options.unconditionalIds.has(id)) return undefined
    if (!options.allowDuplicateIp && peers.hasIp(socket.ip)) return 'duplicate-ip'
    const isFull =
      direction === 'inbound'
        ? peers.counted('inbound') >= options.maxInbound
        : peers.counted('outbound') >= options.maxOutbound && !isPersistent(id)
    return isFull ? 'full' : undefined
  }

  /**
   * Ends a peer; resolves when every reactor has heard of it. What is queued still goes out where it is done gracefully; a second
   * call cuts that short unless it is graceful too.
   */
  release(
    peer: LivePeer,
    reason: Error | undefined,
    { isGraceful = false }: { readonly isGraceful?: boolean } = {}
  ): Promise<void> {
    if (peer.ending !== undefined) {
      if (!isGraceful) peer.stop()
      return peer.ending
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    // Before anything else: reactors may ask for it again from within.
    peer.ending = promise
    void this.#release(peer, reason, isGraceful).then(resolve)
    return promise
  }

  async #admit(link: Link): Promise<LivePeer> {
    const { clock, options, signal, ready, gone } = this.#parts
    try {
      this.#check(link)
      await ready
      await ask(options.filters, clock, signal, (filter, given) => filter.peer?.(link, given))
      await this.#cross(link)
      const refusal = this.refusal(link)
      if (refusal !== undefined) throw refusedAs(refusal)
      return this.#take(link)
    } catch (cause) {
      const { code, refusal, message } = switchErrorOf(cause)
      const error = new SwitchError(code, refusal, message, {
        cause,
        nodeInfo: link.nodeInfo,
        remoteId: link.id
      })
      link.refuse(error)
      gone(link)
      throw error
    }
  }

  /** Before the filters are asked: there may be no need to. */
  #check(link: Link): void {
    const { clock, peers } = this.#parts
    const other = peers.get(link.id)
    if (other !== undefined && isCrossing(link, other, clock)) return
    const refusal = this.refusal(link)
    if (refusal !== undefined) throw refusedAs(refusal)
  }

  /** Where two calls have crossed, waits until one of them is left, or the link has to go. */
  async #cross(link: Link): Promise<void> {
    const { clock, peers } = this.#parts
    for (;;) {
      const other = peers.get(link.id)
      if (other === undefined || !isCrossing(link, other, clock)) return
      if ((await lastingOf(link, other, this.#parts)) === 'other') return
      await this.release(other, undefined)
    }
  }

  #take(link: Link): LivePeer {
    const { clock, channels, owners, options, peers, reactors, journal, isPersistent } = this.#parts
    const peer: LivePeer = new LivePeer({
      link,
      clock,
      channels,
      mconnection: options.mconnection,
      isUnconditional: options.unconditionalIds.has(link.id),
      isPersistent: () => isPersistent(link.id),
      onReceive: (channel, message) => owners.get(channel)!.receive(peer, channel, message),
      onError: error => void this.release(peer, error)
    })
    const told: Reactor[] = []
    this.#told.set(peer, told)
    peers.add(peer)
    for (const reactor of reactors) {
      if (peer.ending !== undefined) break
      told.push(reactor)
      this.#guarded(peer, () => reactor.initPeer?.(peer))
    }
    if (peer.ending !== undefined) {
      throw new SwitchError('PEX_GATED', 'filtered', 'a reactor does not want it')
    }
    peer.start()
    journal.tell({ kind: 'peer-added', peer })
    for (const reactor of reactors) {
      if (peer.ending !== undefined) break
      this.#guarded(peer, () => reactor.addPeer?.(peer))
    }
    return peer
  }

  /** What a reactor throws ends the peer that it was told of. */
  #guarded(peer: LivePeer, tell: () => void): void {
    try {
      tell()
    } catch (error) {
      this.#parts.journal.tell({ kind: 'fault', error })
      void this.release(
        peer,
        error instanceof Error ? error : new Error('a reactor has failed', { cause: error })
      )
    }
  }

  async #release(peer: LivePeer, reason: Error | undefined, isGraceful: boolean): Promise<void> {
    const { peers, journal, gone, lost } = this.#parts
    if (isGraceful) await peer.flushStop()
    else peer.stop()
    for (const reactor of this.#told.get(peer) ?? []) {
      try {
        reactor.removePeer?.(peer, reason)
      } catch (error) {
        journal.tell({ kind: 'fault', error })
      }
    }
    peers.remove(peer)
    peer.end()
    peer.link.gone()
    gone(peer.link)
    journal.tell({ kind: 'peer-removed', peer, reason })
    if (reason !== undefined) lost(peer)
  }
}
