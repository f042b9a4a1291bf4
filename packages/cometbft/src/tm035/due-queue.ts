/** Ids that wait for a time, each for one: a binary heap in which an id finds its place, so that it can leave or move. */

interface Waiting {
  readonly id: string
  readonly due: number
}

export class DueQueue {
  // Bounded by what its owner puts in: the peers of a bounded store.
  readonly #heap: Waiting[] = []
  readonly #places = new Map<string, number>()

  get size(): number {
    return this.#heap.length
  }

  /** When the first of them is due, ms since the epoch; nothing while nobody waits. */
  get next(): number | undefined {
    return this.#heap[0]?.due
  }

  set(id: string, due: number): void {
    this.delete(id)
    this.#heap.push({ id, due })
    this.#rise(this.#heap.length - 1)
  }

  delete(id: string): void {
    const at = this.#places.get(id)
    if (at === undefined) return
    this.#places.delete(id)
    const last = this.#heap.pop()!
    if (at === this.#heap.length) return
    this.#put(last, at)
    this.#sink(at)
    this.#rise(at)
  }

  /** Takes out one that is due; nothing when none is. */
  take(now: number): string | undefined {
    const first = this.#heap[0]
    if (first === undefined || first.due > now) return undefined
    this.delete(first.id)
    return first.id
  }

  #put(waiting: Waiting, at: number): void {
    this.#heap[at] = waiting
    this.#places.set(waiting.id, at)
  }

  #rise(from: number): void {
    const waiting = this.#heap[from]!
    let at = from
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (this.#heap[parent]!.due <= waiting.due) break
      this.#put(this.#heap[parent]!, at)
      at = parent
    }
    this.#put(waiting, at)
  }

  #sink(from: number): void {
    const waiting = this.#heap[from]!
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.#heap.length) break
      if (child + 1 < this.#heap.length && this.#heap[child + 1]!.due < this.#heap[child]!.due) child++
      if (this.#heap[child]!.due >= waiting.due) break
      this.#put(this.#heap[child]!, at)
      at = child
    }
    this.#put(waiting, at)
  }
}
