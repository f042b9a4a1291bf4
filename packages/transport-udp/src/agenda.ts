/**
 * What is due when: a binary heap in which each item has at most one place, so that it is bounded by the items.
 */

/** Something that wants to be woken. It belongs to one agenda. */
export interface Timed {
  /** Where it stands in the heap; -1 where it does not. The agenda's own. */
  place: number
  due: number
  wake(now: number): void
}

export class Agenda {
  // Bounded by the items that are scheduled: each stands here once.
  readonly #heap: Timed[] = []

  get size(): number {
    return this.#heap.length
  }

  /** When the first item is due; Infinity when there is none. */
  get next(): number {
    return this.#heap[0]?.due ?? Infinity
  }

  /** Wakes the item at that time, and no longer at an earlier or later one; never for Infinity. */
  schedule(item: Timed, due: number): void {
    if (due === Infinity) {
      this.cancel(item)
      return
    }
    if (item.place >= 0 && item.due === due) return
    item.due = due
    if (item.place < 0) item.place = this.#heap.push(item) - 1
    this.#settle(item)
  }

  cancel(item: Timed): void {
    if (item.place < 0) return
    const last = this.#heap.pop()!
    if (last !== item) {
      last.place = item.place
      this.#heap[last.place] = last
    }
    item.place = -1
    if (last !== item) this.#settle(last)
  }

  /** The next item that is due, taken out. */
  pop(now: number): Timed | undefined {
    const first = this.#heap[0]
    if (first === undefined || first.due > now) return undefined
    this.cancel(first)
    return first
  }

  #settle(item: Timed): void {
    this.#rise(item)
    this.#sink(item)
  }

  #rise(item: Timed): void {
    while (item.place > 0) {
      const parent = this.#heap[(item.place - 1) >> 1]!
      if (parent.due <= item.due) return
      this.#swap(parent, item)
    }
  }

  #sink(item: Timed): void {
    for (;;) {
      const [left, right] = [this.#heap[2 * item.place + 1], this.#heap[2 * item.place + 2]]
      const child = right !== undefined && right.due < left!.due ? right : left
      if (child === undefined || child.due >= item.due) return
      this.#swap(item, child)
    }
  }

  #swap(upper: Timed, lower: Timed): void {
    const place = upper.place
    upper.place = lower.place
    lower.place = place
    this.#heap[lower.place] = lower
    this.#heap[upper.place] = upper
  }
}
