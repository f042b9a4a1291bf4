/**
 * Signs of life in a node's round, by the rule of a host (core's pings.ts): a peer is gone when it has left
 * `limits.missesCounted` requests of one round unanswered and somebody else has answered in that round. One silence may be a
 * lost message; if nobody answers, the fault is more likely ours.
 */
import { limits } from '@pex/core'
import { mostTries } from './network.ts'
import type { Parties } from './parties.ts'

/** Who was silent in a round, at most. */
const room = mostTries + limits.maxProbes

export class Signs {
  readonly #parties: Parties
  readonly #answered: Uint8Array
  readonly #counts: Uint8Array
  readonly #silent: Uint32Array

  /** `slots`: rounds that can be on at the same time. */
  constructor(parties: Parties, slots: number) {
    this.#parties = parties
    this.#answered = new Uint8Array(slots)
    this.#counts = new Uint8Array(slots)
    this.#silent = new Uint32Array(slots * room)
  }

  /** A round begins: what was silence in the last one may have been our own. */
  begin(slot: number): void {
    this.#answered[slot] = 0
    this.#counts[slot] = 0
  }

  /** A peer has answered a request of the node's round. */
  answered(slot: number, node: number, peer: number): void {
    this.#answered[slot] = 1
    this.#parties.met(node, peer)
    if (this.#counts[slot]! > 0) this.#bury(slot, node, peer)
  }

  /** A peer has left as many requests unanswered as count. */
  silent(slot: number, node: number, peer: number): void {
    if (this.#answered[slot] === 1) this.#parties.missed(node, peer)
    else if (this.#counts[slot]! < room) this.#silent[slot * room + this.#counts[slot]!++] = peer
  }

  #bury(slot: number, node: number, but: number): void {
    const row = slot * room
    for (let at = row; at < row + this.#counts[slot]!; at++)
      if (this.#silent[at] !== but) this.#parties.missed(node, this.#silent[at]!)
    this.#counts[slot] = 0
  }
}
