/**
 * A small protocol to test: every host says now and then that it is there, and everybody counts who has said so lately.
 */
import type { Host } from '@pex/host'
import { fromString } from 'uint8arrays/from-string'
import { toString } from 'uint8arrays/to-string'

/** How long somebody counts as present, ms. */
const PRESENT_MS = 60_000
/** Ids that are remembered, most; whoever writes chooses them. */
const MAX_IDS = 10_000

export class Presence {
  readonly #host: Host
  readonly #now: () => number
  /** When each was heard of last. Bounded by `MAX_IDS`. */
  readonly #heard = new Map<string, number>()

  constructor(host: Host, now: () => number = Date.now) {
    this.#host = host
    this.#now = now
    host.subscribe('presence', {
      priority: 'low',
      maxBytes: 128,
      validate: ({ payload }) => this.#hear(toString(payload))
    })
  }

  /** Says that this host is there; to be called now and then. */
  announce(): void {
    this.#host.broadcast('presence', fromString(this.#host.id))
  }

  /** Who has been heard of lately. */
  get present(): readonly string[] {
    const since = this.#now() - PRESENT_MS
    return [...this.#heard].filter(([, at]) => at > since).map(([id]) => id)
  }

  #hear(id: string): 'valid' | 'invalid' | 'ignore' {
    if (!/^[1-9A-HJ-NP-Za-km-z]{20,100}$/.test(id)) return 'invalid'
    if (this.#heard.size >= MAX_IDS && !this.#heard.has(id)) return 'ignore'
    this.#heard.set(id, this.#now())
    return 'valid'
  }
}
