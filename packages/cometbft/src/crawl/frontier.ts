/**
 * Whom to visit next: one queue for each network group that names nodes, served in turn. Who names a thousand nodes that do not
 * exist makes its own queue long, and nobody else's wait.
 */

/** What to do with an item that has come to its turn: take it, ask again later, or let it leave the queue. */
export type Turn = 'take' | 'busy' | 'leave'

/** So many items of one queue are looked at before the next queue has its turn. Guess: hosts that are busy come in runs. */
const LOOK_AHEAD = 16

export class Frontier {
  /** Bounded by the crawl's table: an item is queued once, and the queue of a group leaves with its last item. */
  readonly #queues = new Map<string, number[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  push(group: string, item: number): void {
    const queue = this.#queues.get(group)
    if (queue === undefined) this.#queues.set(group, [item])
    else queue.push(item)
    this.#size++
  }

  /** The next item whose turn it is, or nothing where all are busy. */
  take(turnOf: (item: number) => Turn): number | undefined {
    // A group that is served goes to the end of the row, and this ends with it.
    for (const group of this.#queues.keys()) {
      const item = this.#takeFrom(group, turnOf)
      if (item !== undefined) return item
    }
    return undefined
  }

  #takeFrom(group: string, turnOf: (item: number) => Turn): number | undefined {
    const queue = this.#queues.get(group)!
    let place = 0
    let taken: number | undefined
    while (taken === undefined && place < Math.min(queue.length, LOOK_AHEAD)) {
      const item = queue[place]!
      const turn = turnOf(item)
      if (turn === 'busy') place++
      else {
        queue.splice(place, 1)
        this.#size--
        if (turn === 'take') taken = item
      }
    }
    if (taken !== undefined || queue.length === 0) {
      // To the end of the row, or out of it.
      this.#queues.delete(group)
      if (queue.length > 0) this.#queues.set(group, queue)
    }
    return taken
  }
}
