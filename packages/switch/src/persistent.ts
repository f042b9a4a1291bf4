/**
 * Peers that are dialled again whenever they are lost (CometBFT's reconnectToPeer): twenty tries a few seconds apart, then
 * ever fewer. CometBFT gives up after the thirtieth; here the longest wait goes on, for an operator who names a peer wants it
 * back whenever it is there. What is dialled is what the operator has named, never what the peer said of itself.
 */
import type { NetAddress } from '@pex/address-book'
import { between } from '@pex/core'
import type { Clock, Rng } from '@pex/core'
import type { Peer } from './peer.ts'

export interface PersistentParts {
  readonly clock: Clock
  readonly rng: Rng
  /** Longest wait between two tries, ms. */
  readonly maxReconnectMs: number
  dial(address: NetAddress): Promise<unknown>
  isConnected(id: string): boolean
  /** A try will be made after a wait. */
  waiting(id: string, attempt: number, waitMs: number): void
}

/** Tries a few seconds apart; from CometBFT. */
const QUICK_TRIES = 20
const QUICK_MS = 5_000
/** Added to every wait by chance, ms at most: peers that lose each other do not meet in lockstep. From CometBFT. */
const SPREAD_MS = 3_000
/** What the waits after that grow by; from CometBFT. */
const BASE = 3
/** How long a connection has to last for its loss to be a new story, ms. Guess: one ping interval. */
const STEADY_MS = 60_000

interface Entry {
  readonly address: NetAddress
  /** Tries since it was last connected for long. */
  tries: number
  cancel: (() => void) | undefined
  isDialling: boolean
}

export class Persistent {
  readonly #parts: PersistentParts
  /** Bounded by what the operator names. */
  readonly #entries = new Map<string, Entry>()
  #isRunning = false

  constructor(parts: PersistentParts) {
    this.#parts = parts
  }

  has(id: string): boolean {
    return this.#entries.has(id)
  }

  addressOf(id: string): NetAddress | undefined {
    return this.#entries.get(id)?.address
  }

  add(address: NetAddress): void {
    this.remove(address.id)
    const entry = { address, tries: 0, cancel: undefined, isDialling: false }
    this.#entries.set(address.id, entry)
    if (this.#isRunning) this.#schedule(entry)
  }

  remove(id: string): boolean {
    this.#entries.get(id)?.cancel?.()
    return this.#entries.delete(id)
  }

  start(): void {
    this.#isRunning = true
    for (const entry of this.#entries.values()) this.#schedule(entry)
  }

  stop(): void {
    this.#isRunning = false
    for (const entry of this.#entries.values()) entry.cancel?.()
  }

  /** A peer has been lost that should not have been. */
  lost({ id, connectedAt }: Peer): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    if (this.#parts.clock.now() - connectedAt >= STEADY_MS) entry.tries = 0
    this.#schedule(entry)
  }

  #schedule(entry: Entry): void {
    if (!this.#isRunning || entry.isDialling || this.#entries.get(entry.address.id) !== entry) return
    const { clock, rng, isConnected, waiting } = this.#parts
    entry.cancel?.()
    const { id } = entry.address
    if (isConnected(id)) return
    const waitMs = this.#waitBefore(entry.tries) + between(rng, 0, SPREAD_MS)
    entry.cancel = clock.after(waitMs, () => void this.#dial(entry))
    waiting(id, entry.tries + 1, waitMs)
  }

  async #dial(entry: Entry): Promise<void> {
    const { dial, isConnected } = this.#parts
    entry.cancel = undefined
    // It may have called meanwhile.
    if (isConnected(entry.address.id)) return
    entry.tries++
    entry.isDialling = true
    await dial(entry.address).catch(() => {})
    entry.isDialling = false
    // Also after a success: it may be gone again.
    this.#schedule(entry)
  }

  /** The wait before the next try, after so many; chance not counted. */
  #waitBefore(tries: number): number {
    if (tries === 0) return 0
    if (tries < QUICK_TRIES) return QUICK_MS
    return Math.min(1_000 * BASE ** (tries - QUICK_TRIES + 1), this.#parts.maxReconnectMs)
  }
}
