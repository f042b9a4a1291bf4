/** The table of connections: by peer, the oldest first, and which of several is the best one to use. */
import type { SwarmConnection } from './connection.ts'

/** What a caller wants of a connection. */
export interface Wanted {
  /** Not through a relay. @default false */
  readonly direct?: boolean | undefined
}

export class Connections<C, S> {
  // Bounded by the connections that the carrier keeps open; keyed by authenticated ids.
  readonly #peers = new Map<string, SwarmConnection<C, S>[]>()
  // Bounded as above: the same connections, by what the carrier calls them.
  readonly #raw = new Map<C, SwarmConnection<C, S>>()

  get all(): readonly SwarmConnection<C, S>[] {
    return [...this.#raw.values()]
  }

  get peers(): readonly string[] {
    return [...this.#peers.keys()]
  }

  /** A copy, the oldest first. */
  of(peer: string): readonly SwarmConnection<C, S>[] {
    return [...(this.#peers.get(peer) ?? [])]
  }

  find(raw: C): SwarmConnection<C, S> | undefined {
    return this.#raw.get(raw)
  }

  add(connection: SwarmConnection<C, S>): void {
    const { peer, raw } = connection
    this.#raw.set(raw, connection)
    const list = this.#peers.get(peer)
    if (list === undefined) this.#peers.set(peer, [connection])
    else list.push(connection)
  }

  remove(connection: SwarmConnection<C, S>): void {
    const { peer, raw } = connection
    this.#raw.delete(raw)
    const left = this.of(peer).filter(other => other !== connection)
    if (left.length === 0) this.#peers.delete(peer)
    else this.#peers.set(peer, left)
  }

  /** The best one that is open and does for the caller; `prefers` compares one with a younger one. */
  best(
    peer: string,
    prefers: (a: SwarmConnection<C, S>, b: SwarmConnection<C, S>) => boolean,
    wanted: Wanted = {}
  ): SwarmConnection<C, S> | undefined {
    let best: SwarmConnection<C, S> | undefined
    for (const connection of this.#peers.get(peer) ?? [])
      if (
        connection.isOpen &&
        suits(connection, wanted) &&
        (best === undefined || !prefers(best, connection))
      )
        best = connection
    return best
  }
}

export function suits<C, S>(connection: SwarmConnection<C, S>, { direct = false }: Wanted): boolean {
  return !direct || connection.isDirect
}
