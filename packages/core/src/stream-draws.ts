/**
 * Samples without replacement within a generation of the view: nobody is drawn twice until everybody in the present view
 * has been drawn once; then the next generation begins. Other than the stream (stream.ts) it always has an answer, so
 * fast drawing goes round the view again and again: its peers are as even as the view is, and no fresher.
 */
import { limits } from './limits.ts'
import type { Rng } from './random.ts'
import { nobody } from './sampling/peers.ts'
import { Turns } from './stream-turns.ts'

export class Draws {
  readonly #turns: Turns

  /** For views of at most `max` peers. */
  constructor(max: number = limits.maxViewSize) {
    this.#turns = new Turns(max)
  }

  /**
   * Draws `count` different peers from the first `size` places of a view, or all of them where there are fewer, in random
   * order. First come those who have not been drawn in this generation; when they do not suffice, a new one begins with
   * those whom this very call has not drawn.
   */
  draw(rng: Rng, view: Uint32Array, size: number, count: number): number[] {
    if (this.#turns.retain(view, size) < size)
      for (let at = 0; at < size; at++) if (!this.#turns.has(view[at]!)) this.#turns.add(view[at]!)
    const wanted = Math.min(count, size)
    const drawn: number[] = []
    while (drawn.length < wanted) {
      if (this.#turns.fresh === 0) this.#turns.renew(drawn)
      const peer = this.#turns.give(rng)
      if (peer === nobody) break
      drawn.push(peer)
    }
    return drawn
  }
}
