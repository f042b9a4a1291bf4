/**
 * Telling listeners, in order and without harm: what a listener throws reaches no other one, and what it sets off by calling
 * back is told after what is being told. Nobody waits for a listener, as Tendermint's manager does for a slow subscriber.
 */

export class Listeners<Update> {
  // Bounded by what this host's own code adds.
  readonly #listeners = new Set<(update: Update) => void>()
  /** Bounded by what one call of the manager has to tell: it is emptied before that returns. */
  readonly #pending: Update[] = []
  readonly #failed: (error: unknown) => void
  #isTelling = false

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  /** Adds a listener; returns the way to remove it. */
  add(listener: (update: Update) => void): () => void {
    // A function of its own, so that one listener can be added twice and each is removed alone.
    const own = (update: Update): void => listener(update)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  tell(update: Update): void {
    this.#pending.push(update)
    if (this.#isTelling) return
    this.#isTelling = true
    try {
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift())
        this.#tellAll(next)
    } finally {
      this.#isTelling = false
    }
  }

  #tellAll(update: Update): void {
    // One that an earlier listener has removed just now hears nothing more.
    for (const listener of this.#listeners) {
      try {
        listener(update)
      } catch (error) {
        this.#failed(error)
      }
    }
  }
}
