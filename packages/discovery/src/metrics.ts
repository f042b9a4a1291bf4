/** A source whose searches are counted: the same to whoever uses it. */
import { zeros } from '@pex/core'
import type { Discovery, Metrics } from '@pex/core'

/**
 * Counts the searches of a source, under the name that the application gives it: `lan`, `dns`, ... Several sources may share a
 * metrics object, and a name. The source as it is, where nobody wants to know.
 */
export function measured(source: Discovery, name: string, metrics: Metrics | undefined): Discovery {
  if (metrics === undefined) return source
  const group = (what: string, help: string): ((count?: number) => void) => {
    const counter = metrics.registerCounterGroup(`pex_discovery_${what}_total`, { label: 'source', help })
    counter.increment(zeros([name]))
    return (count = 1) => counter.increment({ [name]: count })
  }
  const searches = group('searches', 'Searches that were begun')
  const found = group('found', 'Peers that were found')
  const failures = group('failures', 'Searches that failed')
  const counted: Discovery = {
    async *findPeers(namespace, options) {
      searches()
      try {
        for await (const peer of source.findPeers(namespace, options)) {
          found()
          yield peer
        }
      } catch (error) {
        failures()
        throw error
      }
    }
  }
  // Left out, it means something of its own.
  if (source.advertise !== undefined) {
    const advertised = group('advertisements', 'Times that this host made itself findable')
    counted.advertise = async (namespace, options) => {
      const ms = await source.advertise!(namespace, options)
      advertised()
      return ms
    }
  }
  return counted
}
