/** Who waits for a later time, the first one first. */

export class Waiting<T> {
  /** Bounded by who puts in: the crawl plans each node once at a time. */
  readonly #items: { readonly due: number; readonly item: T }[] = []

  get size(): number {
    return this.#items.length
  }

  /** When the first one is due, ms since the epoch; nothing where nobody waits. */
  get due(): number | undefined {
    return this.#items[0]?.due
  }

  /** Most waits are equally long, so that a newcomer's place is near the end. */
  add(item: T, due: number): void {
    let at = this.#items.length
    while (at > 0 && this.#items[at - 1]!.due > due) at--
    this.#items.splice(at, 0, { due, item })
  }

  /** Takes out all that are due. */
  take(now: number): T[] {
    let count = 0
    while (count < this.#items.length && this.#items[count]!.due <= now) count++
    return this.#items.splice(0, count).map(({ item }) => item)
  }
}
