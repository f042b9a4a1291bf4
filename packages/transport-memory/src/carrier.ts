/**
 * How hosts, exchanges and the network see each other: types only.
 */
import type { Clock, Contact, Handler, PexError } from '@pex/core'

/** A message's sender or receiver. */
export interface End {
  readonly id: string
  readonly dead: boolean
}

/** One message on its way. */
export interface Message {
  readonly kind: 'requests' | 'answers' | 'refusals' | 'resets'
  /** Unknown where nobody lives at an address: then only chance can lose the message. */
  readonly from: End | undefined
  readonly to: End | undefined
  readonly bytes: number
}

/** A host, as the network and exchanges see it. */
export interface Host extends End {
  dead: boolean
  /** Where it listens while it runs. */
  readonly listens: readonly string[]
  /** Its own questions under way. */
  readonly asking: Set<{ fail(error: PexError): void }>
  /** The questions of others that it is about to answer. */
  readonly serving: Set<{ stop(): void }>
  handlerOf(protocol: string): Handler | undefined
}

/** What hosts and exchanges need of the network. */
export interface Carrier {
  readonly clock: Clock
  register(host: Host): void
  unregister(host: Host): void
  /** The running host that a contact leads to. */
  find(contact: Contact): Host | undefined
  copies(): number
  /** Sends a message; `arrived` is called unless it is lost. Returns the way to take it back. */
  send(message: Message, arrived: () => void): () => void
}
