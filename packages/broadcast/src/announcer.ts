/**
 * The lazy half: ids that wait to be announced, several at a time; and, to a neighbour to which nothing else has been said
 * for long, an announcement of nothing, so that one that has died is found out.
 */
import { bounds } from './bounds.ts'
import type { Counts } from './counts.ts'
import type { AnnounceFrame } from './message.ts'
import type { Neighbour, Neighbours } from './neighbours.ts'

type Said = readonly [to: Neighbour, frame: AnnounceFrame]

export class Announcer {
  readonly #neighbours: Neighbours
  readonly #counts: Counts
  #announceAt = Infinity
  #idleAt = Infinity

  constructor(neighbours: Neighbours, counts: Counts) {
    this.#neighbours = neighbours
    this.#counts = counts
  }

  /** When there is something to say. */
  get due(): number {
    return Math.min(this.#announceAt, this.#idleAt)
  }

  /** There are new neighbours. */
  watch(now: number): void {
    this.#idleAt = Math.min(this.#idleAt, now + bounds.idleMs)
  }

  add(now: number, { announcing }: Neighbour, id: string, hop: number): void {
    if (announcing.size >= bounds.announcing) {
      announcing.delete(announcing.keys().next().value!)
      this.#counts.totals.forgone++
    }
    announcing.set(id, hop)
    this.#announceAt = Math.min(this.#announceAt, now + bounds.lazyMs)
  }

  /** What is to be said now. */
  take(now: number): Said[] {
    const said = this.#announceAt <= now ? this.#waiting() : []
    if (this.#idleAt <= now) said.push(...this.#idle(now, new Set(said.map(([to]) => to))))
    return said
  }

  #waiting(): Said[] {
    this.#announceAt = Infinity
    const said: Said[] = []
    for (const neighbour of this.#neighbours.values()) {
      const all = [...neighbour.announcing].map(([id, hop]) => ({ id, hop }))
      neighbour.announcing.clear()
      this.#counts.totals.announced += all.length
      for (let at = 0; at < all.length; at += bounds.announced)
        said.push([neighbour, { kind: 'announce', announced: all.slice(at, at + bounds.announced) }])
    }
    return said
  }

  #idle(now: number, spokenTo: ReadonlySet<Neighbour>): Said[] {
    this.#idleAt = Infinity
    const said: Said[] = []
    for (const neighbour of this.#neighbours.values()) {
      const isIdle = neighbour.spokenAt + bounds.idleMs <= now && !spokenTo.has(neighbour)
      if (isIdle) said.push([neighbour, { kind: 'announce', announced: [] }])
      const since = isIdle || spokenTo.has(neighbour) ? now : neighbour.spokenAt
      this.#idleAt = Math.min(this.#idleAt, since + bounds.idleMs)
    }
    return said
  }
}
