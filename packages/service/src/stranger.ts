/**
 * A host without a past whose bootstrap peers did not answer at once: others that are as new may find it meanwhile, and as
 * long as one of them answers nobody else would be asked. Islands of newcomers would never hear of the network, and a
 * hostile host that was the first to find a newcomer would keep it for itself. So one of the bootstrap peers is asked after
 * each round, and after some rounds now and then, until one has answered.
 */
import { below } from '@pex/core'
import type { Contact, Rng } from '@pex/core'

/** Rounds after each of which one is asked. Guess: a bootstrap peer that restarts is back by then. */
const ROUNDS = 16
/** From then on one is asked after every so many rounds. Guess: little beside the questions of a round, and no night long. */
const SELDOM = 16

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
  #isOver: boolean
  #rounds = 0
  #isAsking = false

  constructor(parts: StrangerParts) {
    this.#parts = parts
    this.#isOver = parts.contacts.length === 0
  }

  /** A round is over; it has reached that peer, or nobody. */
  roundOver(reached: string | undefined): void {
    if (this.#isOver || this.#isAsking) return
    if (reached !== undefined && this.#isContact(reached)) this.#isOver = true
    else if (this.#parts.view().some(id => !this.#isContact(id)) && this.#isDue()) void this.#ask()
  }

  #isDue(): boolean {
    this.#rounds++
    return this.#rounds <= ROUNDS || this.#rounds % SELDOM === 0
  }

  #isContact(peer: string): boolean {
    return this.#parts.contacts.some(({ id }) => id === peer)
  }

  async #ask(): Promise<void> {
    const { contacts, rng, ask } = this.#parts
    this.#isAsking = true
    const reached = await ask([contacts[below(rng, contacts.length)]!])
    this.#isAsking = false
    if (reached !== undefined) this.#isOver = true
  }
}
