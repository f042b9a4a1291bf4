/**
 * Keeps a book on the disk: often at first, when every minute doubles what is known, then every two minutes as CometBFT does, and
 * soon after an offence, so that a crash forgets nobody who is shut out. A save that fails is tried again when the next is due.
 */
import type { Clock } from '@pex/core'

export interface BookKeeperInit {
  readonly clock: Clock
  readonly save: () => Promise<void>
  /** Hears of every save; with an error where it has failed. */
  readonly onSave: (error: unknown) => void
}

/** The first wait, and the longest, ms; each is twice the one before. The longest is CometBFT's (dumpAddressInterval). */
const FIRST_MS = 5_000
const LONGEST_MS = 120_000
/** Wait after an offence, ms. Guess: offenders with ever new ids must not keep the disk busy. */
const SOON_MS = 15_000

export class BookKeeper {
  readonly #init: BookKeeperInit
  #waitMs = FIRST_MS
  #due = Infinity
  #cancel: () => void = () => {}
  #saving: Promise<void> = Promise.resolve()
  #isRunning = false

  constructor(init: BookKeeperInit) {
    this.#init = init
  }

  start(): void {
    this.#isRunning = true
    this.#wait(FIRST_MS)
  }

  /** Something has happened that should not be lost. */
  soon(): void {
    if (this.#isRunning && this.#due > this.#init.clock.now() + SOON_MS) this.#wait(SOON_MS)
  }

  /** Saves for the last time; a failure is told, and no reason not to stop. */
  async stop(): Promise<void> {
    if (!this.#isRunning) return
    this.#isRunning = false
    this.#cancel()
    await this.#saving
    await this.#save()
  }

  #wait(ms: number): void {
    this.#cancel()
    this.#due = this.#init.clock.now() + ms
    this.#cancel = this.#init.clock.after(ms, () => {
      this.#due = Infinity
      this.#saving = this.#save().then(() => {
        if (!this.#isRunning || this.#due !== Infinity) return
        this.#waitMs = Math.min(LONGEST_MS, 2 * this.#waitMs)
        this.#wait(this.#waitMs)
      })
    })
  }

  async #save(): Promise<void> {
    try {
      await this.#init.save()
      this.#init.onSave(undefined)
    } catch (error) {
      this.#init.onSave(error)
    }
  }
}
