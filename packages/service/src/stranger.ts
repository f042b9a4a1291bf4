/**
 * A host without a past whose bootstrap peers did not answer at once: others that are as new may find it meanwhile, and as
 * long as one of them answers nobody else would be asked. Islands of newcomers would never hear of the network. So one of
 * the bootstrap peers is asked after each round, until one has answered.
 */
import { below } from '@pex/core'
import type { Contact, Rng } from '@pex/core'

/** Rounds for which it goes on. Guess: a bootstrap peer that restarts is back by then. */
const ROUNDS = 16

export interface StrangerParts {
  readonly contacts: readonly Contact[]
  readonly rng: Rng
  /** Who is known: who knows nobody else asks the bootstrap peers anyway. */
  readonly view: () => readonly string[]
  /** Runs a round with these contacts; resolves to whom it reached. */
  readonly ask: (contacts: readonly Contact[]) => Promise<string | undefined>
}

export class Stranger {
  readonly #parts: StrangerParts
  #left: number
  #isAsking = false

  constructor(parts: StrangerParts) {
    this.#parts = parts
    this.#left = parts.contacts.length === 0 ? 0 : ROUNDS
  }

  /** A round is over; it has reached that peer, or nobody. */
  roundOver(reached: string | undefined): void {
    if (this.#left === 0 || this.#isAsking) return
    if (reached !== undefined && this.#isContact(reached)) this.#left = 0
    else if (this.#parts.view().some(id => !this.#isContact(id))) void this.#ask()
  }

  #isContact(peer: string): boolean {
    return this.#parts.contacts.some(({ id }) => id === peer)
  }

  async #ask(): Promise<void> {
    const { contacts, rng, ask } = this.#parts
    this.#left--
    this.#isAsking = true
    const reached = await ask([contacts[below(rng, contacts.length)]!])
    this.#isAsking = false
    if (reached !== undefined) this.#left = 0
  }
}
