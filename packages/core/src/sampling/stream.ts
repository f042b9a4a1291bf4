/**
 * Who came by since the last clearing, for each node: a uniform sample of bounded size of a stream of any length
 * (reservoir sampling).
 */
import type { Rng } from '../random.ts'
import { below } from '../random.ts'
import type { Rows } from './rows.ts'

export class Stream {
  /** Peers that are kept for each node, at most. */
  readonly size: number
  /** How many came by. */
  readonly seen: Uint32Array
  readonly peers: Uint32Array
  /** The round in which the hop claimed for the peer was 0. */
  readonly born: Int32Array
  readonly #counts: Uint8Array
  readonly #rng: Rng

  constructor(rows: Rows, size: number, rng: Rng) {
    this.size = size
    this.seen = rows.words(1)
    this.peers = rows.words(size)
    this.born = rows.ints(size)
    this.#counts = rows.bytes(1)
    this.#rng = rng
  }

  clear(node: number): void {
    this.seen[node] = 0
    this.#counts[node] = 0
  }

  /** How many of them are kept. */
  count(node: number): number {
    return this.#counts[node]!
  }

  add(node: number, peer: number, born: number): void {
    const place =
      this.#counts[node]! < this.size ? this.#counts[node]!++ : below(this.#rng, this.seen[node]! + 1)
    this.seen[node]!++
    if (place >= this.size) return
    this.peers[node * this.size + place] = peer
    this.born[node * this.size + place] = born
  }

  has(node: number, peer: number): boolean {
    const row = node * this.size
    for (let at = row; at < row + this.#counts[node]!; at++) if (this.peers[at] === peer) return true
    return false
  }

  /** Without a peer, if it is kept. */
  remove(node: number, peer: number): void {
    const row = node * this.size
    for (let at = row + this.#counts[node]! - 1; at >= row; at--) {
      if (this.peers[at] !== peer) continue
      const last = row + --this.#counts[node]!
      this.peers[at] = this.peers[last]!
      this.born[at] = this.born[last]!
    }
  }
}
