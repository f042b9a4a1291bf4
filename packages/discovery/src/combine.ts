/** Several sources as one. */
import { PexError } from '@pex/core'
import type { Discovery, Found } from '@pex/core'

/** One source after the other, until one of them has found somebody. A source that fails has found nobody. */
export function firstOf(...sources: readonly Discovery[]): Discovery {
  return {
    async *findPeers(namespace, { signal }) {
      for (const source of sources) {
        let found = false
        for await (const peer of quietly(source, namespace, signal)) {
          found = true
          yield peer
        }
        if (found || signal.aborted) return
      }
    },
    advertise: (namespace, options) => advertiseAll(sources, namespace, options)
  }
}

/** All sources at once, each peer as it comes, once. A source that fails has found nobody. */
export function allOf(...sources: readonly Discovery[]): Discovery {
  return {
    findPeers: (namespace, { signal }) => merged(sources, namespace, signal),
    advertise: (namespace, options) => advertiseAll(sources, namespace, options)
  }
}

async function* merged(
  sources: readonly Discovery[],
  namespace: string,
  signal: AbortSignal
): AsyncIterable<Found> {
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  type Turn = { readonly from: AsyncIterator<Found>; readonly result: IteratorResult<Found> }
  const next = async (from: AsyncIterator<Found>): Promise<Turn> => ({ from, result: await from.next() })
  const turns = new Map<AsyncIterator<Found>, Promise<Turn>>()
  for (const source of sources) {
    const from = quietly(source, namespace, both)[Symbol.asyncIterator]()
    turns.set(from, next(from))
  }
  // As many keys as the sources find peers in one search; the search ends with its caller.
  const seen = new Set<string>()
  try {
    while (turns.size > 0) {
      const { from, result } = await Promise.race(turns.values())
      if (result.done === true) {
        turns.delete(from)
        continue
      }
      turns.set(from, next(from))
      const { id, addresses } = result.value
      const key = id ?? addresses.join(' ')
      if (seen.has(key)) continue
      seen.add(key)
      yield result.value
    }
  } finally {
    stop.abort()
    for (const from of turns.keys()) void from.return?.()
  }
}

async function* quietly(source: Discovery, namespace: string, signal: AbortSignal): AsyncIterable<Found> {
  if (signal.aborted) return
  try {
    yield* source.findPeers(namespace, { signal })
  } catch {
    // Another source may know somebody.
  }
}

/** Advertises in every source that can, and again as soon as the first of them wants. Fails where all of them fail. */
async function advertiseAll(
  sources: readonly Discovery[],
  namespace: string,
  options: { signal: AbortSignal }
): Promise<number> {
  const able = sources.filter(source => source.advertise !== undefined)
  // Nobody has to be told again of what nobody was told.
  if (able.length === 0) return Infinity
  const ends = await Promise.allSettled(able.map(source => source.advertise!(namespace, options)))
  const waits = ends.flatMap(end => (end.status === 'fulfilled' ? [end.value] : []))
  if (waits.length > 0) return Math.min(...waits)
  const causes = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as unknown] : []))
  throw new PexError('PEX_UNREACHABLE', 'none of the sources could be advertised in', { cause: causes[0] })
}
