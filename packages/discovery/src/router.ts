/** Which source is asked depends on the namespace (casm's boot.Namespace). */
import type { Discovery } from '@pex/core'

/** Chooses by name: text that the namespace has to begin with, or a test of it. */
export type NamespaceMatcher = string | RegExp | ((namespace: string) => boolean)

/** A matcher and the source for the namespaces that it matches. */
export type Route = readonly [matcher: NamespaceMatcher, source: Discovery]

/** The source of the first matching route; for other namespaces `otherwise`, or nobody. */
export function routed(routes: readonly Route[], otherwise?: Discovery): Discovery {
  const sourceFor = (namespace: string): Discovery | undefined =>
    routes.find(([matcher]) => matches(matcher, namespace))?.[1] ?? otherwise
  return {
    async *findPeers(namespace, options) {
      const source = sourceFor(namespace)
      if (source !== undefined) yield* source.findPeers(namespace, options)
    },
    advertise: async (namespace, options) =>
      (await sourceFor(namespace)?.advertise?.(namespace, options)) ?? Infinity
  }
}

function matches(matcher: NamespaceMatcher, namespace: string): boolean {
  if (typeof matcher === 'function') return matcher(namespace)
  // A sticky or global expression would remember where it stopped the last time.
  return typeof matcher === 'string' ? namespace.startsWith(matcher) : namespace.search(matcher) >= 0
}
