/** What a switch asks of the world: streams of bytes to a place, and from strangers. */
import type { Duplex } from '@pex/mconnection'

/** A literal IP address and a TCP port. */
export interface Place {
  readonly ip: string
  readonly port: number
}

export interface CarrierListener {
  /** Where it listens, as bound. */
  readonly place: Place
  close(): Promise<void>
}

/** TCP (`@pex/switch/tcp`), or a network in memory (`streamNetwork` of `@pex/testkit`). */
export interface Carrier {
  /** Fails with a `PexError`: `PEX_UNREACHABLE`, `PEX_TIMEOUT`, `PEX_ABORTED`. */
  dial(to: Place, options: { readonly signal: AbortSignal }): Promise<Duplex>
  /** Fails with a `PexError` where it cannot listen there. */
  listen(at: Place, onConnection: (stream: Duplex, from: Place) => void): Promise<CarrierListener>
}
