/**
 * Marks on peers that cost nothing to wipe: an array of stamps, one for each peer, and a counter. To be used within one
 * step; the next `wipe` forgets all marks at once.
 */
export class Marks {
  readonly #stamps: Int32Array
  #current = 0

  constructor(peers: number) {
    this.#stamps = new Int32Array(peers)
  }

  /** Forgets every mark. */
  wipe(): void {
    this.#current += 256
    if (this.#current > 0x7fff_0000) {
      this.#stamps.fill(0)
      this.#current = 256
    }
  }

  /** Marks a peer with a kind, 0 to 255. */
  set(peer: number, kind: number): void {
    this.#stamps[peer] = this.#current + kind
  }

  /** The kind of mark on a peer; -1 if there is none. */
  get(peer: number): number {
    const stamp = this.#stamps[peer]!
    return stamp >= this.#current ? stamp - this.#current : -1
  }
}
