/**
 * Waits before an address of a peer that failed is dialled again (go-libp2p-swarm's DialBackoff): the first is the base, the
 * n-th after it base + coefficient · n², up to a maximum. Any success with the peer, whoever called whom, clears them all.
 * Forgetting is lazy: no timer.
 */
import { between, BoundedMap } from '@pex/core'
import type { Rng } from '@pex/core'

export interface BackoffInit {
  /** First wait, ms. @default 5_000 (go-libp2p-swarm) */
  readonly baseMs?: number | undefined
  /** What tries² is multiplied with, ms. @default 1_000 (go-libp2p-swarm) */
  readonly coefficientMs?: number | undefined
  /** Longest wait, ms; also how long a failure is remembered beyond its wait. @default 300_000 (go-libp2p-swarm) */
  readonly maxMs?: number | undefined
  /** The wait before the next try after so many in a row, ms, where it shall grow otherwise. */
  readonly grow?: ((tries: number) => number) | undefined
  /** Share of each wait that is left to chance, 0 to 1; needs `rng`. @default 0 */
  readonly jitter?: number | undefined
  readonly rng?: Rng | undefined
  /** Peers that are remembered. @default 4_096 */
  readonly maxPeers?: number | undefined
}

interface Failure {
  readonly tries: number
  /** ms since the epoch. */
  readonly until: number
}

/** Addresses of one peer that are remembered: twice what a record may hold. */
const MAX_ADDRESSES = 32

export class Backoff {
  readonly #grow: (tries: number) => number
  readonly #jitter: number
  readonly #rng: Rng | undefined
  readonly #maxMs: number
  // Bounded by maxPeers and MAX_ADDRESSES; strangers choose peers and addresses, our own dials when there is an entry.
  readonly #peers: BoundedMap<string, BoundedMap<string, Failure>>
  #sweptAt = -Infinity

  constructor(init: BackoffInit = {}) {
    const { baseMs = 5_000, coefficientMs = 1_000, maxMs = 300_000 } = init
    this.#grow = init.grow ?? (tries => baseMs + (tries === 1 ? 0 : coefficientMs * (tries - 1) ** 2))
    this.#jitter = init.rng === undefined ? 0 : (init.jitter ?? 0)
    this.#rng = init.rng
    this.#maxMs = maxMs
    this.#peers = new BoundedMap(init.maxPeers ?? 4_096)
  }

  /** How many peers are remembered. */
  get size(): number {
    return this.#peers.size
  }

  /** When the address of the peer may be dialled again, ms since the epoch; -Infinity where it never failed. */
  readyAt(peer: string, address: string = ''): number {
    return this.#peers.get(peer)?.get(address)?.until ?? -Infinity
  }

  isWaiting(peer: string, address: string, now: number): boolean {
    return now < this.readyAt(peer, address)
  }

  /** The address has failed. */
  add(peer: string, address: string, now: number): void {
    this.#sweep(now)
    const addresses = this.#peers.get(peer) ?? new BoundedMap<string, Failure>(MAX_ADDRESSES)
    const tries = (addresses.get(address)?.tries ?? 0) + 1
    const wait = Math.min(this.#grow(tries), this.#maxMs)
    const share = this.#rng === undefined ? 1 : between(this.#rng, 1 - this.#jitter, 1)
    addresses.set(address, { tries, until: now + wait * share })
    this.#peers.set(peer, addresses)
  }

  /** The peer has been reached, or has reached us. */
  clear(peer: string): void {
    this.#peers.delete(peer)
  }

  /** Forgets peers that have been left alone for long after their waits. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < this.#maxMs) return
    this.#sweptAt = now
    for (const [peer, addresses] of this.#peers.entries())
      if ([...addresses.values()].every(failure => now >= failure.until + this.#linger(failure)))
        this.#peers.delete(peer)
  }

  #linger({ tries }: Failure): number {
    return Math.min(this.#grow(tries), this.#maxMs)
  }
}
