/**
 * Whose turn is over: the peers of a view, each with a mark that says whether it has been given out. What a stream
 * (stream.ts) and draws (stream-draws.ts) have in common.
 */
import { assert } from './assert.ts'
import type { Rng } from './random.ts'
import { below } from './random.ts'
import { nobody } from './sampling/peers.ts'

export class Turns {
  /** The first `fresh` places hold those who have not been given, the places up to `count` those who have. Bounded by the view. */
  readonly #peers: Uint32Array
  #fresh = 0
  #count = 0

  constructor(max: number) {
    this.#peers = new Uint32Array(max)
  }

  /** Peers that have not been given. */
  get fresh(): number {
    return this.#fresh
  }

  has(peer: number): boolean {
    return this.#find(peer) >= 0
  }

  /** Adds a peer, which the caller knows to be new, as one that has not been given. */
  add(peer: number): void {
    assert(this.#count < this.#peers.length, 'turns are kept for no more peers than a view has')
    this.#peers[this.#count] = peer
    this.#swap(this.#count++, this.#fresh++)
  }

  remove(peer: number): void {
    let at = this.#find(peer)
    if (at < 0) return
    if (at < this.#fresh) {
      this.#swap(at, --this.#fresh)
      at = this.#fresh
    }
    this.#swap(at, --this.#count)
  }

  /** Removes everybody who is not in the first `size` places of a view; returns how many are left. */
  retain(view: Uint32Array, size: number): number {
    for (let at = this.#count - 1; at >= 0; at--) {
      const peer = this.#peers[at]!
      if (!includes(view, size, peer)) this.remove(peer)
    }
    return this.#count
  }

  /** Gives a random one of those who have not been given; `nobody` when there is none. */
  give(rng: Rng): number {
    if (this.#fresh === 0) return nobody
    this.#swap(below(rng, this.#fresh), --this.#fresh)
    return this.#peers[this.#fresh]!
  }

  /** All may be given again but a few. */
  renew(except: readonly number[] = []): void {
    this.#fresh = this.#count
    for (const peer of except) {
      const at = this.#find(peer)
      if (at >= 0 && at < this.#fresh) this.#swap(at, --this.#fresh)
    }
  }

  #find(peer: number): number {
    for (let at = 0; at < this.#count; at++) if (this.#peers[at] === peer) return at
    return -1
  }

  #swap(a: number, b: number): void {
    const peer = this.#peers[a]!
    this.#peers[a] = this.#peers[b]!
    this.#peers[b] = peer
  }
}

function includes(view: Uint32Array, size: number, peer: number): boolean {
  for (let at = 0; at < size; at++) if (view[at] === peer) return true
  return false
}
