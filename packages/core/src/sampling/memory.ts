/**
 * Recovery memory: for each node a few peers outside the view, replaced slowly and asked now and then. The view is for
 * sampling and should be rid of the dead quickly; whoever forgets everybody on the other side of a split can never rejoin
 * it. Two jobs, two stores.
 */
import { limits } from '../limits.ts'
import type { Rng } from '../random.ts'
import { below, chance } from '../random.ts'
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

  /** Keeps a peer: in a free place, or else in that of a random other one; who is lost, rather in that of one that is not. */
  keep(node: number, peer: number, lost: number): void {
    const held = this.find(node, peer)
    const at = held >= 0 ? held : this.#place(node, lost >= 0)
    this.peers[at] = peer
    this.lost[at] = lost
  }

  #place(node: number, isLost: boolean): number {
    const row = node * this.size
    const count = this.counts[node]!
    if (count < this.size) return row + this.counts[node]!++
    const first = below(this.#rng, count)
    if (isLost)
      for (let i = 0; i < count; i++) {
        const at = row + ((first + i) % count)
        if (this.lost[at]! < 0) return at
      }
    return row + first
  }

  /** True while so many are lost that it looks like a split of the network, and not like the end of some peers. */
  isSplit(node: number): boolean {
    const row = node * this.size
    const count = this.counts[node]!
    let lost = 0
    for (let at = row; at < row + count; at++) if (this.lost[at]! >= 0) lost++
    return lost > 0 && lost * 4 >= count
  }

  /**
   * A round goes by: somebody of the view may take a place, if there is a free one, if a peer has been lost for long, or now
   * and then. While it looks like a split nobody does, for as long as a split may last: those who are lost are the way back.
   */
  renew(node: number, peer: number, round: number): void {
    const count = this.counts[node]!
    if (this.find(node, peer) >= 0) return
    if (count < this.size) return this.keep(node, peer, -1)
    const at = node * this.size + below(this.#rng, count)
    const lost = this.lost[at]!
    const silence = lost < 0 ? 0 : round - lost
    const isDue = silence > limits.recoveryPatience || chance(this.#rng, limits.recoveryRenewal)
    if (silence <= limits.recoverySpan && (!isDue || this.isSplit(node))) return
    this.peers[at] = peer
    this.lost[at] = -1
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
