/**
 * Recovery memory: a few peers that stopped answering, kept outside the view. The view is for sampling and should be rid
 * of the dead quickly; whoever forgets everybody on the other side of a split can never rejoin it. Two jobs, two stores.
 */
import type { Entry } from './descriptor.ts'
import { limits } from './limits.ts'
import { below } from './random.ts'
import type { Rng } from './random.ts'

export class RecoveryMemory {
  // Bounded by limits.recoverySize; only peers that were in the view come here.
  #entries: Entry[] = []

  get entries(): readonly Entry[] {
    return this.#entries
  }

  /** Keeps a peer that stopped answering; when full, in the place of a random other one. */
  keep(entry: Entry, rng: Rng): void {
    this.forget(entry.record.id)
    if (this.#entries.length < limits.recoverySize) this.#entries.push(entry)
    else this.#entries[below(rng, this.#entries.length)] = entry
  }

  /** A random peer to try, if there is any. */
  pick(rng: Rng): Entry | undefined {
    return this.#entries[below(rng, this.#entries.length)]
  }

  /** Lets a peer go: it has answered, is in the view again, or has proved to be wrong. */
  forget(id: string): void {
    const place = this.#entries.findIndex(({ record }) => record.id === id)
    if (place >= 0) this.#entries.splice(place, 1)
  }
}
