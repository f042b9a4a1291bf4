/**
 * Who calls each node: how many it still answers, and who called last. A node that everybody knows cannot answer everybody;
 * but whoever knows nobody else may turn to those who called before.
 */
import { nobody } from './peers.ts'
import type { Offer } from './offer.ts'
import type { Rows } from './rows.ts'

/** Exchanges that a node answers at once after a pause. */
const burst = 3
/** Callers that are remembered. */
const size = 8

export class Callers {
  readonly #perRound: number
  /** Exchanges that each node may still answer: a bucket that its rounds fill. */
  readonly #credits: Float32Array
  readonly #peers: Uint32Array
  readonly #counts: Uint32Array

  /** A node answers `perRound` exchanges per round of its own, on average. */
  constructor(rows: Rows, perRound: number) {
    this.#perRound = perRound
    this.#credits = rows.floats(1)
    this.#peers = rows.words(size).fill(nobody)
    this.#counts = rows.words(1)
  }

  clear(node: number): void {
    this.#credits[node] = burst
    this.#peers.fill(nobody, node * size, (node + 1) * size)
    this.#counts[node] = 0
  }

  /** A round of the node begins. */
  pass(node: number): void {
    this.#credits[node] = Math.min(this.#credits[node]! + this.#perRound, burst)
  }

  called(node: number, from: number): void {
    this.#peers[node * size + (this.#counts[node]!++ % size)] = from
  }

  isBusy(node: number): boolean {
    return this.#credits[node]! < 1
  }

  answer(node: number): void {
    this.#credits[node]!--
  }

  /** Shows at most `most` of those who called last, but not `to` itself. */
  show(node: number, to: number, out: Offer, most: number): void {
    for (let at = node * size; at < (node + 1) * size && out.count < most; at++) {
      const caller = this.#peers[at]!
      if (caller !== nobody && caller !== to && !contains(out, caller)) out.push(caller, 1)
    }
  }

  holds(node: number, peer: number): boolean {
    for (let at = node * size; at < (node + 1) * size; at++) if (this.#peers[at] === peer) return true
    return false
  }
}

function contains(offer: Offer, peer: number): boolean {
  for (let i = 0; i < offer.count; i++) if (offer.peers[i] === peer) return true
  return false
}
