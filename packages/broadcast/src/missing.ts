/**
 * Messages that were announced and have not come: who has announced each, and when to ask the next of them. Each neighbour
 * has a share of its own, so that one that announces what does not exist fills that and nothing else.
 */
import { bounds } from './bounds.ts'
import type { Neighbour } from './neighbours.ts'

interface Missing {
  /** The first to announce it: it counts as that neighbour's. */
  readonly first: Neighbour
  /** Who can still be asked, in the order of announcing. Bounded by `announcers`. */
  readonly announcers: Set<Neighbour>
  /** Who has been asked, and has not sent it. Bounded by `announcers`. */
  readonly asked: Set<Neighbour>
  due: number
}

export class MissingMessages {
  // Bounded by `missingPerPeer` for each neighbour; keyed by ids that neighbours claim.
  readonly #missing = new Map<string, Missing>()
  #due = Infinity

  get size(): number {
    return this.#missing.size
  }

  /** When the next one is due, or earlier: what has come meanwhile is not looked for. */
  get due(): number {
    return this.#missing.size === 0 ? Infinity : this.#due
  }

  /** Notes who has what we lack; false where the announcer's share is used up. */
  announced(id: string, by: Neighbour, now: number): boolean {
    const missing = this.#missing.get(id)
    if (missing !== undefined) {
      // Who has been asked and says again that it has it, had no room for it: a promise that begins anew.
      if (missing.asked.delete(by)) by.brokenPromises++
      if (missing.announcers.size + missing.asked.size < bounds.announcers) missing.announcers.add(by)
      return true
    }
    const most = by.brokenPromises >= bounds.brokenPromises ? 1 : bounds.missingPerPeer
    if (by.missing >= most) return false
    by.missing++
    const due = now + bounds.graftMs
    this.#due = Math.min(this.#due, due)
    this.#missing.set(id, { first: by, announcers: new Set([by]), asked: new Set(), due })
    return true
  }

  /** It has come: whoever has announced it has it. */
  came(id: string): Iterable<Neighbour> {
    const missing = this.#missing.get(id)
    if (missing === undefined) return []
    this.#delete(id, missing)
    return [...missing.announcers, ...missing.asked]
  }

  /** Those whose time has come, each with the next to ask; with nobody where all have been asked in vain. */
  take(now: number): [id: string, next: Neighbour | undefined][] {
    const taken: [string, Neighbour | undefined][] = []
    this.#due = Infinity
    for (const [id, missing] of this.#missing) {
      if (missing.due <= now) taken.push([id, this.#next(id, missing, now)])
      if (this.#missing.has(id)) this.#due = Math.min(this.#due, missing.due)
    }
    return taken
  }

  #next(id: string, missing: Missing, now: number): Neighbour | undefined {
    const [next] = missing.announcers
    if (next === undefined) {
      this.#delete(id, missing)
      for (const neighbour of missing.asked) neighbour.brokenPromises++
      return undefined
    }
    missing.announcers.delete(next)
    missing.asked.add(next)
    missing.due = now + bounds.graftAgainMs
    return next
  }

  /** A neighbour is gone: it can be asked no more. */
  forget(neighbour: Neighbour): void {
    for (const [id, missing] of this.#missing) {
      missing.announcers.delete(neighbour)
      missing.asked.delete(neighbour)
      if (missing.announcers.size + missing.asked.size === 0) this.#delete(id, missing)
    }
  }

  #delete(id: string, { first }: Missing): void {
    this.#missing.delete(id)
    first.missing--
  }
}
