/**
 * CometBFT's Switch: listens, dials, keeps peers within caps, and gives each its reactors. What it is made of stands in the
 * modules beside this one: `door` (who calls), `dialling` (whom to call), `peer-keeper` (who is a peer), `persistent`.
 */
import type { NetAddress } from '@pex/address-book'
import { assert, between, PexError, shuffle } from '@pex/core'
import type { Clock, Rng } from '@pex/core'
import { duplexPair, MConnection, MConnectionMetrics, nodeIdOf } from '@pex/mconnection'
import type { Place } from './carrier.ts'
import { Dialling } from './dialling.ts'
import { Door } from './door.ts'
import { switchErrorOf } from './errors.ts'
import type { Refusal, SwitchError } from './errors.ts'
import { IpRanges } from './ip-ranges.ts'
import { Journal } from './journal.ts'
import type { SwitchEvent } from './journal.ts'
import type { LivePeer } from './live-peer.ts'
import { switchMetrics } from './metrics.ts'
import type { NodeInfo } from './node-info.ts'
import { channelsOf, nodeInfoOf, optionsOf } from './options.ts'
import type { Options, SwitchInit, SwitchParts } from './options.ts'
import { PeerKeeper } from './peer-keeper.ts'
import { PeerSet } from './peer-set.ts'
import type { Peer, Peers } from './peer.ts'
import { Persistent } from './persistent.ts'
import { checkedAddress, checkedId, listenedAt, multiaddrOf } from './place.ts'
import type { Reactor, SwitchHandle } from './reactor.ts'
import { Streams } from './streams.ts'

/** What became of one address of `dialPeers`. */
export type Dialled =
  | { readonly address: NetAddress; readonly peer: Peer }
  | { readonly address: NetAddress; readonly error: SwitchError }

/** Dials of `dialPeers` are spread over so long, ms; from CometBFT. */
const SPREAD_MS = 3_000

export class Switch implements SwitchHandle {
  readonly id: string
  readonly clock: Clock
  readonly rng: Rng
  readonly #parts: SwitchParts
  readonly #options: Options
  readonly #life = new AbortController()
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers<void>()
  readonly #journal = new Journal()
  readonly #streams = new Streams()
  readonly #peers = new PeerSet<LivePeer>()
  readonly #keeper: PeerKeeper
  readonly #dialling: Dialling
  readonly #door: Door
  readonly #persistent: Persistent
  /** Bounded by the reactors: those that have started, to be stopped. */
  readonly #started: Reactor[] = []
  #nodeInfo: NodeInfo
  #state: 'new' | 'starting' | 'running' | 'stopped' = 'new'
  #stopping: Promise<void> | undefined

  /** Fails with `PEX_INVALID_PARAMETER`. Nothing happens before `start`. */
  constructor(parts: SwitchParts, init: SwitchInit = {}) {
    const { key, primitives, carrier, clock, rng, reactors, metrics } = parts
    this.#parts = parts
    this.id = nodeIdOf(key.publicKey, primitives && { primitives })
    this.clock = clock
    this.rng = rng
    const { channels, owners } = channelsOf(reactors)
    const options = optionsOf(init, metrics && new MConnectionMetrics(metrics, channels))
    this.#options = options
    this.#nodeInfo = nodeInfoOf(parts, options.listen[0])
    // Better here than at the first peer: what cannot be done is said at once.
    void new MConnection(duplexPair()[0], {
      ...options.mconnection,
      channels,
      clock,
      onReceive() {},
      onError() {}
    })
    const ranges = new IpRanges(init.rangeLimits)
    const { signal } = this.#life
    const isPersistent = (id: string): boolean => this.#persistent.has(id)
    const nodeInfo = (): NodeInfo => this.#nodeInfo
    const common = {
      self: this.id,
      key,
      primitives,
      carrier,
      clock,
      rng,
      options,
      signal,
      nodeInfo,
      isPersistent
    }
    const shared = {
      peers: this.#peers,
      ranges,
      streams: this.#streams,
      journal: this.#journal,
      ready: this.#ready.promise
    }
    this.#keeper = new PeerKeeper({
      ...common,
      ...shared,
      reactors,
      channels,
      owners,
      gone: link => this.#dialling.swarm.gone(link),
      lost: peer => this.#persistent.lost(peer)
    })
    const listening = (): readonly Place[] => this.#door.places
    this.#dialling = new Dialling({
      ...common,
      ...shared,
      keeper: this.#keeper,
      swarm: init.swarm ?? {},
      listening
    })
    this.#door = new Door({
      ...common,
      ...shared,
      take: async link => {
        await this.#dialling.swarm.adopt(link, 'inbound')
        await this.#keeper.admit(link)
      }
    })
    this.#persistent = this.#makePersistent(options)
    this.addPersistentPeers(options.persistentPeers)
    if (metrics !== undefined) switchMetrics(metrics, this)
  }

  get nodeInfo(): NodeInfo {
    return this.#nodeInfo
  }

  get peers(): Peers {
    return this.#peers
  }

  get counts(): SwitchHandle['counts'] & { readonly halfOpen: number; readonly sockets: number } {
    return {
      outbound: this.#peers.counted('outbound'),
      inbound: this.#peers.counted('inbound'),
      dialling: this.#dialling.size,
      halfOpen: this.#door.size,
      sockets: this.#streams.size
    }
  }

  get limits(): SwitchHandle['limits'] {
    const { maxOutbound, maxInbound } = this.#options
    return { maxOutbound, maxInbound }
  }

  /** How often who was refused for what, both directions; every reason has its entry. */
  get refusals(): ReadonlyMap<Refusal, number> {
    const [calls, dials] = [this.refusalsOf('inbound'), this.refusalsOf('outbound')]
    return new Map([...calls].map(([refusal, count]) => [refusal, count + dials.get(refusal)!]))
  }

  /** The same of one direction: callers, or dials. */
  refusalsOf(direction: Peer['direction']): ReadonlyMap<Refusal, number> {
    return this.#journal.refusals(direction)
  }

  /** Where it listens, as bound; a copy. */
  get places(): readonly Place[] {
    return this.#door.places
  }

  /** Tells of what happens; returns the way to stop that. */
  notify(listener: (event: SwitchEvent) => void): () => void {
    return this.#journal.notify(listener)
  }

  /** Listens, starts the reactors in their order, then dials the persistent peers. What fails is the end of the switch. */
  async start(): Promise<void> {
    if (this.#state !== 'new') throw new PexError('PEX_CLOSED', 'a switch is started once')
    this.#state = 'starting'
    try {
      for (const place of this.#options.listen) await this.#door.open(place)
      this.#nodeInfo = nodeInfoOf(this.#parts, this.#door.places[0])
      const address = listenedAt(this.#nodeInfo)
      if (address !== undefined) this.#dialling.swarm.scope.announce([multiaddrOf(address)])
      for (const reactor of this.#parts.reactors) {
        if (this.#life.signal.aborted) throw new PexError('PEX_ABORTED', 'the switch has been stopped')
        this.#started.push(reactor)
        await reactor.start?.(this)
      }
      if (this.#life.signal.aborted) throw new PexError('PEX_ABORTED', 'the switch has been stopped')
    } catch (error) {
      await this.stop()
      throw error
    }
    this.#state = 'running'
    this.#ready.resolve()
    this.#persistent.start()
  }

  /**
   * Ends everything, in order: no calls and no dials any more, peers are let go, then the reactors stop, the last one first. No
   * socket, timer or promise of the switch is left. Idempotent; fails with what a reactor's `stop` throws, when all is done.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  isDialling(id: string): boolean {
    return this.#dialling.isDialling(id)
  }

  isPersistent(id: string): boolean {
    return this.#persistent.has(id)
  }

  isUnconditional(id: string): boolean {
    return this.#options.unconditionalIds.has(id)
  }

  isPrivate(id: string): boolean {
    return this.#options.privateIds.has(id)
  }

  isOwn(place: Place): boolean {
    return this.#dialling.isOwn(place)
  }

  hasIp(ip: string): boolean {
    return this.#peers.hasIp(ip)
  }

  vouch(addresses: readonly NetAddress[]): void {
    this.#dialling.swarm.scope.configure(addresses.map(checkedAddress).map(multiaddrOf))
  }

  /** From now on these peers are dialled whenever they are not connected. */
  addPersistentPeers(addresses: readonly NetAddress[]): void {
    const checked = addresses.map(checkedAddress).filter(({ id }) => id !== this.id)
    this.vouch(checked)
    for (const address of checked) this.#persistent.add(address)
  }

  /** Lets a persistent peer be one like others; one that is connected stays. False where it was none. */
  removePersistentPeer(id: string): boolean {
    return this.#persistent.remove(checkedId(id))
  }

  dial(address: NetAddress, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Peer> {
    return this.#dialling.dial(address, signal)
  }

  /**
   * Dials all of them in random order, each after up to three seconds (CometBFT's DialPeersAsync); resolves to what became of
   * each, in the order in which they were given.
   */
  dialPeers(
    addresses: readonly NetAddress[],
    { signal }: { readonly signal?: AbortSignal | undefined } = {}
  ): Promise<readonly Dialled[]> {
    const waits = new Map(
      shuffle(this.rng, [...addresses]).map(address => [address, between(this.rng, 0, SPREAD_MS)])
    )
    return Promise.all(
      addresses.map(async address => {
        try {
          await this.#wait(waits.get(address)!, signal)
          return { address, peer: await this.dial(address, { signal }) }
        } catch (cause) {
          return { address, error: switchErrorOf(cause) }
        }
      })
    )
  }

  async disconnect(peer: Peer, reason?: Error): Promise<void> {
    const live = this.#peers.get(peer.id)
    if (live !== undefined && live === peer)
      await this.#keeper.release(live, reason, { isGraceful: reason === undefined })
  }

  async broadcast(channel: number, message: Uint8Array): Promise<ReadonlyMap<string, boolean>> {
    const peers = this.#peers.list().filter(({ nodeInfo }) => nodeInfo.channels.includes(channel))
    return new Map(
      await Promise.all(peers.map(async peer => [peer.id, await peer.send(channel, message)] as const))
    )
  }

  async #stop(): Promise<void> {
    this.#state = 'stopped'
    const stopped = new PexError('PEX_CLOSED', 'the switch has been stopped')
    this.#life.abort(stopped)
    this.#ready.resolve()
    this.#persistent.stop()
    await this.#door.close()
    await Promise.all(this.#peers.list().map(peer => this.#keeper.release(peer, undefined)))
    await this.#dialling.swarm.close()
    this.#streams.abort(stopped)
    await this.#door.settled()
    assert(this.#peers.size === 0, 'nobody becomes a peer of a switch that has stopped')
    const faults: unknown[] = []
    for (const reactor of this.#started.splice(0).toReversed()) {
      try {
        await reactor.stop?.()
      } catch (error) {
        faults.push(error)
      }
    }
    if (faults.length > 1) throw new AggregateError(faults, `${faults.length} reactors could not be stopped`)
    if (faults.length === 1) throw faults[0]
  }

  #makePersistent({ maxReconnectMs }: Options): Persistent {
    return new Persistent({
      clock: this.clock,
      rng: this.rng,
      maxReconnectMs,
      dial: address => this.dial(address),
      isConnected: id => this.#peers.has(id),
      waiting: (id, attempt, waitMs) => this.#journal.tell({ kind: 'reconnecting', id, attempt, waitMs })
    })
  }

  #wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const ends = [this.#life.signal, ...(signal === undefined ? [] : [signal])]
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        cancel()
        for (const end of ends) end.removeEventListener('abort', settle)
        if (ends.some(({ aborted }) => aborted)) reject(new PexError('PEX_ABORTED', 'nobody waits any more'))
        else resolve()
      }
      const cancel = this.clock.after(ms, settle)
      for (const end of ends) end.addEventListener('abort', settle, { once: true })
      if (ends.some(({ aborted }) => aborted)) settle()
    })
  }
}
