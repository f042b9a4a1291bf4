/** Who may be dialled now, best first, and who later: peers move between the two without ever being sorted. */
import { dueOf } from './known-peer.ts'
import type { KnownPeer } from './known-peer.ts'
import type { PeerOptions } from './options.ts'
import { DueQueue } from './due-queue.ts'
import { Ranking } from './ranking.ts'

export class DialOrder {
  readonly #options: PeerOptions
  readonly #now = new Ranking()
  readonly #later = new DueQueue()

  constructor(options: PeerOptions) {
    this.#options = options
  }

  /** When the first of those who wait may be dialled, ms since the epoch. */
  get nextAt(): number | undefined {
    return this.#later.next
  }

  /** Takes out somebody whose wait is over, to be placed anew. */
  takeDue(now: number): string | undefined {
    return this.#later.take(now)
  }

  /** Puts a peer among those to dial now, later or not at all. */
  place(peer: KnownPeer, score: number, now: number, isBusy: boolean): void {
    const due = isBusy ? Infinity : dueOf(peer)
    if (due <= now) this.#now.set(peer.id, score)
    else this.#now.delete(peer.id)
    if (due > now && due < Infinity) this.#later.set(peer.id, due)
    else this.#later.delete(peer.id)
  }

  rescore(id: string, score: number): void {
    if (this.#now.has(id)) this.#now.set(id, score)
  }

  delete(id: string): void {
    this.#now.delete(id)
    this.#later.delete(id)
  }

  /** Those to dial now: unconditional ones, then all by score, unless only those are wanted. Nothing may change meanwhile. */
  *candidates(onlyUnconditional: boolean): Generator<string> {
    for (const id of this.#options.unconditional) if (this.#now.has(id)) yield id
    if (!onlyUnconditional) yield* this.#now.best(this.#options.rng)
  }
}
