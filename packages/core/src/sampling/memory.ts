/**
 * Recovery memory: for each node a few peers outside the view, replaced slowly and asked now and then. The view is for
 * sampling and should be rid of the dead quickly; whoever forgets everybody on the other side of a split can never rejoin
 * it. Two jobs, two stores.
 */
import { limits } from '../limits.ts'
import type { Rng } from '../random.ts'
import { below, chance } from '../random.ts'
import { nobody } from './peers.ts'
import type { Rows } from './rows.ts'

export class Memory {
  readonly size: number
  readonly counts: Uint8Array
  readonly peers: Uint32Array
  /** The round since which the peer at a place has not answered; -1 while it does. */
  readonly lost: Int32Array
  /** How many of each node's are lost: in calm nobody is, and whoever speaks need not be looked for. */
  readonly #missing: Uint8Array
  readonly #rng: Rng

  constructor(rows: Rows, rng: Rng, size: number = limits.recoverySize) {
    this.size = size
    this.#rng = rng
    this.counts = rows.bytes(1)
    this.peers = rows.words(size)
    this.lost = rows.ints(size)
    this.#missing = rows.bytes(1)
  }

  clear(node: number): void {
    this.counts[node] = 0
    this.#missing[node] = 0
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
    this.#put(node, held >= 0 ? held : this.#place(node, lost >= 0), peer, lost)
  }

  #put(node: number, at: number, peer: number, lost: number): void {
    if (this.lost[at]! >= 0) this.#missing[node]!--
    if (lost >= 0) this.#missing[node]!++
    this.peers[at] = peer
    this.lost[at] = lost
  }

  /** A place for one more; what stands there is replaced. */
  #place(node: number, isLost: boolean): number {
    const row = node * this.size
    const count = this.counts[node]!
    if (count < this.size) {
      this.lost[row + count] = -1
      return row + this.counts[node]!++
    }
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
    const missing = this.#missing[node]!
    return missing > 0 && missing * 4 >= this.counts[node]!
  }

  /** The peer has answered. True if it was lost. */
  found(node: number, peer: number): boolean {
    if (this.#missing[node] === 0) return false
    const at = this.find(node, peer)
    if (at < 0 || this.lost[at]! < 0) return false
    this.#put(node, at, peer, -1)
    return true
  }

  /** The peer has not answered in this round. False if it is not remembered. */
  missed(node: number, peer: number, round: number): boolean {
    const at = this.find(node, peer)
    if (at >= 0 && this.lost[at]! < 0) this.#put(node, at, peer, round)
    return at >= 0
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
    this.#put(node, at, peer, -1)
  }

  forget(node: number, peer: number): void {
    const at = this.find(node, peer)
    if (at < 0) return
    if (this.lost[at]! >= 0) this.#missing[node]!--
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
