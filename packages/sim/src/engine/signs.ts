/**
 * Signs of life in a node's round, by the rule of a host (core's `isGone`). A peer that has left as many requests unanswered as
 * count is gone at once, or as soon as somebody else answers in that round.
 */
import { isGone, limits } from '@pex/core'
import { mostTries } from './network.ts'
import type { Parties } from './parties.ts'

/** Who was silent in a round, at most. */
const room = mostTries + limits.maxProbes
/** What a count of rounds holds. */
const mostQuiet = 255

export class Signs {
  readonly #parties: Parties
  /** Rounds since somebody answered the node. */
  readonly #quiet: Uint8Array
  readonly #counts: Uint8Array
  readonly #silent: Uint32Array

  /** `rows`: nodes; `slots`: rounds that can be on at the same time. */
  constructor(parties: Parties, rows: number, slots: number) {
    this.#parties = parties
    this.#quiet = new Uint8Array(rows)
    this.#counts = new Uint8Array(slots)
    this.#silent = new Uint32Array(slots * room)
  }

  /** A round begins: what was silence in the last one may have been our own. */
  begin(slot: number, node: number): void {
    this.#counts[slot] = 0
    if (this.#quiet[node]! < mostQuiet) this.#quiet[node]!++
  }

  /** A peer has answered a request of the node's round. */
  answered(slot: number, node: number, peer: number): void {
    this.#quiet[node] = 0
    this.#parties.met(node, peer)
    if (this.#counts[slot]! > 0) this.#bury(slot, node, peer)
  }

  /** A peer has left as many requests unanswered as count. */
  silent(slot: number, node: number, peer: number): void {
    if (isGone(limits.missesCounted, this.#quiet[node]!)) this.#parties.missed(node, peer)
    else if (this.#counts[slot]! < room) this.#silent[slot * room + this.#counts[slot]!++] = peer
  }

  #bury(slot: number, node: number, but: number): void {
    const row = slot * room
    for (let at = row; at < row + this.#counts[slot]!; at++)
      if (this.#silent[at] !== but) this.#parties.missed(node, this.#silent[at]!)
    this.#counts[slot] = 0
  }
}
