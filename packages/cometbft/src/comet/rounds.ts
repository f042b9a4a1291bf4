/** Something done again and again, and now and then out of turn; never twice at one instant, and never after its end. */
import type { Clock } from '@pex/core'

export class Rounds {
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #round: (isFast: boolean) => void
  #cancel: (() => void) | undefined
  #cancelFast: (() => void) | undefined

  constructor(clock: Clock, everyMs: number, round: (isFast: boolean) => void) {
    this.#clock = clock
    this.#everyMs = everyMs
    this.#round = round
  }

  start(firstMs: number): void {
    this.#cancel = this.#clock.after(firstMs, () => {
      this.start(this.#everyMs)
      this.#round(false)
    })
  }

  /** One round more, as soon as whoever asks for it is done; many askers get one. */
  fast(): void {
    this.#cancelFast ??= this.#clock.after(0, () => {
      this.#cancelFast = undefined
      this.#round(true)
    })
  }

  stop(): void {
    this.#cancel?.()
    this.#cancelFast?.()
  }
}
