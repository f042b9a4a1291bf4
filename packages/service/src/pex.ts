/**
 * What an application sees of peer exchange: the interface, its options and its events.
 */
import type {
  Clock,
  Contact,
  Discovery,
  GossipOptions,
  Logger,
  Metrics,
  NetworkScope,
  PeerRecord,
  PexError,
  RejectionReason,
  Rng,
  Scope,
  Signer,
  SizeEstimate,
  Store,
  Transport,
  Verifier
} from '@pex/core'
import type { Wire } from '@pex/wire'
import type { TypedEventTarget } from 'main-event'

/** The parts that peer exchange is put together from. */
export interface PexComponents {
  /** Bytes to a peer and back. */
  readonly transport: Transport
  /** Signs this host's own records; see `createSigner` in `@pex/record`. */
  readonly signer: Signer
  /** Verifies what strangers send. @default createVerifier() of `@pex/record` */
  readonly verifier?: Verifier | undefined
  /** What survives a restart. @default nothing does */
  readonly store?: Store | undefined
  /** @default the system's clock */
  readonly clock?: Clock | undefined
  /** @default the platform's cryptographic source */
  readonly rng?: Rng | undefined
  /** @default silence */
  readonly logger?: Logger | undefined
  /** Where to count what happens: a libp2p node's metrics, or anything like them. @default nothing is counted */
  readonly metrics?: Metrics | undefined
}

/** How it shall behave. */
export interface PexInit {
  /** Namespaces to join at the start, by name or with parameters of their own. */
  readonly namespaces?: readonly (string | NamespaceInit)[] | undefined
  /** Peers to ask, in random order, in any round in which nobody else answers: multiaddrs, or contacts. */
  readonly bootstrap?: readonly (string | Contact)[] | undefined
  /** Where else to look for somebody in that case, one after the other; this host also advertises itself there. */
  readonly discovery?: readonly Discovery[] | undefined
  /**
   * What to speak, the one that is liked best first: each namespace is served on all of them, and each peer asked on the
   * first that it speaks. @default [native]
   */
  readonly wires?: readonly Wire[] | undefined
  /** Gossip parameters of every namespace, as far as it is not joined with its own. */
  readonly gossip?: GossipOptions | undefined
  /**
   * Whether a host that listens nowhere may take part: it can ask, but nobody will ever ask it or hear of it.
   * @default false: `start` fails with `PEX_NO_ADDRESSES`
   */
  readonly dialOnly?: boolean | undefined
  /**
   * How far the network reaches. In the public scope no record counts that has no public address, and nobody is told of
   * this host's private ones; `auto` becomes public with the first public address that this host announces or is given as a
   * bootstrap peer. A scope object may be shared with the transport. @default 'auto'
   */
  readonly scope?: Scope | 'auto' | NetworkScope | undefined
}

/** A namespace and its parameters. */
export interface NamespaceInit {
  readonly name: string
  /** What differs from the service's own gossip parameters. */
  readonly gossip?: GossipOptions | undefined
}

export interface JoinOptions {
  /** Peers that are asked one after the other: one has to complete an exchange, or it fails with `PEX_NO_PEER_FOUND`. */
  readonly bootstrap?: readonly (string | Contact)[]
  /** What differs from the service's own gossip parameters; for a namespace that is not joined yet. */
  readonly gossip?: GossipOptions
  readonly signal?: AbortSignal
}

/** A peer of the view, and how we hold it. */
export interface ViewPeer extends PeerRecord {
  /** Rounds for which we have held it. */
  readonly age: number
  /** What messages claim: hops and rounds since the peer itself sent it. */
  readonly hop: number
}

/** Everything that happens, by event name; the detail of each event. */
export interface PexEvents {
  /** The view has changed; a peer with a newer record counts as added. */
  'view:update': CustomEvent<{
    namespace: string
    size: number
    added: readonly PeerRecord[]
    removed: readonly PeerRecord[]
  }>
  /** An exchange is complete. `received`: records that counted; `ms`: its duration, where we began it. */
  'exchange:complete': CustomEvent<{
    namespace: string
    peer: string
    role: 'initiator' | 'responder'
    received: number
    ms: number | undefined
  }>
  /** An exchange that we began has failed; the round goes on with another partner. */
  'exchange:fail': CustomEvent<{ namespace: string; to: Contact; error: PexError }>
  /** A round is over; `reached`: the partner of its exchange, if any worked. */
  round: CustomEvent<{ namespace: string; round: number; reached: string | undefined }>
  /** A message or record of a peer has been rejected. */
  reject: CustomEvent<{ namespace: string; peer: string; reason: RejectionReason }>
  /** The estimate of the network's size has changed; at most once in a round. */
  'size:estimate': CustomEvent<{ namespace: string } & SizeEstimate>
  /**
   * The two methods of counting have begun to contradict each other (`alarm`: true), or have ceased to: somebody lies about
   * averages, crowds our view, or cuts us off.
   */
  'size:alarm': CustomEvent<{ namespace: string } & SizeEstimate>
  /** Entries of the store were damaged and have been dropped. */
  'store:damage': CustomEvent<{ namespace: string; dropped: number; kept: number }>
  /** The store has failed; the host goes on from memory and tries again with the next change. */
  'store:fail': CustomEvent<{ namespace: string; error: PexError }>
  /** Our own record has been signed anew. */
  'record:update': CustomEvent<{ record: PeerRecord }>
}

/** Peer exchange: an always fresh, bounded, random sample of the peers in each namespace. */
export interface Pex extends TypedEventTarget<PexEvents> {
  /** This host's peer id. */
  readonly id: string
  /** This host's own record, as it is told to others; nothing before the first start. */
  readonly record: PeerRecord | undefined
  /** What carries it; other protocols of the host may use it too. It runs from `start` to `stop`. */
  readonly transport: Transport
  /** The namespaces that have been joined. */
  readonly namespaces: readonly string[]
  /** How often peers were wrong, by reason, since the start. */
  readonly rejections: Readonly<Partial<Record<RejectionReason, number>>>
  start(): Promise<void>
  /** Leaves every namespace, writes what is unwritten, and leaves nothing pending. Idempotent. */
  stop(): Promise<void>
  /** Joins a namespace and gossips in it until `leave`. Joining twice is joining once; bootstrap peers are asked each time. */
  join(namespace: string, options?: JoinOptions): Promise<void>
  /** Leaves a namespace; what the store holds of it stays there. */
  leave(namespace: string): Promise<void>
  /**
   * Runs one round now and resolves to the ms after which to call again, as discovery services do. In a namespace that has
   * not been joined, this host stays until tick + deadline have passed without another call. That nobody was found is
   * not an error: somebody has to be first.
   */
  advertise(namespace: string, options?: { signal?: AbortSignal }): Promise<number>
  /** Peers of the namespace: first the view, shuffled, then what discovery yields. */
  findPeers(namespace: string, options?: { signal?: AbortSignal }): AsyncIterable<Contact>
  /** The view as it is now. */
  view(namespace: string): readonly ViewPeer[]
  /** Peers that stopped answering, kept aside and tried now and then. */
  recovery(namespace: string): readonly ViewPeer[]
  /**
   * Random peers of the view, different ones; fewer than asked for where the view is smaller. Nobody is given again before
   * everybody of the present view has been: whoever draws often goes round the view.
   */
  sample(namespace: string, count: number): readonly PeerRecord[]
  /**
   * Random peers as they come, each once for each of its stays in the view: what to use where a peer drawn again too soon does
   * harm. It waits while there is nobody new, and ends when the signal is aborted or the namespace is left. All streams of
   * a namespace share its peers: each peer goes to one of them.
   */
  stream(namespace: string, options?: { signal?: AbortSignal }): AsyncIterable<PeerRecord>
  /**
   * How many nodes there are in the namespace, this one included, with error bars, by two independent methods; undefined
   * before either has come to anything: averaging takes some tens of rounds, coincidences depend on the size.
   */
  estimate(namespace: string): SizeEstimate | undefined
  /**
   * Takes signed records from elsewhere, as bytes: those that verify renew what is held and fill free places of the view;
   * they push nobody out.
   */
  offer(namespace: string, envelopes: readonly Uint8Array[]): Promise<void>
  /** Resolves when everything that has changed so far is in the store. Fails with `PEX_STORE_FAILED`. */
  flush(): Promise<void>
}
