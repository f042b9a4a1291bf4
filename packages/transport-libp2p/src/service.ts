/**
 * Peer exchange as a js-libp2p service: a `Pex` whose transport, identity and log are the node's own, and a peer discovery
 * module that hands what the views learn to the node.
 */
import { NetworkScope } from '@pex/core'
import type { Clock, PeerRecord, Rng, Store, Transport, Verifier } from '@pex/core'
import { createSigner } from '@pex/record'
import { createPex, joinTransports, systemClock, systemRng } from '@pex/service'
import type { Pex, PexEvents, PexInit } from '@pex/service'
import { native } from '@pex/wire'
import { peerDiscoverySymbol, serviceCapabilities, serviceDependencies } from '@libp2p/interface'
import type {
  IdentifyResult,
  Logger,
  PeerDiscoveryEvents,
  PrivateKey,
  Startable,
  TypedEventTarget
} from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { Announcer } from './announcer.ts'
import { connectedPeers } from './connected-peers.ts'
import { Keeper } from './keeper.ts'
import type { KeepInit, KeeperParts } from './keeper.ts'
import { listening, subscribe } from './node-events.ts'
import { Libp2pTransport } from './transport.ts'
import type { Libp2pTransportComponents, Libp2pTransportInit } from './transport.ts'

/** The parts of a libp2p node that the service needs. */
export interface PexServiceComponents extends Libp2pTransportComponents {
  readonly privateKey: PrivateKey
}

/** Options of `createPex`, and what only a libp2p node has. A node that listens nowhere takes part as one that only asks. */
export interface PexServiceInit extends Omit<PexInit, 'dialOnly'> {
  /** What survives a restart. @default nothing does */
  readonly store?: Store | undefined
  /** Stay connected to so many peers. @default js-libp2p dials nobody that it discovers */
  readonly keep?: KeepInit | undefined
  /** Bounds and deadlines of the streams. */
  readonly transport?: Omit<Libp2pTransportInit, 'clock' | 'rng' | 'scope'> | undefined
  /** Other ways to this host and to its peers, under the same peer id: what libp2p does not reach is asked over these. @default none */
  readonly carriers?: readonly Transport[] | undefined
  /** @default createVerifier() of `@pex/record` */
  readonly verifier?: Verifier | undefined
  /** @default the system's clock */
  readonly clock?: Clock | undefined
  /** @default the platform's cryptographic source */
  readonly rng?: Rng | undefined
}

/** The events of `Pex`, and `peer` for each peer that newly appears in a view. */
export type PexServiceEvents = PexEvents & PeerDiscoveryEvents

/** `Pex` as a libp2p service; libp2p starts and stops it. */
export interface PexService
  extends Omit<Pex, keyof TypedEventTarget<PexEvents>>, TypedEventTarget<PexServiceEvents> {
  readonly [peerDiscoverySymbol]: TypedEventTarget<PeerDiscoveryEvents>
}

/** An entry for `services` of `createLibp2p`, or for `peerDiscovery` where nobody needs to call it. */
export function pex(init: PexServiceInit = {}): (components: PexServiceComponents) => PexService {
  return components => new Libp2pPex(components, init)
}

type Listener = EventListenerOrEventListenerObject

/** Above the 0 of untagged peers, below the 100 of the dearest. */
const KEPT = { 'pex-keeper': { value: 50 } }
const NOT_KEPT = { 'pex-keeper': undefined }

class Libp2pPex implements PexService, Startable {
  readonly #components: PexServiceComponents
  readonly #log: Logger
  readonly #clock: Clock
  readonly #transport: Libp2pTransport
  readonly #pex: Pex
  readonly #events: TypedEventTarget<PexServiceEvents>
  readonly #announcer: Announcer
  readonly #protocolsOf: (namespace: string) => readonly string[]
  readonly #keeper: Keeper | undefined
  #life: AbortController | undefined
  #unsubscribe: (() => void) | undefined

  constructor(components: PexServiceComponents, init: PexServiceInit) {
    const { clock = systemClock, rng = systemRng, store, verifier, transport, carriers, keep, ...rest } = init
    const { connectionManager, peerStore, privateKey } = components
    this.#components = components
    this.#log = components.logger.forComponent('libp2p:pex')
    this.#clock = clock
    const scope = rest.scope instanceof NetworkScope ? rest.scope : new NetworkScope(rest.scope)
    this.#transport = new Libp2pTransport(components, { ...transport, scope, clock, rng }, this.#log)
    const parts = {
      transport: joinTransports([this.#transport, ...(carriers ?? [])]),
      signer: createSigner(privateKey),
      store,
      verifier,
      clock,
      rng
    }
    const wires = rest.wires ?? [native]
    this.#protocolsOf = namespace => wires.map(wire => wire.protocolOf(namespace))
    const connected = connectedPeers({ connectionManager, peerStore, rng, protocolsOf: this.#protocolsOf })
    const discovery = [connected, ...(rest.discovery ?? [])]
    this.#pex = createPex(
      { ...parts, logger: this.#log, metrics: components.metrics },
      { ...rest, scope, discovery, dialOnly: true }
    )
    // Its events and ours are one target: to listeners there is one service.
    this.#events = this.#pex
    this.#announcer = new Announcer({
      peerStore,
      log: this.#log,
      announce: detail => this.#events.safeDispatchEvent('peer', { detail })
    })
    this.#keeper = keep && new Keeper(keep, this.#keeperParts(clock, rng))
  }

  get [Symbol.toStringTag](): string {
    return '@pex/transport-libp2p'
  }

  get [serviceCapabilities](): string[] {
    return ['@libp2p/peer-discovery']
  }

  get [serviceDependencies](): string[] {
    return ['@libp2p/connection-encryption', '@libp2p/stream-multiplexing', '@libp2p/identify']
  }

  get [peerDiscoverySymbol](): TypedEventTarget<PeerDiscoveryEvents> {
    return this
  }

  /** The node's listeners come up after every service has started, so the work begins in `afterStart`. */
  async start(): Promise<void> {}

  async afterStart(): Promise<void> {
    if (this.#life !== undefined) return
    const life = new AbortController()
    this.#life = life
    await listening(this.#components, this.#clock, life.signal)
    if (life.signal.aborted) return
    this.#unsubscribe = this.#subscribe(life.signal)
    try {
      await this.#pex.start()
    } catch (error) {
      await this.stop()
      throw error
    }
    for (const namespace of this.namespaces) this.#announceView(namespace)
    if (!life.signal.aborted) this.#keeper?.start()
  }

  async beforeStop(): Promise<void> {
    await this.stop()
  }

  async stop(): Promise<void> {
    this.#life?.abort()
    this.#life = undefined
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    await this.#keeper?.stop()
    await this.#pex.stop()
    this.#announcer.clear()
  }

  async join(...[namespace, options]: Parameters<Pex['join']>): Promise<void> {
    const isNew = !this.namespaces.includes(namespace)
    await this.#pex.join(namespace, options)
    if (isNew) this.#announceView(namespace)
  }

  /** What a store has brought back is in the view before anybody could be told of a change. */
  #announceView(namespace: string): void {
    this.#announce(this.#pex.view(namespace))
  }

  #announce(records: readonly PeerRecord[]): void {
    if (this.#life !== undefined) void this.#announcer.added(records, this.#life.signal)
  }

  #subscribe(signal: AbortSignal): () => void {
    const look = (): void => this.#keeper?.look()
    const own = subscribe(this.#events, {
      'view:update': ({ detail: { added, removed } }) => {
        this.#announcer.removed(removed)
        for (const record of added) this.#transport.dialing.swarm.heard(record)
        this.#announce(added)
        look()
      },
      'record:update': ({ detail: { record } }) => void this.#present(record),
      // An exchange has come to its end: its connection is nobody's now.
      round: look
    })
    const node = subscribe(this.#components.events, {
      'peer:connect': look,
      'peer:disconnect': look,
      'peer:identify': ({ detail }) => void this.#met(detail, signal)
    })
    return () => {
      own()
      node()
    }
  }

  /** Identify shall tell the same as gossip: one that signs its own would go on counting seqs beside ours. */
  async #present({ id, envelope }: PeerRecord): Promise<void> {
    try {
      await this.#components.peerStore.merge(peerIdFromString(id), { peerRecordEnvelope: envelope })
    } catch (error) {
      this.#log.error('our own record does not go into the peer store - %e', error)
    }
  }

  /**
   * Identify has verified somebody's record: it is handed on. Where a namespace knew nobody, this is the moment to ask, not
   * the next tick.
   */
  async #met({ peerId, protocols }: IdentifyResult, signal: AbortSignal): Promise<void> {
    const shared = this.namespaces.filter(namespace =>
      this.#protocolsOf(namespace).some(protocol => protocols.includes(protocol))
    )
    const alone = shared.filter(namespace => this.view(namespace).length === 0)
    const peer = await this.#components.peerStore.get(peerId).catch(() => undefined)
    try {
      if (peer?.peerRecordEnvelope !== undefined)
        for (const namespace of shared) await this.#pex.offer(namespace, [peer.peerRecordEnvelope])
      await Promise.all(alone.map(namespace => this.#pex.advertise(namespace, { signal })))
    } catch (error) {
      if (!signal.aborted) this.#log.error('could not take up %p - %e', peerId, error)
    }
  }

  #keeperParts(clock: Clock, rng: Rng): KeeperParts {
    const { connectionManager, peerStore } = this.#components
    const { idle } = this.#transport
    const transport = this.#transport
    return {
      clock,
      rng,
      log: this.#log,
      connected: () => {
        const peers = connectionManager.getConnections().map(({ remotePeer }) => remotePeer.toString())
        return new Set(peers.filter(peer => !idle.has(peer)))
      },
      candidates: () => this.namespaces.flatMap(namespace => this.view(namespace)),
      readyAt: record => transport.dialing.swarm.readyAt(record),
      async dial(record, signal) {
        const { remotePeer } = await transport.connect(record, signal)
        idle.release(remotePeer)
      },
      async mark(id, kept) {
        await peerStore.merge(peerIdFromString(id), { tags: kept ? KEPT : NOT_KEPT })
      }
    }
  }

  // The rest of `Pex`, as it is.

  get id(): string {
    return this.#pex.id
  }

  get record(): Pex['record'] {
    return this.#pex.record
  }

  get transport(): Transport {
    return this.#pex.transport
  }

  get namespaces(): readonly string[] {
    return this.#pex.namespaces
  }

  get rejections(): Pex['rejections'] {
    return this.#pex.rejections
  }

  leave(...args: Parameters<Pex['leave']>): ReturnType<Pex['leave']> {
    return this.#pex.leave(...args)
  }

  advertise(...args: Parameters<Pex['advertise']>): ReturnType<Pex['advertise']> {
    return this.#pex.advertise(...args)
  }

  findPeers(...args: Parameters<Pex['findPeers']>): ReturnType<Pex['findPeers']> {
    return this.#pex.findPeers(...args)
  }

  view(...args: Parameters<Pex['view']>): ReturnType<Pex['view']> {
    return this.#pex.view(...args)
  }

  recovery(...args: Parameters<Pex['recovery']>): ReturnType<Pex['recovery']> {
    return this.#pex.recovery(...args)
  }

  sample(...args: Parameters<Pex['sample']>): ReturnType<Pex['sample']> {
    return this.#pex.sample(...args)
  }

  stream(...args: Parameters<Pex['stream']>): ReturnType<Pex['stream']> {
    return this.#pex.stream(...args)
  }

  estimate(...args: Parameters<Pex['estimate']>): ReturnType<Pex['estimate']> {
    return this.#pex.estimate(...args)
  }

  offer(...args: Parameters<Pex['offer']>): ReturnType<Pex['offer']> {
    return this.#pex.offer(...args)
  }

  flush(): ReturnType<Pex['flush']> {
    return this.#pex.flush()
  }

  addEventListener(
    type: string,
    listener: Listener | null,
    options?: boolean | AddEventListenerOptions
  ): void {
    ;(this.#events as EventTarget).addEventListener(type, listener, options)
  }

  removeEventListener(
    type: string,
    listener?: Listener | null,
    options?: boolean | EventListenerOptions
  ): void {
    ;(this.#events as EventTarget).removeEventListener(type, listener ?? null, options)
  }

  dispatchEvent(event: Event): boolean {
    return this.#events.dispatchEvent(event)
  }

  listenerCount(type: string): number {
    return this.#events.listenerCount(type)
  }

  safeDispatchEvent<Detail>(type: keyof PexServiceEvents, detail?: CustomEventInit<Detail>): boolean {
    return this.#events.safeDispatchEvent(type, detail)
  }
}
