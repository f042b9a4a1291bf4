/**
 * Lets a peer manager drive a switch: dials whom it names, lets in whom it accepts, ends whom it evicts, and tells it how all of
 * that went (Tendermint v0.35's router, without its message routing, which is the switch's). A reactor without channels: it
 * stands first among the switch's reactors, so that nobody else hears of a peer that is not wanted.
 */
import type { NetAddress } from '@pex/address-book'
import { assert, between, PexError } from '@pex/core'
import type { ChannelDescriptor } from '@pex/mconnection'
import { SwitchError } from '@pex/switch'
import type { Filter, Peer, Reactor, Refusal, SwitchEvent, SwitchHandle } from '@pex/switch'
import { netAddressOf, resolveNodeAddress } from '../dialects/node-address.ts'
import type { NodeAddress, Resolve } from '../dialects/node-address.ts'
import { connectionOptionsOf } from './connection-options.ts'
import type { ConnectionManagerInit, ConnectionManagerOptions } from './connection-options.ts'
import { ConnectionTracker } from './connection-tracker.ts'
import { within } from './legacy-answer.ts'
import type { DialFault } from './outcomes.ts'
import type { PeerManager } from './peer-manager.ts'
import { Saving } from './saving.ts'

export interface ConnectionManager extends Reactor {
  /** To be among the switch's filters: turns away early who would not be let in, and whose host calls too often. */
  readonly filter: Filter
  /** To be handed to the switch's `notify`: hears of callers that the switch has refused before any reactor could. */
  readonly notice: (event: SwitchEvent) => void
}

/** Wait before an address is tried again that was not dialled for reasons of our own, ms. Guess: the switch has had its turn. */
const POSTPONED_MS = 5_000
/** How long two nodes may take to find that they have called each other at the same time, ms. From the switch. */
const CROSSED_MS = 6_000

/** Makes the manager; fails with `PEX_INVALID_PARAMETER`. */
export function connectionManager(init: ConnectionManagerInit): ConnectionManager {
  return new Connections(init)
}

/** What is between a manager and its switch while that runs. */
interface Running {
  readonly handle: SwitchHandle
  readonly life: AbortController
  readonly end: () => void
}

class Connections implements ConnectionManager {
  readonly channels: readonly ChannelDescriptor[] = []
  readonly filter: Filter
  readonly notice: (event: SwitchEvent) => void
  readonly #manager: PeerManager
  readonly #options: ConnectionManagerOptions
  readonly #tracker: ConnectionTracker
  readonly #saving: Saving
  /** Dials under way, with what the peer manager was asked to dial. Bounded by `maxDials`. */
  readonly #dials = new Map<string, NodeAddress>()
  /** Peers that the peer manager has taken. Bounded by the switch's peers. */
  readonly #taken = new Set<Peer>()
  #running: Running | undefined
  #cancelWait: () => void = () => {}
  /** No dial before that, ms since the epoch. */
  #pausedUntil = 0

  constructor(init: ConnectionManagerInit) {
    this.#manager = init.manager
    this.#options = connectionOptionsOf(init)
    this.#tracker = new ConnectionTracker({
      maxPerIp: this.#options.maxPerIp,
      leastMs: this.#options.leastCallMs
    })
    this.#saving = new Saving(init.manager, init.store, this.#options.saveMs, error => init.onError?.(error))
    this.filter = {
      place: ({ ip }, { direction }) => direction === 'outbound' || this.#mayCall(ip),
      // Who is connected already is the switch's own question: two may have called each other.
      peer: ({ id, direction }) => direction === 'outbound' || this.#manager.refusal(id) !== 'full'
    }
    this.notice = event => this.#notice(event)
  }

  async start(handle: SwitchHandle): Promise<void> {
    await this.#saving.start(handle.clock)
    const life = new AbortController()
    const now = handle.clock.now()
    const { bootstrap } = this.#options
    handle.vouch(bootstrap.flatMap(address => netAddressOf(address) ?? []))
    for (const address of bootstrap) this.#manager.add(address, now)
    const end = this.#manager.onWake(what => (what === 'dial' ? this.#dialMore() : this.#evictMore()))
    this.#running = { handle, life, end }
    this.#dialMore()
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    this.#cancelWait()
    running?.end()
    running?.life.abort(new PexError('PEX_ABORTED', 'the switch has been stopped'))
    await this.#saving.stop()
  }

  initPeer(peer: Peer): void {
    const handle = this.#handle
    const now = handle.clock.now()
    const refusal =
      peer.direction === 'outbound' ? this.#dialed(peer, now) : this.#manager.accepted(peer.id, now)
    if (refusal !== undefined) {
      const reason = new PexError('PEX_GATED', `the peer manager does not want it: ${refusal}`)
      void handle.disconnect(peer, reason)
      return
    }
    this.#taken.add(peer)
    this.#tracker.opened(peer.socket.ip)
    // It says of itself where it listens; upstream knows callers only once they tell it in an answer.
    if (peer.direction === 'inbound' && peer.address !== undefined)
      this.#manager.add(nodeAddressOf(peer.address), now, peer.id)
  }

  addPeer(peer: Peer): void {
    if (this.#taken.has(peer)) this.#manager.ready(peer.id, peer.nodeInfo.channels)
  }

  removePeer(peer: Peer): void {
    if (!this.#taken.delete(peer)) return
    this.#tracker.closed(peer.socket.ip)
    this.#manager.disconnected(peer.id, this.#handle.clock.now())
  }

  receive(): void {
    assert(false, 'there is no channel on which anything could come')
  }

  get #handle(): SwitchHandle {
    assert(this.#running !== undefined, 'a switch stops its reactors when its peers are gone')
    return this.#running.handle
  }

  #mayCall(ip: string): boolean {
    return this.#running !== undefined && this.#tracker.mayCall(ip, this.#handle.clock.now())
  }

  /** A peer that was dialled is there; by whom it was dialled does not matter. */
  #dialed(peer: Peer, now: number): string | undefined {
    const own = this.#dials.get(peer.id)
    this.#dials.delete(peer.id)
    if (own !== undefined) return this.#manager.dialed(own, now)
    const place = nodeAddressOf(peer.address ?? { id: peer.id, ...peer.socket })
    this.#manager.add(place, now)
    return this.#manager.dialed(place, now)
  }

  #notice(event: SwitchEvent): void {
    if (event.kind !== 'refused' || event.direction !== 'inbound' || this.#running === undefined) return
    const { refusal, remoteId } = event.error
    if (remoteId === undefined) return
    // It has come back before we have noticed that it was gone: the old connection makes way for its next try.
    const now = this.#handle.clock.now()
    if (refusal === 'duplicate' && this.#isSettled(remoteId, now)) this.#manager.errored(remoteId)
    if (refusal === 'wrong-network') this.#manager.forget(remoteId, now)
  }

  /** Whether a connection is older than two that have called each other at the same time have. */
  #isSettled(id: string, now: number): boolean {
    const peer = this.#handle.peers.get(id)
    return peer !== undefined && now - peer.connectedAt > CROSSED_MS
  }

  /** Ends whoever is to go. */
  #evictMore(): void {
    const running = this.#running
    if (running === undefined) return
    for (let id = this.#manager.evictNext(); id !== undefined; id = this.#manager.evictNext()) {
      const peer = running.handle.peers.get(id)
      if (peer === undefined) this.#manager.disconnected(id, running.handle.clock.now())
      else void running.handle.disconnect(peer, new PexError('PEX_GATED', 'the peer manager has evicted it'))
    }
  }

  /** Dials whom the manager names, one after a random pause after the other. */
  #dialMore(): void {
    const running = this.#running
    if (running === undefined || this.#dials.size >= this.#options.maxDials) return
    const { clock, rng } = running.handle
    const now = clock.now()
    this.#cancelWait()
    if (now < this.#pausedUntil) {
      this.#cancelWait = clock.after(this.#pausedUntil - now, () => this.#dialMore())
      return
    }
    const address = this.#manager.dialNext(now)
    const next = this.#manager.nextDialAt
    if (address !== undefined) {
      const [least, most] = this.#options.dialPauseMs
      this.#pausedUntil = now + between(rng, least, most)
      this.#cancelWait = clock.after(this.#pausedUntil - now, () => this.#dialMore())
      this.#dials.set(address.id, address)
      void this.#dial(running, address)
    } else if (next !== undefined) {
      this.#cancelWait = clock.after(Math.max(next - now, 1), () => this.#dialMore())
    }
  }

  async #dial(running: Running, address: NodeAddress): Promise<void> {
    const { handle } = running
    const outcome = await this.#tryAll(running, address)
    // What became of a peer that was there has been told when it was.
    if (this.#dials.get(address.id) === address) {
      this.#dials.delete(address.id)
      this.#failed(address, outcome, handle.clock.now())
    }
    this.#dialMore()
  }

  /** Dials the places of an address until one of them leads somewhere. */
  async #tryAll({ handle, life }: Running, address: NodeAddress): Promise<Failure> {
    let failure: Failure = 'unresolvable'
    for (const place of await this.#places(handle, address)) {
      try {
        await handle.dial(place, { signal: life.signal })
        return undefined
      } catch (cause) {
        failure = cause instanceof SwitchError ? cause.refusal : 'unreachable'
        if (!ofThePlace.has(failure)) return failure
      }
    }
    return failure
  }

  /** Where to dial; nothing where a name leads nowhere. */
  async #places(handle: SwitchHandle, address: NodeAddress): Promise<readonly NetAddress[]> {
    const resolve: Resolve = this.#options.resolve ?? (async () => [])
    try {
      return await within(handle.clock, signal => resolveNodeAddress(address, resolve, { signal }))
    } catch {
      return []
    }
  }

  /** Tells the peer manager why there is no connection. */
  #failed(address: NodeAddress, failure: Failure, now: number): void {
    const { id } = address
    if (this.#manager.isConnected(id)) this.#manager.dialed(address, now)
    else if (failure === undefined || ours.has(failure)) this.#manager.postpone(address, now, POSTPONED_MS)
    else this.#manager.dialFailed(address, now, faultOf(failure))
    if (failure === 'wrong-network') this.#manager.forget(id, now)
    if (failure === 'wrong-block' || failure === 'no-common-channel') this.#manager.inactivate(id, now)
  }
}

function nodeAddressOf({ id, ip, port }: NetAddress): NodeAddress {
  return { protocol: 'mconn', id, host: ip, port, path: '' }
}

/** Why a dial has led to nothing. */
type Failure = Refusal | 'unresolvable' | undefined

/** Refusals that say nothing of the peer: this node has no room, no time, or does not want it. */
const ours: ReadonlySet<Failure> = new Set<Failure>([
  'duplicate',
  'duplicate-ip',
  'full',
  'filtered',
  'not-now',
  'stopped'
])

/** Refusals after which another place of the same peer may be better. */
const ofThePlace: ReadonlySet<Failure> = new Set<Failure>([
  'unreachable',
  'no-handshake',
  'wrong-id',
  'self',
  'duplicate-ip',
  'not-now'
])

function faultOf(failure: Failure): DialFault | undefined {
  if (failure === 'unresolvable') return 'unresolvable'
  return failure === 'wrong-id' || failure === 'self' ? 'wrong-peer' : undefined
}
