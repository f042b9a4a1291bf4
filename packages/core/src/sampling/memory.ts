/**
 * Recovery memory: for each node a few peers outside the view, replaced slowly and asked now and then. The view is for
 * sampling and should be rid of the dead quickly; whoever forgets everybody on the other side of a split can never rejoin
 * it. Two jobs, two stores.
 */
import { limits } from '../limits.ts'
import type { Rng } from '../random.ts'
import { below } from '../random.ts'
import { nobody } from './peers.ts'

export class Memory {
  readonly size: number
  readonly counts: Uint8Array
  readonly peers: Uint32Array
  /** The round since which the peer at a place has not answered; -1 while it does. */
  readonly lost: Int32Array
  readonly #rng: Rng

  constructor(nodes: number, rng: Rng, size: number = limits.recoverySize) {
    this.size = size
    this.#rng = rng
    this.counts = new Uint8Array(nodes)
    this.peers = new Uint32Array(nodes * size)
    this.lost = new Int32Array(nodes * size)
  }

  clear(node: number): void {
    this.counts[node] = 0
  }

  find(node: number, peer: number): number {
    const row = node * this.size
    const end = row + this.counts[node]!
    for (let at = row; at < end; at++) if (this.peers[at] === peer) return at
    return -1
  }

  /** Keeps a peer; when there is no place left, in the place of a random other one. */
  keep(node: number, peer: number, lost: number): void {
    let at = this.find(node, peer)
    if (at < 0) {
      const count = this.counts[node]!
      at = node * this.size + (count < this.size ? this.counts[node]!++ : below(this.#rng, count))
    }
    this.peers[at] = peer
    this.lost[at] = lost
  }

  forget(node: number, peer: number): void {
    const at = this.find(node, peer)
    if (at < 0) return
    const last = node * this.size + --this.counts[node]!
    this.peers[at] = this.peers[last]!
    this.lost[at] = this.lost[last]!
  }

  /** A random peer of it, or `nobody`. */
  pick(node: number): number {
    const count = this.counts[node]!
    return count === 0 ? nobody : this.peers[node * this.size + below(this.#rng, count)]!
  }
}
