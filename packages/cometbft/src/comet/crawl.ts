/**
 * What a seed does instead of keeping peers (`crawlPeersRoutine` of p2p/pex/pex_reactor.go): every 30 s it visits a random part
 * of its book, nobody more often than every 2 minutes, asks each for addresses, and lets go whom it has held long enough.
 * CometBFT visits one after the other, so that one dead address holds up all others; here several are visited at a time.
 */
import { BoundedMap } from '@pex/core'
import type { NetAddress } from '@pex/address-book'
import type { Parts } from './ensure.ts'
import { Rounds } from './rounds.ts'

const DAY = 86_400_000
/** Times `revisitMs` in which nobody was met after which other seeds are asked. Guess: ten minutes. */
const LOST = 5
/** Visits remembered. Derived: as many as a book of CometBFT's size holds. */
const MAX_VISITS = 20_480

export class Crawl {
  readonly #parts: Parts
  readonly #rounds: Rounds
  readonly #letGo: () => void
  /** When each peer was visited last. Bounded by MAX_VISITS and a day; strangers name the ids. */
  readonly #visits = new BoundedMap<string, number>(MAX_VISITS)
  /** Whom to visit in this round. Bounded by the book's selection, which takes its place in the next. */
  #queue: NetAddress[] = []
  #visiting = 0
  /** When a visit was last met with an answer to the call. */
  #metAt = Number.NEGATIVE_INFINITY

  constructor(parts: Parts, letGo: () => void) {
    const { handle, options } = parts
    this.#parts = parts
    this.#letGo = letGo
    this.#rounds = new Rounds(handle.clock, options.crawlMs, () => this.#round())
  }

  get counts(): { readonly visited: number; readonly queued: number } {
    return { visited: this.#visits.size, queued: this.#queue.length }
  }

  start(): void {
    this.#rounds.start(0)
  }

  /** A seed has named peers: they are visited without waiting. */
  fast(): void {
    this.#rounds.fast()
  }

  stop(): void {
    this.#rounds.stop()
    this.#queue = []
  }

  /** A visit is over: there may be room for the next. */
  next(): void {
    const { handle, options, dials } = this.#parts
    while (!dials.signal.aborted && this.#queue.length > 0) {
      const { outbound, dialling } = handle.counts
      // The switch counts a dial only when it has begun it, this reactor as soon as it has asked for it.
      const room = handle.limits.maxOutbound - outbound - Math.max(dialling, this.#visiting)
      if (room <= 0 || this.#visiting >= options.crawlConcurrency) return
      void this.#visit(this.#queue.shift()!)
    }
  }

  #round(): void {
    const { handle, options, seeds, tally } = this.#parts
    const { book } = options
    const now = handle.clock.now()
    this.#letGo()
    this.#forget(now)
    if (book.needsMore) {
      const count = book.reinstate(now)
      if (count > 0) tally.tell({ kind: 'reinstated', count })
    }
    this.#queue = book.select(now).filter(({ id }) => {
      const last = this.#visits.get(id)
      return last === undefined || now - last >= options.revisitMs
    })
    // Not only once at the start, as CometBFT does: a seed whose book is all dead would never find anybody again.
    if (handle.peers.size === 0 && now - this.#metAt > LOST * options.revisitMs) void seeds.dial()
    this.next()
  }

  async #visit(address: NetAddress): Promise<void> {
    const { dials, handle } = this.#parts
    if (!dials.isWanted(address) || !dials.isReady(address)) return
    this.#visits.set(address.id, handle.clock.now())
    this.#visiting++
    if ((await dials.dial(address, 'visit')) !== undefined) this.#metAt = handle.clock.now()
    // It called while it was dialled, and that connection is left: nobody was visited.
    else if (handle.peers.has(address.id)) this.#visits.delete(address.id)
    this.#visiting--
    this.next()
  }

  /** The map is in the order of the visits. */
  #forget(now: number): void {
    for (const [id, at] of this.#visits.entries()) {
      if (now - at < DAY) return
      this.#visits.delete(id)
    }
  }
}
