/**
 * Who is being dialled, connected, ready, about to be evicted; and who may take whose place. What a bound counts leaves out
 * unconditional peers.
 */
import type { PeerOptions } from './options.ts'
import { Ranking } from './ranking.ts'

export type Direction = 'inbound' | 'outbound'

export class Slots {
  readonly #options: PeerOptions
  // Bounded, like all that follow, by maxConnected, maxConnectedUpgrade and the unconditional peers; without bounds on
  // connections by the peers of the store.
  /** With the host and port that is being dialled, where there are such: nobody else is dialled there meanwhile. */
  readonly #dialing = new Map<string, string | undefined>()
  /** Bounded by the dials. */
  readonly #places = new Set<string>()
  /** Bounded as above; the keys are authenticated ids. */
  readonly connected: Map<string, Direction> = new Map()
  readonly ready: Set<string> = new Set()
  /** To be evicted, and not yet taken up. Bounded by the connections. */
  readonly evict: Set<string> = new Set()
  readonly evicting: Set<string> = new Set()
  /** Who is to take the place of whom, while it is being dialled: by the one that goes. Bounded by the connections. */
  readonly #upgrading = new Map<string, string>()
  readonly #ranking = new Ranking()

  constructor(options: PeerOptions) {
    this.#options = options
  }

  #isCounted(id: string): boolean {
    return !this.#options.unconditional.has(id)
  }

  #count(ids: Iterable<string>): number {
    let count = 0
    for (const id of ids) if (this.#isCounted(id)) count++
    return count
  }

  /** Connections that bounds count. */
  get connectedCount(): number {
    let count = this.connected.size
    for (const id of this.#options.unconditional) if (this.connected.has(id)) count--
    return count
  }

  isBusy(id: string): boolean {
    return this.connected.has(id) || this.#dialing.has(id)
  }

  /** Whether there are as many connections as are wanted: one more takes the place of another. */
  get isFull(): boolean {
    return this.#options.maxConnected > 0 && this.connectedCount >= this.#options.maxConnected
  }

  /** Whether there is no room even for a peer that would take the place of another. */
  get isPacked(): boolean {
    const { maxConnected, maxConnectedUpgrade } = this.#options
    return maxConnected > 0 && this.connectedCount >= maxConnected + maxConnectedUpgrade
  }

  /** Whether dials under way may fill whatever room there is. */
  get mayFillUp(): boolean {
    const { maxConnected, maxConnectedUpgrade, maxOutgoing } = this.#options
    if (maxConnected === 0 && maxOutgoing === 0) return false
    const dialing = this.#count(this.#dialing.keys())
    if (maxConnected > 0 && this.connectedCount + dialing >= maxConnected + maxConnectedUpgrade) return true
    return maxOutgoing > 0 && this.outgoingCount + dialing >= maxOutgoing
  }

  /** Connections that this node has begun, as far as bounds count them. */
  get outgoingCount(): number {
    let count = 0
    for (const [id, direction] of this.connected) if (direction === 'outbound' && this.#isCounted(id)) count++
    return count
  }

  get dialingCount(): number {
    return this.#dialing.size
  }

  isDialled(place: string): boolean {
    return this.#places.has(place)
  }

  dial(id: string, place: string | undefined): void {
    this.#dialing.set(id, place)
    if (place !== undefined) this.#places.add(place)
  }

  /** A dial is over; whose place was kept for the peer. */
  dialEnded(id: string): string | undefined {
    const place = this.#dialing.get(id)
    this.#dialing.delete(id)
    if (place !== undefined) this.#places.delete(place)
    return this.unreserve(id)
  }

  connect(id: string, direction: Direction, score: number): void {
    this.connected.set(id, direction)
    this.#ranking.set(id, score)
  }

  disconnect(id: string): void {
    this.connected.delete(id)
    this.ready.delete(id)
    this.evict.delete(id)
    this.evicting.delete(id)
    this.#upgrading.delete(id)
    this.#ranking.delete(id)
  }

  /** A score has changed. */
  rescore(id: string, score: number): void {
    if (this.connected.has(id)) this.#ranking.set(id, score)
  }

  /** Keeps somebody's place for a peer that is to be dialled. */
  reserve(from: string, to: string): void {
    this.#upgrading.set(from, to)
  }

  /** Gives up what was kept for a peer; whose place it was. */
  unreserve(to: string): string | undefined {
    for (const [from, reserved] of this.#upgrading) {
      if (reserved !== to) continue
      this.#upgrading.delete(from)
      return from
    }
    return undefined
  }

  /** Whose place a peer with that score would take: what is kept for it, or the worst one below it that nobody is after. */
  upgradeable(to: string, score: number): string | undefined {
    for (const [from, reserved] of this.#upgrading) if (reserved === to) return from
    return this.below(score)
  }

  /** The worst connected peer below that score that nobody is after. */
  below(score: number): string | undefined {
    for (const [id, theirs] of this.#ranking.worst()) {
      if (theirs >= score) return undefined
      const isTaken = this.evict.has(id) || this.evicting.has(id) || this.#upgrading.has(id)
      if (!isTaken && this.#isCounted(id)) return id
    }
    return undefined
  }

  /** Takes up the next to be evicted: somebody who is to go, or the worst while there are too many. */
  nextEvicted(): string | undefined {
    const [first] = this.evict
    const id = first ?? (this.#isOverfull() ? this.#worst() : undefined)
    if (id === undefined) return undefined
    this.evict.delete(id)
    this.evicting.add(id)
    return id
  }

  #isOverfull(): boolean {
    const { maxConnected } = this.#options
    return maxConnected > 0 && this.connectedCount - this.#count(this.evicting) > maxConnected
  }

  #worst(): string | undefined {
    for (const [id] of this.#ranking.worst()) if (!this.evicting.has(id) && this.#isCounted(id)) return id
    return undefined
  }
}
