/**
 * One signal out of several reasons to stop: time that is over, a signal from outside, and a word from inside.
 */
import { abortError, PexError } from '@pex/core'
import type { Clock } from '@pex/core'

export class Deadline {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal | undefined
  readonly #cancelTimer: () => void

  constructor(clock: Clock, ms: number, outer: AbortSignal | undefined) {
    this.#outer = outer
    this.#cancelTimer = clock.after(ms, () => {
      this.abort(new PexError('PEX_TIMEOUT', `no answer within ${ms} ms`))
    })
    if (outer?.aborted === true) this.#onOuter()
    else outer?.addEventListener('abort', this.#onOuter)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  abort(reason: PexError): void {
    this.#controller.abort(reason)
  }

  /** To be called when nobody waits any more: the timer and the listener go. */
  end(): void {
    this.#cancelTimer()
    this.#outer?.removeEventListener('abort', this.#onOuter)
  }

  readonly #onOuter = (): void => this.abort(abortError(this.#outer!))
}
