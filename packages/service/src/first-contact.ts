/**
 * First contact for a round that found nobody: some of the host's bootstrap peers in random order, each discovery
 * source, then the other bootstrap peers.
 */
import { limits, shuffle } from '@pex/core'
import type { Clock, Contact, Discovery, Found, Rng } from '@pex/core'

/** Several sources as one; a source that fails has found nobody, and the next one is asked. */
export function firstContact(
  bootstrap: readonly Contact[],
  sources: readonly Discovery[],
  rng: Rng
): Discovery {
  return {
    async *findPeers(namespace: string, { signal }: { signal: AbortSignal }): AsyncIterable<Found> {
      const known = shuffle(rng, [...bootstrap])
      // However many bootstrap peers are dead: half of what a round can try is for the sources.
      yield* known.splice(0, limits.contactsPerRound / 2)
      for (const source of sources) {
        if (signal.aborted) return
        try {
          yield* source.findPeers(namespace, { signal })
        } catch {
          // The next source may know somebody.
        }
      }
      yield* known
    }
  }
}

/** Shortest and longest wait between two advertisements, ms, whatever a source says: guess, and what timers can hold. */
const MIN_WAIT_MS = 1_000
const MAX_WAIT_MS = 2 ** 31 - 1

/** Keeps this host findable: advertises in a source, again and again after the ms that it names, until stopped. */
export function keepAdvertised(
  source: Discovery,
  namespace: string,
  { clock, retryMs }: { clock: Clock; retryMs: number }
): () => void {
  if (source.advertise === undefined) return () => {}
  const stopped = new AbortController()
  let cancel = (): void => {}

  const again = async (): Promise<void> => {
    const wait = (await advertised(source, namespace, stopped.signal)) ?? retryMs
    const bounded = Math.min(Math.max(wait, MIN_WAIT_MS), MAX_WAIT_MS)
    if (!stopped.signal.aborted) cancel = clock.after(bounded, () => void again())
  }

  void again()
  return () => {
    stopped.abort()
    cancel()
  }
}

/** What the source names as the wait, if it works and names one. */
async function advertised(
  source: Discovery,
  namespace: string,
  signal: AbortSignal
): Promise<number | undefined> {
  try {
    const ttl = await source.advertise?.(namespace, { signal })
    return Number.isNaN(ttl) ? undefined : ttl
  } catch {
    return undefined
  }
}
