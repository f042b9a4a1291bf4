/**
 * Whose turn it is to be asked: peers in the order in which they came, or have last answered (the FIFO that seed-003's
 * documentation promises; its code takes any). A peer that has been asked is out until it answers, or its time is up.
 */
import type { Peer } from '@pex/switch'

/** What the reactor keeps of one peer. */
export interface Turn {
  readonly peer: Peer
  /** When it was last asked, ms since the epoch. */
  askedAt: number | undefined
  /** Whether an answer is awaited. */
  isAsked: boolean
  /** Answers whose time was up: they may come yet, and are no fault then. */
  owed: number
  /** When its last request was taken, ms since the epoch. */
  servedAt: number | undefined
  /** Ends the wait for its answer. */
  cancel: () => void
}

export class Rotation {
  // Bounded by the switch's peers; the keys are authenticated ids.
  readonly #turns = new Map<string, Turn>()
  readonly #available = new Set<Turn>()

  /** Peers that can be asked. */
  get available(): number {
    return this.#available.size
  }

  /** Peers whose answer is awaited. */
  get asked(): number {
    let count = 0
    for (const { isAsked } of this.#turns.values()) if (isAsked) count++
    return count
  }

  /** All peers, those that have not started yet included. */
  get size(): number {
    return this.#turns.size
  }

  of(peer: Peer): Turn | undefined {
    const turn = this.#turns.get(peer.id)
    return turn?.peer === peer ? turn : undefined
  }

  /** A peer is there: it may speak, and is asked once it is available. */
  enter(peer: Peer): void {
    this.leave(peer)
    this.#turns.set(peer.id, {
      peer,
      askedAt: undefined,
      isAsked: false,
      owed: 0,
      servedAt: undefined,
      cancel: () => {}
    })
  }

  leave(peer: Peer): void {
    const turn = this.of(peer)
    if (turn === undefined) return
    turn.cancel()
    this.#available.delete(turn)
    this.#turns.delete(peer.id)
  }

  clear(): void {
    for (const { peer } of this.#turns.values()) this.leave(peer)
  }

  /** The peer can be asked, as the last of all. */
  release(turn: Turn): void {
    turn.cancel()
    turn.isAsked = false
    this.#available.add(turn)
  }

  /** The first in the line of those that may be asked now. */
  next(mayBeAsked: (turn: Turn) => boolean): Turn | undefined {
    for (const turn of this.#available) if (mayBeAsked(turn)) return turn
    return undefined
  }

  ask(turn: Turn, now: number, cancel: () => void): void {
    this.#available.delete(turn)
    turn.isAsked = true
    turn.askedAt = now
    turn.cancel = cancel
  }
}
