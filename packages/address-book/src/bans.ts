/**
 * Who is kept out, until when. A ban is of an id that was authenticated; it outlives a restart, and it holds for ids that
 * the book has never heard of too (in CometBFT neither is so).
 */
import { BoundedMap } from '@pex/core'

export interface Ban<A> {
  readonly id: string
  /** ms since the epoch. */
  readonly until: number
  /** Where the peer was, and who had told of it, if the book knew: it may come back when the ban is over. */
  readonly address?: A | undefined
  readonly source?: A | undefined
}

export class Bans<A> {
  /** Bounded by `maxBans`, the ban imposed longest ago gives way; peers choose their ids, we whom to ban. */
  readonly #bans: BoundedMap<string, Ban<A>>

  constructor(most: number) {
    this.#bans = new BoundedMap(most)
  }

  get size(): number {
    return this.#bans.size
  }

  holds(id: string, now: number): boolean {
    return (this.#bans.get(id)?.until ?? 0) > now
  }

  /** Whether there is a ban, over or not. */
  knows(id: string): boolean {
    return this.#bans.get(id) !== undefined
  }

  /** A second ban never shortens the first, and does not forget where the peer was. */
  impose(ban: Ban<A>): void {
    const before = this.#bans.get(ban.id)
    this.#bans.set(ban.id, {
      id: ban.id,
      until: Math.max(before?.until ?? 0, ban.until),
      address: ban.address ?? before?.address,
      source: ban.source ?? before?.source
    })
  }

  lift(id: string): void {
    this.#bans.delete(id)
  }

  /** Takes out the bans that are over. */
  takeOver(now: number): Ban<A>[] {
    const over = [...this.#bans.values()].filter(({ until }) => until <= now)
    for (const { id } of over) this.#bans.delete(id)
    return over
  }

  all(): Ban<A>[] {
    return [...this.#bans.values()]
  }
}
