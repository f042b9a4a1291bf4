/**
 * Several transports as one: a host that can be called over each of them, and calls others over whichever leads to them.
 */
import { PexError } from '@pex/core'
import type { Answer, Contact, Handler, Transport } from '@pex/core'

/**
 * Joins transports: a request goes over the first that can reach the peer, in the order given; questions are served on all
 * of them. Throws `PEX_INVALID_PARAMETER` where there is none.
 *
 * They have to be of one host: each of them authenticates the same peer id.
 */
export function joinTransports(transports: readonly Transport[]): Transport {
  const [first, ...others] = transports
  if (first === undefined)
    throw new PexError('PEX_INVALID_PARAMETER', 'no transport to join; give one or more')
  return others.length === 0 ? first : new Carriers(transports)
}

class Carriers implements Transport {
  readonly #transports: readonly Transport[]

  constructor(transports: readonly Transport[]) {
    this.#transports = transports
  }

  /** Starts all of them, or none. */
  async start(): Promise<void> {
    const ends = await Promise.allSettled(this.#transports.map(transport => transport.start()))
    const failed = ends.find(end => end.status === 'rejected')
    if (failed === undefined) return
    await Promise.allSettled(this.#transports.map(transport => transport.stop()))
    throw failed.reason
  }

  async stop(): Promise<void> {
    await all(this.#transports.map(transport => transport.stop()))
  }

  addresses(): readonly string[] {
    return this.#transports.flatMap(transport => transport.addresses())
  }

  carries(address: string): boolean {
    return this.#transports.some(transport => transport.carries?.(address) ?? true)
  }

  watchAddresses(listener: () => void): () => void {
    const ends = this.#transports.map(transport => transport.watchAddresses(listener))
    return () => {
      for (const end of ends) end()
    }
  }

  announce(places: readonly { readonly inside: string; readonly outside: string }[]): void {
    for (const transport of this.#transports) transport.announce?.(places)
  }

  async request(
    to: Contact,
    protocol: string,
    body: Uint8Array,
    options: { signal: AbortSignal }
  ): Promise<Answer> {
    let first: unknown
    for (const transport of this.#transports) {
      try {
        return await transport.request(to, protocol, body, options)
      } catch (error) {
        if (!isUnreachable(error)) throw error
        first ??= error
      }
    }
    throw first
  }

  async handle(protocol: string, handler: Handler): Promise<void> {
    await all(this.#transports.map(transport => transport.handle(protocol, handler)))
  }

  async unhandle(protocol: string): Promise<void> {
    await all(this.#transports.map(transport => transport.unhandle(protocol)))
  }
}

/** Waits for all, whatever of it fails; rejects with the first failure. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(work)) if (end.status === 'rejected') throw end.reason
}

/** Another way may lead there; of every other failure it would be the same. */
function isUnreachable(error: unknown): boolean {
  return error instanceof PexError && error.code === 'PEX_UNREACHABLE'
}
