/**
 * Who did not answer, for each node: for some rounds hearsay cannot bring such a peer back, or neighbours would hand the
 * dead to each other for ever.
 */
import { limits } from '../limits.ts'
import type { Rng } from '../random.ts'
import { below } from '../random.ts'
import type { Marks } from './marks.ts'
import type { Rows } from './rows.ts'

export class Tombstones {
  readonly #size: number
  readonly #counts: Uint8Array
  readonly #peers: Uint32Array
  /** The round until which each is buried, by its lowest eight bits: fewer than 128 are left, and each is looked at in every round. */
  readonly #until: Uint8Array
  readonly #rng: Rng

  constructor(rows: Rows, rng: Rng, size: number = limits.tombstones) {
    this.#size = size
    this.#rng = rng
    this.#counts = rows.bytes(1)
    this.#peers = rows.words(size)
    this.#until = rows.bytes(size)
  }

  has(node: number, peer: number): boolean {
    return this.#find(node, peer) >= 0
  }

  /** Buries a peer for some rounds; when there is no place left, where a random other one lay. */
  bury(node: number, peer: number, round: number): void {
    let at = this.#find(node, peer)
    if (at < 0) {
      const count = this.#counts[node]!
      at = node * this.#size + (count < this.#size ? this.#counts[node]!++ : below(this.#rng, count))
    }
    this.#peers[at] = peer
    this.#until[at] = round + limits.tombstoneRounds
  }

  /** The peer lives. */
  unbury(node: number, peer: number): void {
    const at = this.#find(node, peer)
    if (at >= 0) this.#remove(node, at)
  }

  /** Nobody is buried any more. */
  clear(node: number): void {
    this.#counts[node] = 0
  }

  /** Forgets those whose time is over. */
  expire(node: number, round: number): void {
    const row = node * this.#size
    for (let at = row + this.#counts[node]! - 1; at >= row; at--)
      if (((round - this.#until[at]!) & 0xff) < 0x80) this.#remove(node, at)
  }

  mark(node: number, marks: Marks, kind: number): void {
    const row = node * this.#size
    const end = row + this.#counts[node]!
    for (let at = row; at < end; at++) marks.set(this.#peers[at]!, kind)
  }

  #find(node: number, peer: number): number {
    const row = node * this.#size
    const end = row + this.#counts[node]!
    for (let at = row; at < end; at++) if (this.#peers[at] === peer) return at
    return -1
  }

  #remove(node: number, at: number): void {
    const last = node * this.#size + --this.#counts[node]!
    this.#peers[at] = this.#peers[last]!
    this.#until[at] = this.#until[last]!
  }
}
