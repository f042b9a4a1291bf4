/**
 * What DNS says of a name, as contacts: `dnsaddr` texts (multiaddr's DNS specification) with whatever they lead to, services
 * (RFC 2782; what a Kubernetes headless service gives), and addresses. Records are strangers' words: how many names are
 * followed, how many records are taken and how deep it goes is bounded.
 */
import { shuffle } from '@pex/core'
import type { Contact, Rng } from '@pex/core'
import { parseContact } from '@pex/record'
import { bounds } from '../bounds.ts'
import type { DnsResolver, ServiceRecord } from './resolver.ts'

/** What is asked for. */
export interface DnsName {
  readonly name: string
  /** The port behind addresses that come without one. */
  readonly port?: number | undefined
  /** The multiaddr of an IP address and a port. */
  readonly toAddress: (ip: string, port: number) => string
}

/** What was found, and for how long it holds. */
export interface Answers {
  readonly contacts: readonly Contact[]
  readonly ttlMs: number
  /** The first failure that was not "there is no such record". */
  readonly failure: unknown
}

/** Looks everything up. Never rejects; a query that fails or takes too long has given nothing. */
export async function walk(
  wanted: DnsName,
  resolver: DnsResolver,
  rng: Rng,
  signal: AbortSignal
): Promise<Answers> {
  const walker = new Walker(wanted, resolver, rng, signal)
  await walker.run()
  return walker
}

/** One look-up, from its first query to its last. */
class Walker implements Answers {
  // Bounded by `maxDnsFound`; the zone chooses what is in it.
  readonly contacts: Contact[] = []
  ttlMs: number = bounds.maxDnsTtlMs
  failure: unknown
  readonly #wanted: DnsName
  readonly #resolver: DnsResolver
  readonly #rng: Rng
  readonly #signal: AbortSignal
  #names = 0

  constructor(wanted: DnsName, resolver: DnsResolver, rng: Rng, signal: AbortSignal) {
    this.#wanted = wanted
    this.#resolver = resolver
    this.#rng = rng
    this.#signal = signal
  }

  async run(): Promise<void> {
    const { name, port } = this.#wanted
    // A name that begins with an underscore is that of a service, and of nothing else.
    if (name.startsWith('_')) await this.#services(name)
    else {
      await Promise.all([this.#texts(name, undefined, 0), this.#services(name)])
      if (port !== undefined) await this.#hosts(name, port)
    }
    this.ttlMs = Math.max(this.ttlMs, bounds.minDnsTtlMs)
  }

  async #texts(name: string, peer: string | undefined, depth: number): Promise<void> {
    const records = await this.#query(() => this.#resolver.resolveTxt(`_dnsaddr.${name}`))
    if (records.length > 0) this.#holds(bounds.unknownDnsTtlMs)
    for (const pieces of records) {
      const text = pieces.join('')
      if (!text.startsWith('dnsaddr=/')) continue
      const contact = parse(text.slice('dnsaddr='.length))
      // Whoever asked for one peer of a name gets no other.
      if (contact === undefined || (peer !== undefined && contact.id !== peer)) continue
      await this.#follow(contact, depth)
    }
  }

  async #follow(contact: Contact, depth: number): Promise<void> {
    const [, protocol, name, ...rest] = contact.addresses[0]?.split('/') ?? []
    if (protocol !== 'dnsaddr') this.#found(contact)
    else if (name !== undefined && rest.length === 0 && depth < bounds.maxDnsaddrDepth)
      await this.#texts(name, contact.id, depth + 1)
  }

  async #services(name: string): Promise<void> {
    const records = await this.#query(() => this.#resolver.resolveSrv(name))
    if (records.length > 0) this.#holds(bounds.unknownDnsTtlMs)
    for (const { name: host, port } of byPriority(records)) await this.#hosts(host, port)
  }

  async #hosts(name: string, port: number): Promise<void> {
    const [four, six] = await Promise.all([
      this.#query(() => this.#resolver.resolve4(name, { ttl: true })),
      this.#query(() => this.#resolver.resolve6(name, { ttl: true }), 0)
    ])
    for (const { address, ttl } of [...four, ...six]) {
      this.#holds(ttl * 1000)
      this.#found({ addresses: [this.#wanted.toAddress(address, port)] })
    }
  }

  #found(contact: Contact): void {
    if (this.contacts.length < bounds.maxDnsFound) this.contacts.push(contact)
  }

  #holds(ms: number): void {
    // A resolver's number need not be one.
    if (ms < this.ttlMs) this.ttlMs = ms
  }

  /** The records in random order; none where there are none, where too much has been asked, or where nobody answers. */
  async #query<T>(ask: () => Promise<readonly T[]>, cost: number = 1): Promise<readonly T[]> {
    this.#names += cost
    // One name can have records of three kinds.
    if (this.#names > 3 * bounds.maxNames || this.#signal.aborted) return []
    try {
      const records = await untilAborted(ask(), this.#signal)
      return shuffle(this.#rng, [...records]).slice(0, bounds.maxDnsRecords)
    } catch (error) {
      if (!isAbsent(error)) this.failure ??= error
      return []
    }
  }
}

/** The hosts that are to be asked first, first; those of one priority stay in the order of chance. */
function byPriority(records: readonly ServiceRecord[]): ServiceRecord[] {
  return records.toSorted((a, b) => a.priority - b.priority)
}

function parse(text: string): Contact | undefined {
  try {
    return parseContact(text)
  } catch {
    return undefined
  }
}

/** There is no such name, or no such record: an answer like any other. */
function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA')
}

/** Settles like the promise, or rejects when the signal is aborted. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
