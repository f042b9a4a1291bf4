/** Waiting for news: whoever waits goes on when the bell rings. */
export class Bell {
  #next: PromiseWithResolvers<void> = Promise.withResolvers()

  /** Resolves when it rings next. */
  get rung(): Promise<void> {
    return this.#next.promise
  }

  ring(): void {
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }
}
