/**
 * Where this host listens: one address after the other, and it is enough that one of them works. Addresses that stand for all
 * interfaces are spelled out from the interfaces that there are, looked up once a minute at most.
 */
import { PexError } from '@pex/core'
import type { Clock } from '@pex/core'

/** One thing listened at. */
export interface Listener {
  /** As bound: with the port that the system has chosen. */
  readonly addresses: readonly string[]
  close(): Promise<void>
}

export interface ListeningParts<C> {
  readonly clock: Clock
  /** Listens at one address; callers go to `accept`. Fails where that cannot be done. */
  readonly listen?: ((address: string, accept: (raw: C) => void) => Promise<Listener>) | undefined
  /** The IP addresses of this host's interfaces. @default none: nothing is spelled out */
  readonly interfaces?: (() => readonly string[]) | undefined
}

/** How long the spelled-out addresses are kept, ms; from go-libp2p-swarm. */
const CACHE_MS = 60_000

export class Listening<C> {
  readonly #parts: ListeningParts<C>
  // Bounded by the addresses that this host's own code listens at.
  readonly #listeners = new Set<Listener>()
  #cache: { readonly at: number; readonly addresses: readonly string[] } | undefined

  constructor(parts: ListeningParts<C>) {
    this.#parts = parts
  }

  /** Listens at each address. Fails, with every cause, only where none of them works. Resolves to what works. */
  async listen(addresses: readonly string[], accept: (raw: C) => void): Promise<readonly Listener[]> {
    const causes: unknown[] = []
    const works: Listener[] = []
    for (const address of addresses) {
      try {
        if (this.#parts.listen === undefined)
          throw new PexError('PEX_NO_TRANSPORT', `nothing of this host listens at ${address}`)
        const listener = await this.#parts.listen(address, accept)
        this.#listeners.add(listener)
        this.#cache = undefined
        works.push(listener)
      } catch (cause) {
        causes.push(cause)
      }
    }
    if (works.length > 0 || addresses.length === 0) return works
    const code = causes.every(cause => cause instanceof PexError && cause.code === 'PEX_NO_TRANSPORT')
      ? 'PEX_NO_TRANSPORT'
      : 'PEX_NO_ADDRESSES'
    const cause = causes.length === 1 ? causes[0] : new AggregateError(causes, 'nothing works')
    throw new PexError(code, `cannot listen at ${addresses.join(', ')}`, { cause })
  }

  /** As bound; a copy. */
  get addresses(): readonly string[] {
    return [...this.#listeners].flatMap(({ addresses }) => addresses)
  }

  /** With every interface spelled out; a copy. */
  get interfaceAddresses(): readonly string[] {
    const now = this.#parts.clock.now()
    if (this.#cache === undefined || now - this.#cache.at >= CACHE_MS)
      this.#cache = { at: now, addresses: this.#expand() }
    return [...this.#cache.addresses]
  }

  /** Closes one of them, or learns that it has closed. */
  async close(listener: Listener): Promise<void> {
    if (!this.#listeners.delete(listener)) return
    this.#cache = undefined
    await listener.close()
  }

  get listeners(): readonly Listener[] {
    return [...this.#listeners]
  }

  #expand(): readonly string[] {
    const interfaces = this.#parts.interfaces?.() ?? []
    return this.addresses.flatMap(address => {
      const every = /^\/(ip4|ip6)\/(?:0\.0\.0\.0|::)(\/.*)$/.exec(address)
      if (every === null || interfaces.length === 0) return [address]
      const family = interfaces.filter(ip => ip.includes(':') === (every[1] === 'ip6'))
      return family.map(ip => `/${every[1]}/${ip}${every[2]}`)
    })
  }
}
