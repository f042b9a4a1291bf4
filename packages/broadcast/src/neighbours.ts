/**
 * Whom messages are passed on to, and how: pushed to those that are eager, announced to those that are lazy. A new neighbour
 * is eager; so the first message floods, and what comes twice makes the tree.
 */
import { bounds } from './bounds.ts'

export interface Neighbour {
  readonly id: string
  /** When something was last said to it. */
  spokenAt: number
  eager: boolean
  /** What waits to be announced, by id, with its hop. Bounded by `announcing`; keyed by hashes of valid messages. */
  readonly announcing: Map<string, number>
  /** Messages that we lack and that it was the first to announce. */
  missing: number
  /** Messages that it has announced, was asked for and did not send, since it last brought something new. */
  brokenPromises: number
  /** Whether it may take another's place for being nearer: not again before it has brought something. */
  promising: boolean
}

export class Neighbours {
  // Bounded by `neighbours`; keyed by ids that the application has named.
  readonly #all = new Map<string, Neighbour>()

  get size(): number {
    return this.#all.size
  }

  get(id: string): Neighbour | undefined {
    return this.#all.get(id)
  }

  values(): Iterable<Neighbour> {
    return this.#all.values()
  }

  /** Takes the first of a list for the neighbours from now on; tells who has come and who has gone. */
  set(
    ids: readonly string[],
    now: number
  ): { readonly came: readonly Neighbour[]; readonly gone: readonly Neighbour[] } {
    const wanted = new Set([...new Set(ids)].slice(0, bounds.neighbours))
    const gone = [...this.#all.values()].filter(({ id }) => !wanted.has(id))
    for (const { id } of gone) this.#all.delete(id)
    const came = [...wanted].filter(id => !this.#all.has(id)).map(id => newNeighbour(id, now))
    for (const neighbour of came) this.#all.set(neighbour.id, neighbour)
    return { came, gone }
  }

  delete(id: string): void {
    this.#all.delete(id)
  }
}

function newNeighbour(id: string, now: number): Neighbour {
  return {
    id,
    spokenAt: now,
    eager: true,
    announcing: new Map(),
    missing: 0,
    brokenPromises: 0,
    promising: true
  }
}
