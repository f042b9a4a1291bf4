/**
 * Which addresses this host calls. A record is its signer's word, and may name anybody's address: neither a private network's
 * nor a victim's is called for it (threats T18 and T19).
 */
import type { NetworkScope } from '@pex/core'
import { formatAddress } from './address.ts'
import type { Address } from './address.ts'

/** Keeps count of calls; `VictimCap` of `@pex/swarm` is one. */
export interface CallCap {
  /** Takes one call of the address for the id, ms since the epoch; or says why there is to be none now. */
  take(id: string, address: string, now: number): string | undefined
  /** A call that was taken has failed. */
  failed(id: string, address: string, now: number): void
  /** The id has been at the address. */
  prove(id: string, address: string): void
}

export class Manners {
  readonly #scope: NetworkScope
  readonly #cap: CallCap | undefined

  constructor(scope: NetworkScope, cap: CallCap | undefined) {
    this.#scope = scope
    this.#cap = cap
  }

  /** Why the address is not to be called now, if so. What the operator has named is called at any time. */
  refusal(now: number, id: string | undefined, { host, port }: Address): string | undefined {
    const address = formatAddress(host, port)
    if (!this.#scope.allows(address)) return `no address of the ${this.#scope.current} network`
    return id === undefined || this.#scope.isConfigured(address)
      ? undefined
      : this.#cap?.take(id, address, now)
  }

  failed(now: number, id: string | undefined, { host, port }: Address): void {
    if (id !== undefined) this.#cap?.failed(id, formatAddress(host, port), now)
  }

  proved(id: string, { host, port }: Address): void {
    this.#cap?.prove(id, formatAddress(host, port))
  }
}
