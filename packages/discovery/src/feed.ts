/** Peers as they come in, for one search to take as it likes. */
import type { Clock, Found } from '@pex/core'
import { bounds } from './bounds.ts'

/** Holds what has come and not been taken yet; each peer once. */
export class Feed {
  // Bounded by `maxWaiting`: what comes while it is full is lost, as it could have been on its way.
  readonly #waiting: Found[] = []
  // Bounded by `maxSeen`; peers choose the keys, and beyond the bound nobody new is taken.
  readonly #seen = new Set<string>()
  #wake: (() => void) | undefined

  push(found: Found): void {
    const key = found.id ?? found.addresses.join(' ')
    if (this.#seen.has(key) || this.#seen.size >= bounds.maxSeen) return
    if (this.#waiting.length >= bounds.maxWaiting) return
    this.#seen.add(key)
    this.#waiting.push(found)
    this.#wake?.()
  }

  /** What has come and what comes within the next `ms`; ends early when the signal is aborted. */
  async *during(ms: number, clock: Clock, signal: AbortSignal): AsyncIterable<Found> {
    const end = clock.now() + ms
    while (!signal.aborted) {
      const found = this.#waiting.shift()
      if (found !== undefined) yield found
      else if (clock.now() >= end) return
      else await this.#something(end - clock.now(), clock, signal)
    }
  }

  /** Waits for a peer, the end of the time, or an abort. */
  #something(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    return pause(ms, clock, signal, wake => (this.#wake = wake))
  }
}

/** Waits for so many ms, or until the signal is aborted, or until somebody calls what `wakeable` is given. Never rejects. */
export function pause(
  ms: number,
  clock: Clock,
  signal: AbortSignal,
  wakeable?: (wake: () => void) => void
): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal.addEventListener('abort', done, { once: true })
    wakeable?.(done)
    if (signal.aborted) done()
  })
}
