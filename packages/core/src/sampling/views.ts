/**
 * The views of some nodes, packed: a host has one node, a simulation up to millions. Row i belongs to node i; its first
 * `sizes[i]` places count, in no order that means anything.
 *
 * Ages are kept as the round, by the node's own count, in which they were 0: growing older costs nothing.
 */
import { assert } from '../assert.ts'
import type { Rows } from './rows.ts'

export class Views {
  readonly nodes: number
  /** c: places in a row. */
  readonly max: number
  readonly sizes: Uint8Array
  /** Each node's own count of its rounds. */
  readonly rounds: Int32Array
  readonly peers: Uint32Array
  /** The round in which the entry reached us. */
  readonly since: Int32Array
  /** The round in which the claimed hop was 0. */
  readonly born: Int32Array

  constructor(rows: Rows, max: number) {
    this.nodes = rows.nodes
    this.max = max
    this.sizes = rows.bytes(1)
    this.rounds = rows.ints(1)
    this.peers = rows.words(max)
    this.since = rows.ints(max)
    this.born = rows.ints(max)
  }

  /** Where in the arrays the node holds the peer; -1 if it does not. */
  find(node: number, peer: number): number {
    const row = node * this.max
    const end = row + this.sizes[node]!
    for (let at = row; at < end; at++) if (this.peers[at] === peer) return at
    return -1
  }

  isFull(node: number): boolean {
    return this.sizes[node] === this.max
  }

  /** Adds an entry with the hop that it shall have now; the caller knows that there is room and that it is not held. Returns its place. */
  add(node: number, peer: number, hop: number): number {
    assert(this.sizes[node]! < this.max, 'a view never grows above its bound')
    const at = node * this.max + this.sizes[node]!++
    this.put(at, node, peer, hop)
    return at
  }

  /** Writes an entry over the one at a place. */
  put(at: number, node: number, peer: number, hop: number): void {
    assert(peer !== node, 'a view never holds its owner')
    const round = this.rounds[node]!
    this.peers[at] = peer
    this.since[at] = round
    this.born[at] = round - hop
  }

  /** Removes the entry at a place; the last one of the row moves there. Returns the place that the last one left. */
  remove(node: number, at: number): number {
    const last = node * this.max + --this.sizes[node]!
    this.peers[at] = this.peers[last]!
    this.since[at] = this.since[last]!
    this.born[at] = this.born[last]!
    return last
  }

  /** The hop to claim for the entry at a place. */
  hop(node: number, at: number): number {
    return this.rounds[node]! - this.born[at]!
  }

  /** Our own count of the rounds for which we have held the entry at a place. */
  age(node: number, at: number): number {
    return this.rounds[node]! - this.since[at]!
  }
}
