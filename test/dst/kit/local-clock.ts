/**
 * The clock of one host: it may be ahead or behind, jump, and run fast or slow. As on a real machine, timers follow its rate
 * and not its jumps.
 */
import type { Clock } from '@pex/core'

export class LocalClock implements Clock {
  readonly #base: Clock
  #since: number
  #shown: number
  #rate = 1

  constructor(base: Clock) {
    this.#base = base
    this.#since = base.now()
    this.#shown = this.#since
  }

  now(): number {
    return Math.floor(this.#shown + (this.#base.now() - this.#since) * this.#rate)
  }

  after(ms: number, callback: () => void): () => void {
    return this.#base.after(Math.max(0, ms) / this.#rate, callback)
  }

  /** Set on by so many ms; back, where they are below 0. */
  jump(ms: number): void {
    this.#anchor()
    this.#shown += ms
  }

  /** Seconds that it counts in one second. */
  set rate(rate: number) {
    this.#anchor()
    this.#rate = rate
  }

  /** Set right, as by a time server. */
  correct(): void {
    this.#rate = 1
    this.#since = this.#base.now()
    this.#shown = this.#since
  }

  #anchor(): void {
    this.#shown = this.now()
    this.#since = this.#base.now()
  }
}
