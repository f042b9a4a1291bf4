/**
 * A calendar queue: what is due, by slots of virtual time. What is due in the same slot comes in the order in which it was
 * posted, so that a run does not depend on how a heap breaks ties.
 */
export class Calendar<Item> {
  // Bounded by what is under way; each slot is emptied when its time has come.
  readonly #slots: Item[][]
  #now = 0

  /** `span`: the longest delay, slots. */
  constructor(span: number) {
    this.#slots = Array.from({ length: span + 1 }, () => [])
  }

  /** Posts something to be due after a delay of whole slots; 0: within the present one. */
  post(delay: number, item: Item): void {
    this.#slots[(this.#now + delay) % this.#slots.length]!.push(item)
  }

  /** Hands over what is due now, what is posted for now meanwhile included. */
  deliver(take: (item: Item) => void): void {
    const due = this.#slots[this.#now]!
    for (let i = 0; i < due.length; i++) take(due[i]!)
    due.length = 0
  }

  /** The next slot begins. */
  advance(): void {
    this.#now = (this.#now + 1) % this.#slots.length
  }
}
