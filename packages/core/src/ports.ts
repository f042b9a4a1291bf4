/**
 * What the world must provide: types only. Each port has a suite in `@pex/testkit` that its adapters pass.
 */
import type { PeerRecord } from './record.ts'
import type { Rejection } from './rejection.ts'

declare global {
  // What the ports need of the platform's own type, so that the core compiles without a platform; elsewhere both merge.
  interface AbortSignal {
    readonly aborted: boolean
    // oxlint-disable-next-line typescript/no-explicit-any -- it is so in every platform's types, and merging wants the same
    readonly reason: any
  }
}

/** How to reach a peer: by id where we know it (the transport then authenticates it), by address alone for a first contact. */
export interface Contact {
  readonly id?: string | undefined
  /** Multiaddrs in text form, best first. */
  readonly addresses: readonly string[]
}

/** An answer, and who gave it: `from` is authenticated by the transport. */
export interface Answer {
  readonly from: string
  readonly body: Uint8Array
}

/** Answers one request. `from` is authenticated by the transport; the signal is aborted when the deadline passes. */
export type Handler = (
  from: string,
  body: Uint8Array,
  options: { signal: AbortSignal }
) => Promise<Uint8Array>

/**
 * Bytes to a peer and back. One question, one answer, on every carrier.
 *
 * Bodies are at most `limits.maxMessageBytes`: a longer one is never sent, and never buffered when it comes.
 */
export interface Transport {
  start(): Promise<void>
  /** Ends every request under way (they fail with `PEX_ABORTED`) and refuses new ones. */
  stop(): Promise<void>
  /** The addresses under which this host can be reached now, as multiaddrs in text form. */
  addresses(): readonly string[]
  /** Whether this transport could call such an address at all; left out, it could call any. */
  carries?(address: string): boolean
  /** Calls the listener whenever `addresses()` may have changed; returns the way to stop that. */
  watchAddresses(listener: () => void): () => void
  /**
   * Tells which public places lead to addresses of this host, such as the ports of a router: all that there are now. As long
   * as it listens at the inner address, the outer one is among `addresses()`.
   */
  announce?(places: readonly { readonly inside: string; readonly outside: string }[]): void
  /**
   * Asks a peer. Fails with a `PexError`: `PEX_UNREACHABLE`, `PEX_UNSUPPORTED`, `PEX_TIMEOUT`, `PEX_ABORTED`, or
   * `PEX_INVALID_PARAMETER` for a body that is too long. With an id in the contact, an answer from anybody else is a
   * failure.
   */
  request(to: Contact, protocol: string, body: Uint8Array, options: { signal: AbortSignal }): Promise<Answer>
  /** Serves a protocol, one handler each; a second one for the same protocol replaces the first. */
  handle(protocol: string, handler: Handler): Promise<void>
  unhandle(protocol: string): Promise<void>
}

/** What a store found for a namespace. */
export interface Loaded {
  /** What was saved, by key. */
  readonly entries: ReadonlyMap<string, Uint8Array>
  /** How many entries were damaged, and dropped. */
  readonly damaged: number
}

/** A change to what a store holds for a namespace. */
export interface StoreDiff {
  readonly put: ReadonlyMap<string, Uint8Array>
  readonly remove: ReadonlySet<string>
}

/** What survives a restart: small values by namespace and key. Fails with `PEX_STORE_…`; damaged entries are no failure. */
export interface Store {
  open(): Promise<void>
  load(namespace: string): Promise<Loaded>
  /** Applies the whole diff or nothing of it; once it resolves, a crash of the process loses none of it. */
  save(namespace: string, diff: StoreDiff): Promise<void>
  /** Idempotent; saves under way complete first. */
  close(): Promise<void>
}

/** A peer that discovery found: a contact, and its signed record where the source has one. */
export interface Found extends Contact {
  readonly envelope?: Uint8Array | undefined
}

/** First contact: where to find somebody who is already in a namespace. */
export interface Discovery {
  /** Peers of the namespace, as they are found; the iteration ends when the source is exhausted or the signal aborted. */
  findPeers(namespace: string, options: { signal: AbortSignal }): AsyncIterable<Found>
  /** Makes this host findable in the namespace; resolves to the ms after which to do it again. */
  advertise?(namespace: string, options: { signal: AbortSignal }): Promise<number>
}

/** What is at the other end of a connection. */
export interface Reached {
  /** The authenticated id. */
  readonly peer: string
  /** Where it was reached, or called from: a multiaddr in text form. */
  readonly address: string
  /** Whether it can still carry something. */
  readonly isOpen: boolean
  /** Whether it goes through somebody else. @default false */
  readonly isRelayed?: boolean | undefined
  /** Whether it is bounded in bytes or time. @default false */
  readonly isLimited?: boolean | undefined
}

/** What a name stands for: what to dial, and the literal address at which that would arrive. */
export interface Resolved {
  readonly dial: string
  readonly at: string
}

export interface DialOptions {
  readonly signal: AbortSignal
  /** To be called when somebody has answered and only the handshake is left. */
  readonly onAnswer?: (() => void) | undefined
}

/** How a stream carrier reaches one address of one peer; `@pex/swarm` decides which addresses, when, and how often. */
export interface Dialer<Connection> {
  /** Whether this host can dial addresses of that kind at all. */
  canDial(address: string): boolean
  /** Looks a name up. @default names are dialled as they are */
  resolve?(address: string, options: { signal: AbortSignal }): Promise<readonly Resolved[]>
  /** Dials one address. With a peer, an answer from anybody else is a failure; without, whoever is there is welcome. */
  dial(peer: string | undefined, address: string, options: DialOptions): Promise<Connection>
  /** Who and what is at the other end. */
  reached(connection: Connection): Reached
  close(connection: Connection): Promise<void>
}

/** Time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once after `ms`; returns the way to cancel. */
  after(ms: number, callback: () => void): () => void
}

/** Signs this host's own records. */
export interface Signer {
  /** This host's peer id in its canonical text form. */
  readonly id: string
  sign(addresses: readonly string[], seq: bigint): Promise<PeerRecord>
}

/** Turns a stranger's envelope into a record, or says what is wrong with it. Never throws. */
export interface Verifier {
  verify(envelope: Uint8Array): PeerRecord | Rejection | Promise<PeerRecord | Rejection>
}

/** Where a library tells its story; js-libp2p's logger fits. */
export interface Logger {
  (message: string, ...values: unknown[]): void
  error(message: string, ...values: unknown[]): void
}
