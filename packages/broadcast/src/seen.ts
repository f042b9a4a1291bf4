/**
 * The latest messages by id, in two halves (libonomy-p2p's double cache): new ones go into the young half; when it is full
 * it becomes the old one, and the former old one is forgotten whole. So between n and 2n are remembered, at the price of a
 * look into a map.
 */

/** What is remembered of a message. */
export interface Seen {
  /** Who brought it first; nobody for our own. */
  readonly from: string | undefined
  /** Hops that it has come; 0 for our own. */
  readonly hop: number
  state: 'pending' | 'valid' | 'invalid' | 'ignored'
}

export class SeenMessages {
  readonly #half: number
  // Bounded by `half`; keyed by hashes that we have computed ourselves.
  #young = new Map<string, Seen>()
  // Bounded by `half`; keyed by hashes that we have computed ourselves.
  #old = new Map<string, Seen>()

  constructor(half: number) {
    this.#half = half
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  get(id: string): Seen | undefined {
    return this.#young.get(id) ?? this.#old.get(id)
  }

  add(id: string, seen: Seen): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(id, seen)
  }
}
