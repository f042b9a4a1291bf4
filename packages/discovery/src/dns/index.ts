/**
 * First contact by name: dnsaddr texts, services and addresses, asked again when they may have changed.
 *
 * @packageDocumentation
 */
import { abortError, PexError } from '@pex/core'
import type { Clock, Contact, Discovery, Rng } from '@pex/core'
import { systemResolver } from '../platform/resolver.ts'
import { bounds } from '../bounds.ts'
import { systemClock, systemRng } from '../system.ts'
import type { DnsResolver } from './resolver.ts'
import { walk } from './walk.ts'

export type { AddressRecord, DnsResolver, ServiceRecord } from './resolver.ts'

export interface DnsInit {
  /** The name, such as `pex.default.svc.cluster.local`, or of a service, such as `_pex._tcp.example.com`. */
  readonly name: string
  /** The port behind A and AAAA records. @default none: only records that name a port count */
  readonly port?: number | undefined
  /** The multiaddr of an IP address and a port, for records that say no more. @default `/ip4/<ip>/tcp/<port>`, or udp for a service `_…._udp.…` */
  readonly toAddress?: ((ip: string, port: number) => string) | undefined
  /** @default `node:dns/promises` */
  readonly resolver?: DnsResolver | undefined
  readonly clock?: Clock | undefined
  readonly rng?: Rng | undefined
}

/**
 * The peers behind a name, in random order, the same for every namespace. What DNS said is kept for its ttl (5 s to 1 h; 30 s
 * where it is not known), and asked anew by the first search after that. Fails with `PEX_UNREACHABLE` where DNS itself failed
 * and nothing was found; throws `PEX_INVALID_PARAMETER` for what is no name or no port.
 */
export function dns(init: DnsInit): Discovery {
  const { name, port, toAddress = addressOf(init.name) } = init
  const { resolver = systemResolver, clock = systemClock, rng = systemRng } = init
  if (name.length > 253 || !/^[\w-]+(?:\.[\w-]+)*\.?$/.test(name))
    throw new PexError('PEX_INVALID_PARAMETER', `"${name}" is not a name in DNS`)
  if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65_535))
    throw new PexError('PEX_INVALID_PARAMETER', `${port} is not a port`)
  let kept: { readonly contacts: readonly Contact[]; readonly until: number } | undefined

  return {
    async *findPeers(_namespace, { signal }) {
      if (signal.aborted) return
      if (kept === undefined || kept.until <= clock.now()) {
        const answers = await within(clock, signal, both =>
          walk({ name, port, toAddress }, resolver, rng, both)
        )
        const { contacts, ttlMs, failure } = answers
        if (signal.aborted) throw abortError(signal)
        if (contacts.length === 0 && failure !== undefined)
          throw new PexError('PEX_UNREACHABLE', `DNS did not answer for ${name}`, { cause: failure })
        // Nobody there yet: a name can come to life at any moment.
        kept = { contacts, until: clock.now() + (contacts.length > 0 ? ttlMs : bounds.minDnsTtlMs) }
      }
      yield* kept.contacts
    }
  }
}

/** Runs the work with a deadline, which the given clock keeps. */
async function within<T>(
  clock: Clock,
  signal: AbortSignal,
  work: (both: AbortSignal) => Promise<T>
): Promise<T> {
  const late = new AbortController()
  const cancel = clock.after(bounds.dnsTimeoutMs, () =>
    late.abort(new PexError('PEX_TIMEOUT', 'DNS did not answer in time'))
  )
  try {
    return await work(AbortSignal.any([signal, late.signal]))
  } finally {
    cancel()
  }
}

function addressOf(name: string): (ip: string, port: number) => string {
  const carrier = /^_[^.]+\._udp\./i.test(name) ? 'udp' : 'tcp'
  return (ip, port) => `/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}/${carrier}/${port}`
}
