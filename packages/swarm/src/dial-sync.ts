/**
 * At most one dial of a peer at a time (go-libp2p-swarm's DialSync): callers join the one that is under way, and bring their
 * addresses with them. It belongs to nobody, so the first caller's leaving disturbs no other; when the last one has left,
 * answered or not, it ends.
 */
import { abortError, PexError } from '@pex/core'
import type { Contact } from '@pex/core'
import type { SwarmConnection } from './connection.ts'
import type { Wanted } from './connections.ts'
import { DialWorker } from './dial-worker.ts'
import type { WorkerParts } from './dial-worker.ts'

interface Shared<C, S> {
  readonly worker: DialWorker<C, S>
  callers: number
}

export class DialSync<C, S> {
  readonly #parts: WorkerParts<C, S>
  // Bounded by the callers that wait; keyed by the peers, or the addresses, that they want.
  readonly #dials = new Map<string, Shared<C, S>>()

  constructor(parts: WorkerParts<C, S>) {
    this.#parts = parts
  }

  /** Dials under way. */
  get size(): number {
    return this.#dials.size
  }

  isDialling(to: Contact): boolean {
    return this.#dials.has(keyOf(to.id, to.addresses))
  }

  /** Rejects with a `DialError`, or with what the signal's abort means. */
  async dial(
    peer: string | undefined,
    addresses: readonly string[],
    { signal, ...wanted }: Wanted & { signal: AbortSignal }
  ): Promise<SwarmConnection<C, S>> {
    const key = keyOf(peer, addresses)
    const shared = this.#dials.get(key) ?? { worker: new DialWorker(key, peer, this.#parts), callers: 0 }
    this.#dials.set(key, shared)
    shared.callers++
    const aborted = Promise.withResolvers<never>()
    const leave = (): void => aborted.reject(abortError(signal))
    signal.addEventListener('abort', leave, { once: true })
    try {
      if (signal.aborted) leave()
      const answered = shared.worker.request(addresses, wanted)
      answered.catch(() => {})
      return await Promise.race([answered, aborted.promise])
    } finally {
      aborted.promise.catch(() => {})
      signal.removeEventListener('abort', leave)
      if (--shared.callers === 0) this.#end(key, shared)
    }
  }

  /** Ends all of them. */
  stop(reason: PexError): void {
    for (const [key, { worker }] of this.#dials) {
      this.#dials.delete(key)
      worker.stop(reason)
    }
  }

  #end(key: string, shared: Shared<C, S>): void {
    if (this.#dials.get(key) === shared) this.#dials.delete(key)
    shared.worker.stop(new PexError('PEX_ABORTED', 'nobody waits for the dial any more'))
  }
}

/** What a dial is known by: who is wanted or, where nobody is named, whoever is there. */
function keyOf(peer: string | undefined, addresses: readonly string[]): string {
  return peer ?? addresses.toSorted().join(' ')
}
