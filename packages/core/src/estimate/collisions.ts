/**
 * Counting nodes by coincidence: when samples are drawn at random, the same peer comes up again the sooner the fewer peers
 * there are. The idea is the "Sample & Collide" of Massoulié, Le Merrer, Kermarrec, Ganesh (*Peer counting and sampling in
 * overlay networks based on random walks*, PODC 2006): draw until l coincidences have been seen; k draws then give about
 * k² / 2l nodes. It asks nobody anything: nobody can lie to it but by being sampled too often or too seldom.
 *
 * Where we depart:
 * - A coincidence is a *pair* of draws that gave the same peer. Each pair of draws is one with a chance of 1 / n, so pairs /
 *   coincidences estimates n whatever n is; a count of repeats, the paper's, says too much unless k is small against n.
 * - Pairs of draws that follow each other closely are not counted, neither as pairs nor as coincidences: what a view has
 *   just given away may come back with the next exchange, and what is still in it does not come again.
 * - It goes on for ever: the oldest draws are forgotten when the others hold l coincidences without them, so an estimate
 *   rests on the last √(2 l n) draws.
 */
import { assert } from '../assert.ts'
import { limits } from '../limits.ts'
import type { Estimate } from './estimate.ts'

export interface CollisionsInit {
  /** l: coincidences that an estimate rests on; its relative standard error is 1 / √l. @default 100 */
  readonly coincidences?: number
  /** Draws that are remembered, most, 4 bytes each. With fewer than √(2 l n) the error grows. @default 4096 */
  readonly memory?: number
  /** Pairs of draws that are so near to each other, or nearer, are not counted. @default 256 */
  readonly gap?: number
}

/** Coincidences below which nothing is said: the upper bar would be more than 2.4 times the estimate. */
const fewest = 9

export class Collisions {
  readonly #wanted: number
  readonly #memory: number
  readonly #gap: number
  /** The draws, oldest first, the first `#count` places. Grows by doubling, bounded by `memory`. */
  #keys: Uint32Array
  #count = 0
  #coincidences = 0

  constructor(init: CollisionsInit = {}) {
    const {
      coincidences = limits.coincidences,
      memory = limits.countedDraws,
      gap = limits.uncountedGap
    } = init
    assert(coincidences >= fewest && gap >= 0 && memory > gap + 1, 'there is room for draws to compare')
    this.#wanted = coincidences
    this.#memory = memory
    this.#gap = gap
    this.#keys = new Uint32Array(Math.min(memory, 2 * gap + 2))
  }

  /** Draws that are remembered. */
  get draws(): number {
    return this.#count
  }

  /** A sample has been drawn: a 32-bit number that stands for the peer for good, such as a hash of its id. */
  drawn(key: number): void {
    if (this.#count === this.#memory) this.#forget(1, this.#equalTo(0))
    if (this.#count === this.#keys.length) this.#grow()
    this.#keys[this.#count++] = key
    const keys = this.#keys
    for (let at = this.#count - 2 - this.#gap; at >= 0; at--) if (keys[at] === key) this.#coincidences++
    if (this.#coincidences >= this.#wanted) this.#shorten()
  }

  /** Undefined before the ninth coincidence. The bars are two standard errors and the bias that samples may have. */
  estimate(): Estimate | undefined {
    if (this.#coincidences < fewest) return undefined
    const compared = this.#count - 1 - this.#gap
    const pairs = (compared * (compared + 1)) / 2
    // The square root of a Poisson count has a standard error of a half, whatever the count.
    const root = Math.sqrt(this.#coincidences)
    return {
      size: 1 + pairs / this.#coincidences,
      low: 1 + pairs / ((root + 1) * (root + 1)) / (1 + limits.sampleBias),
      high: 1 + (pairs / ((root - 1) * (root - 1))) * (1 + limits.sampleBias)
    }
  }

  /** Forgets as many of the oldest draws as are not needed for the coincidences wanted. */
  #shorten(): void {
    let forgotten = 0
    let lost = 0
    for (;;) {
      const more = this.#equalTo(forgotten)
      if (this.#coincidences - lost - more < this.#wanted) break
      forgotten++
      lost += more
    }
    if (forgotten > 0) this.#forget(forgotten, lost)
  }

  /** Later draws, beyond the gap, of the peer of a draw. */
  #equalTo(draw: number): number {
    const keys = this.#keys
    const key = keys[draw]
    let count = 0
    for (let at = draw + 1 + this.#gap; at < this.#count; at++) if (keys[at] === key) count++
    return count
  }

  #forget(draws: number, coincidences: number): void {
    this.#keys.copyWithin(0, draws, this.#count)
    this.#count -= draws
    this.#coincidences -= coincidences
  }

  #grow(): void {
    const keys = new Uint32Array(Math.min(this.#memory, 2 * this.#keys.length))
    keys.set(this.#keys)
    this.#keys = keys
  }
}
