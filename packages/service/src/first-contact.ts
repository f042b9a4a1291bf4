/**
 * First contact for a round that found nobody: the host's bootstrap peers in random order, then each discovery source.
 */
import { shuffle } from '@pex/core'
import type { Clock, Contact, Discovery, Found, Rng } from '@pex/core'

/** Several sources as one; a source that fails has found nobody, and the next one is asked. */
export function firstContact(
  bootstrap: readonly Contact[],
  sources: readonly Discovery[],
  rng: Rng
): Discovery {
  return {
    async *findPeers(namespace: string, { signal }: { signal: AbortSignal }): AsyncIterable<Found> {
      yield* shuffle(rng, [...bootstrap])
      for (const source of sources) {
        if (signal.aborted) return
        try {
          yield* source.findPeers(namespace, { signal })
        } catch {
          // The next source may know somebody.
        }
      }
    }
  }
}

/** Keeps this host findable: advertises in a source, again and again after the ms that it names, until stopped. */
export function keepAdvertised(
  source: Discovery,
  namespace: string,
  { clock, retryMs }: { clock: Clock; retryMs: number }
): () => void {
  const stopped = new AbortController()
  let cancel = (): void => {}

  const again = async (): Promise<void> => {
    const ttl = await source.advertise?.(namespace, { signal: stopped.signal }).catch(() => retryMs)
    if (ttl !== undefined && !stopped.signal.aborted)
      cancel = clock.after(Math.max(ttl, 1), () => void again())
  }

  void again()
  return () => {
    stopped.abort()
    cancel()
  }
}
