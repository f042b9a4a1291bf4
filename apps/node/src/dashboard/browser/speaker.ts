/** What is said aloud to those who do not see the page: that peers came and went, and not more often than one can listen to. */
import { byId, setText } from './dom.ts'
import { plural } from './format.ts'

const PAUSE_MS = 30_000

export class Speaker {
  #came = 0
  #went = 0
  #size: number | undefined
  #spokenAt = 0

  view(size: number, came: number, went: number): void {
    this.#size = size
    this.#came += came
    this.#went += went
  }

  /** A second is over. */
  step(): void {
    if (this.#size === undefined || performance.now() - this.#spokenAt < PAUSE_MS) return
    const changes = [
      ...(this.#came > 0 ? [`${plural(this.#came, 'peer')} came`] : []),
      ...(this.#went > 0 ? [`${plural(this.#went, 'peer')} went`] : [])
    ]
    setText(byId('status'), [`${plural(this.#size, 'peer')} in view`, ...changes].join(', '))
    this.#spokenAt = performance.now()
    this.#size = undefined
    this.#came = 0
    this.#went = 0
  }
}
