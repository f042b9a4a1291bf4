/**
 * Whom to dial, whom to let in, whom to send away and whom to tell of: the peer manager of Tendermint v0.35 and of seed-003's
 * fork (internal/p2p/peermanager.go). It is synchronous and touches nothing: time and chance are arguments, connections are
 * its caller's, and so is what it remembers on disk. README.md lists where it departs.
 */
import type { NodeAddress } from '../dialects/node-address.ts'
import { advertised } from './advertise.ts'
import { DialOrder } from './dial-order.ts'
import { Hearsay } from './hearsay.ts'
import { keyOf, snapshotOf } from './known-peer.ts'
import type { KnownAddress, KnownPeer, PeerSnapshot } from './known-peer.ts'
import { Listeners } from './listeners.ts'
import { isNodeId, peerOptionsOf } from './options.ts'
import type { PeerManagerInit, PeerOptions } from './options.ts'
import type { AddressAdded, ConnectionRefused, DialFault, PeerUpdate } from './outcomes.ts'
import { PeerStore } from './peer-store.ts'
import { restorePeer } from './restore.ts'
import { BRIEF_MS, cooldown, retryCap, retryDelay } from './retry.ts'
import { Slots } from './slots.ts'

export class PeerManager {
  readonly options: PeerOptions
  readonly #store: PeerStore
  readonly #slots: Slots
  readonly #hearsay: Hearsay
  readonly #order: DialOrder
  readonly #updates: Listeners<PeerUpdate>
  readonly #wakes: Listeners<'dial' | 'evict'>

  /** Fails with `PEX_INVALID_PARAMETER`. */
  constructor(init: PeerManagerInit) {
    this.options = peerOptionsOf(init)
    this.#store = new PeerStore(this.options)
    this.#slots = new Slots(this.options)
    this.#hearsay = new Hearsay(this.options.id, this.#store, this.#slots)
    this.#order = new DialOrder(this.options)
    const failed = init.onListenerError ?? (() => {})
    this.#updates = new Listeners(failed)
    this.#wakes = new Listeners(failed)
  }

  /** Peers remembered, without the unconditional ones. */
  get size(): number {
    return this.#store.size
  }

  /** How full the store is, 0 to 1; 0 without a bound. */
  get ratio(): number {
    return this.#store.ratio
  }

  /** Whether there are as many connections as are wanted. */
  get isAtCapacity(): boolean {
    return this.#slots.isFull
  }

  get counts(): { readonly connected: number; readonly outgoing: number; readonly dialing: number } {
    const { connectedCount, outgoingCount, dialingCount } = this.#slots
    return { connected: connectedCount, outgoing: outgoingCount, dialing: dialingCount }
  }

  /** When `dialNext` has somebody who has waited, ms since the epoch; nothing while nobody waits. */
  get nextDialAt(): number | undefined {
    return this.#order.nextAt
  }

  /** Ids that are remembered. */
  ids(): string[] {
    return Array.from(this.#store.peers(), ({ id }) => id)
  }

  addresses(id: string): NodeAddress[] {
    return Array.from(this.#store.get(id)?.addresses.values() ?? [], ({ address }) => address)
  }

  score(id: string): number | undefined {
    const peer = this.#store.get(id)
    return peer === undefined ? undefined : this.#store.score(peer)
  }

  status(id: string): 'up' | 'down' {
    return this.#slots.ready.has(id) ? 'up' : 'down'
  }

  isConnected(id: string): boolean {
    return this.#slots.connected.has(id)
  }

  /** What to store; peers without addresses, of whom nothing would be left, too. */
  snapshot(): PeerSnapshot[] {
    return Array.from(this.#store.peers(), snapshotOf)
  }

  /** Takes in what was stored; how many of the peers it has kept. Times that have not come yet are taken for now. */
  restore(peers: readonly PeerSnapshot[], now: number): number {
    let kept = 0
    for (const snapshot of peers) {
      const peer = restorePeer(this.#store, this.options, snapshot, now)
      if (peer === undefined) continue
      this.#refresh(peer, now)
      this.#prune()
      if (this.#store.get(peer.id) === peer) kept++
    }
    this.#wakes.tell('dial')
    return kept
  }

  /** Tells of an address. `source` is the id of who has named it; nothing for our own configuration, which is believed. */
  add(address: NodeAddress, now: number, source?: string): AddressAdded {
    const refusal = this.#hearsay.refusal(address, source)
    if (refusal !== undefined) return refusal
    const known = this.#store.get(address.id)
    const peer = known ?? this.#store.create(address.id, source)
    if (!this.#store.addAddress(peer, address, source === undefined)) return 'crowded-peer'
    this.#refresh(peer, now)
    this.#prune()
    if (this.#store.get(address.id) === undefined) return 'full'
    this.#wakes.tell('dial')
    return 'added'
  }

  /** The address to dial next, which then counts as being dialled until `dialed` or `dialFailed`; nothing for none now. */
  dialNext(now: number): NodeAddress | undefined {
    for (let id = this.#order.takeDue(now); id !== undefined; id = this.#order.takeDue(now))
      this.#refresh(this.#store.get(id)!, now)
    for (const id of this.#order.candidates(this.#slots.mayFillUp)) {
      const peer = this.#store.get(id)!
      const known = this.#dialable(peer, now)
      if (known === undefined) continue
      if (this.#slots.isFull && !peer.isUnconditional) {
        const from = this.#slots.upgradeable(id, this.#store.score(peer))
        // Everybody after it has no higher score.
        if (from === undefined) return undefined
        this.#slots.reserve(from, id)
      }
      this.#slots.dial(id, known.place)
      this.#refresh(peer, now)
      return known.address
    }
    return undefined
  }

  #dialable(peer: KnownPeer, now: number): KnownAddress | undefined {
    return [...peer.addresses.values()].find(({ retryAt, place }) => {
      if (retryAt > now) return false
      return place === undefined || (!this.#slots.isDialled(place) && !this.#hearsay.isTaken(place, peer.id))
    })
  }

  /** A dial has failed. Whether the address is forgotten with that. */
  dialFailed(address: NodeAddress, now: number, fault?: DialFault): boolean {
    const { id } = address
    this.#slots.dialEnded(id)
    const peer = this.#store.get(id)
    if (peer === undefined) return false
    const key = keyOf(address)
    const known = peer.addresses.get(key)
    const isForgotten = known !== undefined && this.#failed(peer, known, now, fault)
    if (isForgotten) this.#store.removeAddress(peer, key)
    const isKept = peer.isPersistent || peer.isUnconditional || this.#slots.connected.has(id)
    if (isForgotten && peer.addresses.size === 0 && !isKept) this.#remove(peer)
    else this.#refresh(peer, now)
    this.#prune()
    this.#wakes.tell('dial')
    return isForgotten
  }

  /** A dial has not been made, or ended for reasons of our own: the address is no worse for it, but waits for so many ms. */
  postpone(address: NodeAddress, now: number, waitMs: number): void {
    const { id } = address
    this.#slots.dialEnded(id)
    const peer = this.#store.get(id)
    const known = peer?.addresses.get(keyOf(address))
    if (known !== undefined) known.retryAt = Math.max(known.retryAt, now + waitMs)
    if (peer !== undefined) this.#refresh(peer, now)
    this.#prune()
    this.#wakes.tell('dial')
  }

  /** Notes a failure at an address; whether the address should go. */
  #failed(peer: KnownPeer, known: KnownAddress, now: number, fault: DialFault | undefined): boolean {
    const isConfigured = peer.isPersistent || peer.isUnconditional
    known.lastDialFailure = now
    known.dialFailures++
    known.isResolvable = fault !== 'unresolvable'
    const delay = retryDelay(this.options, known.dialFailures, peer.isPersistent)
    known.retryAt = now + delay
    if (isConfigured) return false
    // Somebody else answered: whoever has named this id there was wrong or lied, and the true id is not to be kept out.
    if (fault === 'wrong-peer') return true
    const cap = retryCap(this.options, peer.isPersistent)
    return this.options.rules.forgetsAtMaxRetry && delay !== Infinity && delay >= cap
  }

  /** A dial has led to a connection; why that is not to be kept, or nothing. */
  dialed(address: NodeAddress, now: number): ConnectionRefused | undefined {
    const { id } = address
    if (id === this.options.id) return 'self'
    const reserved = this.#slots.dialEnded(id)
    const peer = this.#store.get(id)
    const refusal = this.#dialRefusal(id, peer, reserved)
    if (peer === undefined || refusal !== undefined) {
      if (peer !== undefined) this.#refresh(peer, now)
      this.#wakes.tell('dial')
      return refusal ?? 'unknown'
    }
    const known = peer.addresses.get(keyOf(address))
    if (known !== undefined) {
      known.lastDialSuccess = now
      known.dialFailures = 0
      known.retryAt = 0
      known.isResolvable = true
    }
    if (reserved !== undefined && this.#slots.isFull) this.#evictFor(reserved)
    this.#connected(peer, 'outbound', now)
    return undefined
  }

  #dialRefusal(
    id: string,
    peer: KnownPeer | undefined,
    reserved: string | undefined
  ): ConnectionRefused | undefined {
    if (this.#slots.connected.has(id)) return 'connected'
    if (peer === undefined) return 'unknown'
    if (peer.isUnconditional || !this.#slots.isFull) return undefined
    return reserved === undefined || this.#slots.isPacked ? 'full' : undefined
  }

  /** Sends away whose place was kept, or somebody worse who has come meanwhile. */
  #evictFor(reserved: string): void {
    const score = this.score(reserved)!
    this.#slots.evict.add(this.#slots.below(score) ?? reserved)
  }

  /** Why a peer that calls would not be let in; nothing if it would. */
  refusal(id: string): ConnectionRefused | undefined {
    if (id === this.options.id) return 'self'
    if (this.#slots.connected.has(id)) return 'connected'
    if (this.options.unconditional.has(id)) return undefined
    if (this.#slots.isPacked) return 'full'
    const isRoom =
      !this.#slots.isFull || this.#slots.upgradeable(id, this.#store.scoreOfPresent(id)) !== undefined
    return isRoom ? undefined : 'full'
  }

  /** A peer has called; why it is not to be let in, or nothing. */
  accepted(id: string, now: number): ConnectionRefused | undefined {
    const refusal = isNodeId(id) ? this.refusal(id) : 'unknown'
    if (refusal !== undefined) return refusal
    const peer = this.#store.get(id) ?? this.#store.create(id, undefined)
    if (this.#slots.isFull && !peer.isUnconditional) {
      const score = this.#store.scoreOfPresent(id)
      this.#slots.evict.add(this.#slots.upgradeable(id, score)!)
    }
    this.#slots.unreserve(id)
    // It lives: its addresses are worth another try. Which of them it was says nobody.
    for (const known of peer.addresses.values()) {
      known.dialFailures = 0
      known.retryAt = 0
    }
    peer.isInactive = false
    this.#connected(peer, 'inbound', now)
    return undefined
  }

  #connected(peer: KnownPeer, direction: 'inbound' | 'outbound', now: number): void {
    peer.lastConnected = now
    this.#store.met(peer)
    this.#slots.connect(peer.id, direction, this.#store.score(peer))
    this.#refresh(peer, now)
    this.#prune()
    this.#wakes.tell('evict')
  }

  /** A connected peer can be talked to, on these channels. Nothing happens for any other one, or twice. */
  ready(id: string, channels: readonly number[]): void {
    if (!this.#slots.connected.has(id) || this.#slots.ready.has(id)) return
    this.#slots.ready.add(id)
    this.#updates.tell({ kind: 'up', id, channels })
  }

  /** The next connection to end; it then counts as going until `disconnected`. */
  evictNext(): string | undefined {
    return this.#slots.nextEvicted()
  }

  /** A connected peer is to be sent away. */
  errored(id: string): void {
    if (!this.#slots.connected.has(id) || this.#slots.evicting.has(id)) return
    this.#slots.evict.add(id)
    this.#wakes.tell('evict')
  }

  /** A peer has done what no honest one does: it is sent away where the fault is fatal or its place is wanted, or loses a point. */
  misbehaved(id: string, options: { readonly isFatal?: boolean } = {}): void {
    if (options.isFatal === true || this.isAtCapacity) this.errored(id)
    else this.bad(id)
  }

  /** A connection has ended. */
  disconnected(id: string, now: number): void {
    const wasReady = this.#slots.ready.has(id)
    const peer = this.#store.get(id)
    const direction = this.#slots.connected.get(id)
    if (peer !== undefined && direction !== undefined) {
      peer.disconnections++
      const isBrief = direction === 'outbound' && now - peer.lastConnected! < BRIEF_MS
      peer.brief = isBrief && !this.#slots.evicting.has(id) ? peer.brief + 1 : 0
      peer.cooldownUntil = now + cooldown(this.options, peer.brief, peer.isPersistent)
    }
    this.#slots.disconnect(id)
    if (peer !== undefined) this.#refresh(peer, now)
    this.#prune()
    if (wasReady) this.#updates.tell({ kind: 'down', id })
    this.#wakes.tell('dial')
  }

  /** A peer has done well: one point more. */
  good(id: string): void {
    this.#earn(id, 1)
  }

  /** A peer has done badly: one point less. */
  bad(id: string): void {
    this.#earn(id, -1)
  }

  #earn(id: string, points: number): void {
    const peer = this.#store.get(id)
    if (peer === undefined) return
    const { least, most } = this.options.rules.earned
    peer.earned = Math.min(Math.max(peer.earned + points, least), most)
    this.#rescore(peer)
  }

  /** A peer cannot talk with us: it is not dialled, and nobody is told of it, until it calls. */
  inactivate(id: string, now: number): void {
    const peer = this.#store.get(id)
    if (peer === undefined) return
    peer.isInactive = true
    this.#refresh(peer, now)
  }

  /** Forgets a peer, as one of another network; one that was configured becomes inactive, one that is connected is sent away. */
  forget(id: string, now: number): void {
    const peer = this.#store.get(id)
    if (peer === undefined) return
    this.inactivate(id, now)
    if (this.#slots.isBusy(id)) this.errored(id)
    else if (!peer.isPersistent && !peer.isUnconditional) this.#remove(peer)
  }

  /** Up to `limit` addresses for who asks: this node's own first, then a random sample. */
  advertise(requester: string, limit: number): NodeAddress[] {
    return advertised(this.#store, this.options, requester, limit)
  }

  /** Hears of peers that come and go; returns the way to stop that. */
  subscribe(listener: (update: PeerUpdate) => void): () => void {
    return this.#updates.add(listener)
  }

  /** Hears when `dialNext` or `evictNext` may have something that it had not; returns the way to stop that. */
  onWake(listener: (what: 'dial' | 'evict') => void): () => void {
    return this.#wakes.add(listener)
  }

  #rescore(peer: KnownPeer): void {
    const score = this.#store.rescore(peer)
    this.#slots.rescore(peer.id, score)
    this.#order.rescore(peer.id, score)
  }

  /** Puts a peer where it belongs after a change: among those to dial now, later, or not. */
  #refresh(peer: KnownPeer, now: number): void {
    this.#rescore(peer)
    this.#order.place(peer, this.#store.score(peer), now, this.#slots.isBusy(peer.id))
  }

  #prune(): void {
    const isBusy = (id: string): boolean => this.#slots.isBusy(id)
    for (let peer = this.#store.surplus(isBusy); peer !== undefined; peer = this.#store.surplus(isBusy))
      this.#remove(peer)
  }

  #remove(peer: KnownPeer): void {
    this.#order.delete(peer.id)
    this.#store.remove(peer)
  }
}
