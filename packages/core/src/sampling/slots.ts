/**
 * Min-wise slots (Broder et al. 1998; Brahms, 2009; Basalt, 2023): each ranks all peers by a random function of its own
 * and holds the one that comes first among all that it was ever offered. So a slot remembers history, and offering a peer a
 * thousand times gains nothing.
 */
import type { Rng } from '../random.ts'
import type { Peers } from './peers.ts'
import { mix, nobody } from './peers.ts'
import type { Rows } from './rows.ts'

export class Slots {
  /** Slots of each node. */
  readonly size: number
  /** Who holds a slot, or `nobody`. Row i belongs to node i. */
  readonly peers: Uint32Array
  /** The round in which the lowest hop claimed for the holder was 0. */
  readonly born: Int32Array
  /** How often the holder was offered again. */
  readonly hits: Uint32Array
  readonly #seeds: Uint32Array
  readonly #ranks: Uint32Array
  readonly #hashes: Uint32Array
  readonly #groups: Uint32Array
  readonly #byGroup: boolean
  readonly #rng: Rng

  /** With `byGroup` a slot ranks network groups first, and peers only within the group: many ids of few groups gain little. */
  constructor(rows: Rows, size: number, { hashes, groups }: Peers, rng: Rng, byGroup: boolean) {
    this.size = size
    this.peers = rows.words(size).fill(nobody)
    this.born = rows.ints(size)
    this.hits = rows.words(size)
    this.#seeds = rows.words(size)
    this.#ranks = rows.words(size)
    this.#hashes = hashes
    this.#groups = groups
    this.#byGroup = byGroup
    this.#rng = rng
  }

  /** All of the node's slots begin anew. */
  clear(node: number): void {
    const row = node * this.size
    for (let at = row; at < row + this.size; at++) this.reset(at)
  }

  /** A slot begins anew, empty and with another ranking. */
  reset(at: number): void {
    this.#seeds[at] = this.#rng()
    this.peers[at] = nobody
    this.hits[at] = 0
  }

  holds(node: number, peer: number): boolean {
    for (let at = node * this.size; at < (node + 1) * this.size; at++)
      if (this.peers[at] === peer) return true
    return false
  }

  /** Offers a peer to every slot of the node. True if it has won one. */
  offer(node: number, peer: number, born: number): boolean {
    const key = this.#key(peer)
    const seeds = this.#seeds
    const ranks = this.#ranks
    const row = node * this.size
    const end = row + this.size
    let won = false
    for (let at = row; at < end; at++) {
      const rank = mix(seeds[at]! ^ key)
      // Most offers end here: only a better rank, the same group, or an empty slot goes on.
      if (rank > ranks[at]! && this.peers[at] !== nobody) continue
      if (this.#take(at, peer, born, rank)) won = true
    }
    return won
  }

  /** Offers a peer to one slot. True if it has won it. */
  offerTo(at: number, peer: number, born: number): boolean {
    return this.#take(at, peer, born, mix(this.#seeds[at]! ^ this.#key(peer)))
  }

  #take(at: number, peer: number, born: number, rank: number): boolean {
    const holder = this.peers[at]!
    if (holder === peer) {
      this.hits[at]!++
      if (born > this.born[at]!) this.born[at] = born
      return false
    }
    if (holder !== nobody) {
      if (rank > this.#ranks[at]!) return false
      if (rank === this.#ranks[at] && this.#within(at, peer) >= this.#within(at, holder)) return false
    }
    this.peers[at] = peer
    this.born[at] = born
    this.hits[at] = 0
    this.#ranks[at] = rank
    return true
  }

  /** What is ranked first: the group, or the peer itself where it has none. */
  #key(peer: number): number {
    const group = this.#byGroup ? this.#groups[peer]! : 0
    return group === 0 ? this.#hashes[peer]! : group
  }

  /** The rank within a group. */
  #within(at: number, peer: number): number {
    return mix(this.#seeds[at]! ^ mix(this.#hashes[peer]!))
  }
}
