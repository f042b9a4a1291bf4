/**
 * Looks names up, IPv4 first. The system's resolver libraries answer few questions at once and wait long for servers that are
 * silent, so names that may be in the DNS are asked there directly; what it does not know may still be in the hosts file.
 */
import { lookup, Resolver } from 'node:dns/promises'
import type { Resolve } from '@pex/cometbft'

/** One try, ms; two of them fit into the time that a probe gives. */
const tryMs = 1_200

export function systemResolve(): Resolve {
  const resolver = new Resolver({ timeout: tryMs, tries: 2 })
  return async name => {
    // A name of one part is one of this site: a container's, say.
    if (!name.includes('.')) return systemOwn(name)
    const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    const found = [four, six].flatMap(each => (each.status === 'fulfilled' ? each.value : []))
    if (found.length > 0) return found
    const reason: unknown = four.status === 'rejected' ? four.reason : undefined
    const { code } = (reason ?? {}) as { code?: unknown }
    if (code === 'ENOTFOUND' || code === 'ENODATA' || code === 'ECONNREFUSED') return systemOwn(name)
    throw reason
  }
}

async function systemOwn(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true, order: 'ipv4first' })
  return found.map(({ address }) => address)
}
