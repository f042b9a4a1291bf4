/**
 * Virtual time without steps: what is due next, by a binary heap. What is due at the same instant comes in the order in which
 * it was posted, so that a run does not depend on how a heap breaks ties.
 */
interface Posted {
  readonly at: number
  readonly order: number
  readonly act: () => void
}

export class Timeline {
  now = 0
  #order = 0
  // Bounded by what is under way; what has happened leaves.
  readonly #heap: Posted[] = []

  after(ms: number, act: () => void): void {
    const posted = { at: this.now + ms, order: this.#order++, act }
    const heap = this.#heap
    let place = heap.length
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!isBefore(posted, heap[above]!)) break
      heap[place] = heap[above]!
      place = above
    }
    heap[place] = posted
  }

  /** Lets time pass. */
  advance(ms: number): void {
    const end = this.now + ms
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#removeFirst()
      this.now = next.at
      next.act()
    }
    this.now = end
  }

  #removeFirst(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++
      if (!isBefore(heap[below]!, last)) break
      heap[place] = heap[below]!
      place = below
    }
    heap[place] = last
  }
}

function isBefore(a: Posted, b: Posted): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
