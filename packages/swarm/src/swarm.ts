/**
 * Whom to dial, when, and never too often: the discipline of go-libp2p-swarm over any carrier that can dial one address of
 * one peer (core's `Dialer`).
 */
import { abortError, NetworkScope, PexError, placeOf } from '@pex/core'
import type { Contact } from '@pex/core'
import { Backoff } from './backoff.ts'
import { Bandwidth } from './bandwidth.ts'
import { BlackHoles } from './black-hole.ts'
import { SwarmConnection } from './connection.ts'
import { Connections } from './connections.ts'
import type { Wanted } from './connections.ts'
import { DialSync } from './dial-sync.ts'
import { DialError } from './errors.ts'
import type { Direction, Gater } from './gater.ts'
import type { DialInit, SwarmInit, SwarmParts } from './init.ts'
import { Limiter } from './limiter.ts'
import { Listening } from './listening.ts'
import { Notifications } from './notifications.ts'
import type { Notifiee } from './notifications.ts'
import { Settling } from './settling.ts'
import type { SwarmStream } from './stream.ts'
import { targetsOf } from './targets.ts'
import { VictimCap } from './victim-cap.ts'

/** A caller's wait for a dial, ms. */
const DIAL_MS = 60_000
/** A surplus connection's last idle time, ms. */
const SETTLE_MS = 5_000

export class Swarm<C, S = never> {
  readonly backoff: Backoff
  readonly bandwidth: Bandwidth = new Bandwidth()
  readonly scope: NetworkScope
  readonly limiter: Limiter
  readonly #parts: SwarmParts<C, S>
  readonly #init: SwarmInit<C, S>
  readonly #cap: VictimCap | undefined
  readonly #connections = new Connections<C, S>()
  readonly #settling: Settling<C, S>
  readonly #notifications: Notifications<C, S>
  readonly #listening: Listening<C>
  readonly #dials: DialSync<C, S>
  // Bounded by connections, streams and listeners: events that are being told.
  readonly #background = new Set<Promise<void>>()
  #connectionCount = 0
  #streamCount = 0
  #closing: Promise<void> | undefined

  constructor(parts: SwarmParts<C, S>, init: SwarmInit<C, S> = {}) {
    const { rng, clock, dialer } = parts
    this.#parts = parts
    this.#init = init
    this.scope = init.scope ?? new NetworkScope()
    this.backoff = new Backoff({ ...init.backoff, rng })
    this.limiter = new Limiter(init)
    this.#cap = init.victimCap === false ? undefined : new VictimCap({ ...init.victimCap, rng })
    this.#notifications = new Notifications(error => parts.log?.(error))
    this.#listening = new Listening(parts)
    this.#settling = new Settling({
      self: parts.self,
      clock,
      settleMs: parts.streams === undefined ? Infinity : (init.settleMs ?? SETTLE_MS),
      simultaneousMs: init.dialTimeoutMs ?? DIAL_MS,
      of: peer => this.#connections.of(peer),
      failed: error => parts.log?.(error)
    })
    this.#dials = new DialSync<C, S>({
      clock,
      dialer,
      limiter: this.limiter,
      backoff: this.backoff,
      blackHoles: new BlackHoles(init.blackHole),
      cap: this.#cap,
      metrics: parts.metrics,
      existing: (peer, wanted) => (peer === undefined ? undefined : this.#best(peer, wanted)),
      targets: (peer, addresses, wanted) => {
        const targetParts = { dialer, gater: this.#gater, scope: this.scope, own: () => this.#own() }
        return targetsOf(targetParts, peer, addresses, wanted)
      },
      adopt: raw => this.adopt(raw, 'outbound'),
      timeoutOf: at => this.#timeoutOf(at),
      isVouched: address => this.scope.isConfigured(address)
    })
    parts.metrics?.watch(this)
  }

  get self(): string {
    return this.#parts.self
  }

  /**
   * A connection to the peer: the best one that there is, or a new one. Fails with a `DialError` that has a cause for each
   * address, with `PEX_NO_CONNECTION` where dialling was not wanted, or with what the signal's abort means.
   */
  dial(to: Contact, init: DialInit = {}): Promise<SwarmConnection<C, S>> {
    const existing = to.id === undefined || this.#closing !== undefined ? undefined : this.#best(to.id, init)
    if (existing !== undefined) return Promise.resolve(existing)
    const dial = this.#dial(to, init)
    return init.noDial === true ? dial : (this.#parts.metrics?.dial(dial) ?? dial)
  }

  /** A stream to the peer, on the best connection that there is, or on a new one; once more where that proves closed. */
  async openStream(to: Contact, init: DialInit & { useLimited?: boolean } = {}): Promise<SwarmStream<C, S>> {
    const signal = init.signal ?? new AbortController().signal
    for (let again = true; ; again = false) {
      const connection = await this.dial(to, init)
      try {
        return await connection.openStream({ signal, useLimited: init.useLimited })
      } catch (error) {
        if (!again || connection.isOpen) throw error
        connection.gone()
      }
    }
  }

  /**
   * Takes a connection that the carrier has made, either way; resolves when everybody has heard of it. A connection that is
   * here already is the same one. Fails with `PEX_GATED` or `PEX_CLOSED`, the connection then being closed.
   */
  async adopt(raw: C, direction: Direction): Promise<SwarmConnection<C, S>> {
    const connection = this.#connections.find(raw) ?? (await this.#take(raw, direction))
    await connection.announce()
    return connection
  }

  /** The carrier has lost a connection. */
  gone(raw: C): void {
    this.#connections.find(raw)?.gone()
  }

  /** For carriers: whether to read what a caller from there sends. */
  accepts(address: string): boolean {
    return this.#closing === undefined && this.#gater.accept?.(address) !== false
  }

  /** For carriers: whether to go on with a peer that has proved its id. */
  secures(direction: Direction, peer: string, address: string): boolean {
    return this.#gater.secured?.(direction, peer, address) !== false
  }

  /** A peer has opened a stream on a connection. */
  async accept(raw: C, stream: S): Promise<void> {
    const connection = this.#connections.find(raw)
    if (connection === undefined) return this.#parts.streams?.reset(stream)
    const accepted = await connection.acceptStream(stream)
    await this.#init.onStream?.(accepted)
  }

  /** Listens; fails only where none of the addresses works. */
  async listen(...addresses: readonly string[]): Promise<void> {
    if (this.#closing !== undefined) throw this.#closed()
    const works = await this.#listening.listen(addresses, raw => {
      this.adopt(raw, 'inbound').catch((error: unknown) => this.#parts.log?.(error))
    })
    for (const listener of works)
      for (const address of listener.addresses)
        await this.#notifications.tell(notifiee => notifiee.listen?.(address))
  }

  /** Where it listens, as bound; a copy. */
  get addresses(): readonly string[] {
    return this.#listening.addresses
  }

  /** Where it listens, with every interface spelled out; a copy, looked up once a minute at most. */
  get interfaceAddresses(): readonly string[] {
    return this.#listening.interfaceAddresses
  }

  isConnected(peer: string): boolean {
    return this.#best(peer) !== undefined
  }

  /** The peers that are connected; a copy. */
  get peers(): readonly string[] {
    return this.#connections.peers
  }

  /** Connections, of one peer the oldest first; a copy. */
  connections(peer?: string): readonly SwarmConnection<C, S>[] {
    return peer === undefined ? this.#connections.all : this.#connections.of(peer)
  }

  /** Dials under way, by peer. */
  get dialling(): number {
    return this.#dials.size
  }

  /** Tells of what happens; returns the way to stop that. */
  notify(notifiee: Notifiee<C, S>): () => void {
    return this.#notifications.add(notifiee)
  }

  /** Closes every connection to the peer; fails, with every cause, where one cannot be closed well. */
  async closePeer(peer: string): Promise<void> {
    const ends = await Promise.allSettled(this.connections(peer).map(connection => connection.close()))
    const causes = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as unknown] : []))
    if (causes.length > 1) throw new AggregateError(causes, `closing ${causes.length} connections failed`)
    if (causes.length === 1) throw causes[0]
  }

  /** A record says where its peer is: places that several name are dialled with care (see `VictimCap`). */
  heard({ id, addresses }: Contact): void {
    if (id === undefined || this.#cap === undefined) return
    for (const address of addresses) this.#cap.heard(id, address, this.#parts.clock.now())
  }

  /** When an address of the contact may be dialled, ms since the epoch; in the past where one may be now. */
  readyAt({ id, addresses }: Contact): number {
    return Math.min(...addresses.map(address => this.backoff.readyAt(id ?? address, address)))
  }

  /** Whether a dial of the contact is under way. */
  isDialling(to: Contact): boolean {
    return this.#dials.isDialling(to)
  }

  /**
   * Ends all dials, and lets connections and listeners be: for carriers whose connections are their own affair. Nothing can be
   * added afterwards.
   */
  release(): void {
    this.#dials.stop(this.#closed())
    this.#closing ??= Promise.resolve()
    for (const connection of this.#connections.all) connection.gone()
  }

  /**
   * Ends all dials, closes all listeners and connections at once, and waits until everybody has heard of it. Nothing can be
   * added meanwhile or afterwards. Idempotent; a stream left open does not hold it up.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** Where there is no connection yet. */
  async #dial({ id, addresses }: Contact, init: DialInit): Promise<SwarmConnection<C, S>> {
    if (this.#closing !== undefined) throw this.#closed()
    if (id === this.self) throw new DialError('PEX_DIAL_SELF', id, 'this host does not dial itself')
    if (init.noDial === true) throw new PexError('PEX_NO_CONNECTION', `not connected to ${id}`)
    if (id !== undefined && this.#gater.peerDial?.(id) === false)
      throw new DialError('PEX_GATED', id, `the gater refuses ${id}`)
    if (addresses.length === 0)
      throw new DialError('PEX_NO_KNOWN_ADDRESS', id, `no address of ${id} is known`)
    return this.#within(init, signal => this.#dials.dial(id, addresses, { direct: init.direct, signal }))
  }

  async #close(): Promise<void> {
    this.#dials.stop(this.#closed())
    const listeners = this.#listening.listeners.map(async listener => {
      await this.#listening.close(listener)
      for (const address of listener.addresses)
        await this.#notifications.tell(notifiee => notifiee.listenClose?.(address))
    })
    const connections = this.#connections.all.map(connection => connection.close())
    for (const end of await Promise.allSettled([...listeners, ...connections]))
      if (end.status === 'rejected') this.#parts.log?.(end.reason)
    while (this.#background.size > 0) await Promise.allSettled(this.#background)
  }

  async #take(raw: C, direction: Direction): Promise<SwarmConnection<C, S>> {
    const { dialer, clock, streams, self } = this.#parts
    const reached = dialer.reached(raw)
    const refused =
      this.#closing !== undefined
        ? this.#closed()
        : reached.peer === self
          ? new DialError('PEX_DIAL_SELF', self, 'this host is at the other end')
          : this.#gater.upgraded?.(direction, reached) === false
            ? new PexError('PEX_GATED', `the gater refuses the connection to ${reached.peer}`)
            : undefined
    if (refused !== undefined) {
      await dialer.close(raw).catch((error: unknown) => this.#parts.log?.(error))
      throw refused
    }
    const known = this.#connections.find(raw)
    if (known !== undefined) return known
    this.backoff.clear(reached.peer)
    // Through a relay it has shown where the relay is.
    if (!placeOf(reached.address).relayed) this.#cap?.prove(reached.peer, reached.address)
    const connection = new SwarmConnection<C, S>({
      id: `${self.slice(0, 10)}-${++this.#connectionCount}`,
      raw,
      reached,
      direction,
      openedAt: clock.now(),
      dialer,
      streams,
      notifications: this.#notifications,
      nextStreamId: () => String(++this.#streamCount),
      count: (...counted) => this.bandwidth.count(...counted),
      removed: gone => {
        this.#connections.remove(gone)
        this.#settling.forget(gone)
        this.#settling.look(gone.peer)
      },
      used: ({ peer }) => this.#settling.look(peer),
      inBackground: work => void this.#track(work)
    })
    this.#connections.add(connection)
    this.#parts.metrics?.opened(direction)
    this.#settling.look(reached.peer)
    // At once: whatever else happens to it from now on comes after that.
    void this.#track(connection.announce())
    return connection
  }

  /** Runs a dial within the caller's time; why it had to end outweighs what went wrong meanwhile. */
  async #within<T>(
    { signal, timeoutMs = this.#init.dialTimeoutMs ?? DIAL_MS }: DialInit,
    work: (signal: AbortSignal) => Promise<T>
  ): Promise<T> {
    const controller = new AbortController()
    const follow = (): void => controller.abort(abortError(signal!))
    const late = new PexError('PEX_TIMEOUT', `no connection within ${timeoutMs} ms`)
    const cancel = this.#parts.clock.after(timeoutMs, () => controller.abort(late))
    if (signal?.aborted === true) follow()
    signal?.addEventListener('abort', follow, { once: true })
    try {
      return await work(controller.signal)
    } finally {
      cancel()
      signal?.removeEventListener('abort', follow)
    }
  }

  #best(peer: string, wanted: Wanted = {}): SwarmConnection<C, S> | undefined {
    return this.#connections.best(peer, (a, b) => this.#settling.prefers(a, b), wanted)
  }

  #timeoutOf(at: string): number {
    const { addressTimeoutMs = 15_000, localTimeoutMs = 5_000 } = this.#init
    // Loopback answers at once or never; where it does not, something is being debugged.
    return /^(private|shared|link-local)$/.test(placeOf(at).class) ? localTimeoutMs : addressTimeoutMs
  }

  #own(): readonly string[] {
    const own = [...this.#listening.interfaceAddresses, ...(this.#parts.ownAddresses?.() ?? [])]
    return own.filter(address => /^\/ip[46]\//.test(address))
  }

  get #gater(): Gater {
    return this.#init.gater ?? {}
  }

  #track(work: Promise<void>): Promise<void> {
    const noted = work.catch((error: unknown) => this.#parts.log?.(error))
    this.#background.add(noted)
    return noted.finally(() => this.#background.delete(noted))
  }

  #closed(): PexError {
    return new PexError('PEX_CLOSED', 'the swarm has been closed')
  }
}
