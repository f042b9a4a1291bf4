/**
 * Core's `Transport` over js-libp2p: each exchange is a stream of its own, one body each way (see body.ts), on whatever
 * connection there is. libp2p authenticates who is at the other end; this module bounds what they can cost.
 */
import { BoundedMap, checkQuestion, limits, NetworkScope, PexError } from '@pex/core'
import type { Answer, Clock, Contact, Handler, Rng, Scope, Transport } from '@pex/core'
import { withoutPeer } from '@pex/record'
import { systemClock } from '@pex/service'
import { DialError, HalfOpen, isRelayed } from '@pex/swarm'
import type { Connection, Logger, Stream } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'
import { peerIdFromString } from '@libp2p/peer-id'
import { setMaxListeners } from 'main-event'
import { announced, dialAddresses, ipOf } from './addresses.ts'
import { framingOf, receive, send } from './body.ts'
import { onStream, within } from './deadline.ts'
import { Libp2pDialing } from './dialing.ts'
import type { DialingInit, DialingServiceComponents } from './dialing.ts'
import { IdleConnections } from './idle-connections.ts'
import type { TransportMetrics } from './metrics.ts'
import { mapOutside } from './outside.ts'
import type { Outside } from './outside.ts'

/** The parts of a libp2p node that the transport needs. */
export interface Libp2pTransportComponents extends DialingServiceComponents {
  readonly registrar: Registrar
}

export interface Libp2pTransportInit {
  /** Requests of one peer connection that are served at a time, per protocol. @default 8 */
  readonly maxInboundStreams?: number | undefined
  /** Requests to one peer connection under way at a time, per protocol. @default 8 */
  readonly maxOutboundStreams?: number | undefined
  /**
   * Requests of all peers that are served at a time. One more ends the one whose question has been longest in coming, of the
   * peer that has most of them in the network group that has most; it is refused only when every question is complete.
   * @default 64
   */
  readonly maxInbound?: number | undefined
  /** From the opening of a peer's stream to the end of our answer, ms; no byte extends it. @default limits.exchangeMs */
  readonly inboundTimeoutMs?: number | undefined
  /**
   * How long a connection that was opened for an exchange, and that nobody else uses, stays open for the next one, ms;
   * Infinity leaves it to libp2p. Below the 10 s after which libp2p pings: those cost 1.3 KiB a minute (measured), opening
   * anew costs 2.5 KiB, and a random partner is rarely the last one again. @default 5_000
   */
  readonly idleConnectionMs?: number | undefined
  /** Whether to exchange over connections that are limited in bytes or time, as relayed ones are. @default false */
  readonly runOnLimitedConnection?: boolean | undefined
  /** How dials behave: limits, backoff, the cap on unproved places. See `@pex/swarm`. */
  readonly dialing?: Omit<DialingInit, 'clock' | 'rng' | 'scope'> | undefined
  /** How far the network reaches; share a scope object with the `Pex` on top. @default 'auto' */
  readonly scope?: Scope | 'auto' | NetworkScope | undefined
  /** @default the system's clock */
  readonly clock?: Clock | undefined
  /** @default the platform's cryptographic source */
  readonly rng?: Rng | undefined
}

/** A transport on a libp2p node's components. */
export function libp2pTransport(
  components: Libp2pTransportComponents,
  init: Libp2pTransportInit = {}
): Transport {
  return new Libp2pTransport(components, init)
}

interface Opened {
  readonly stream: Stream
  readonly connection: Connection
  /** To be called when the exchange is over. */
  readonly done: () => void
}

/** A peer's question, and what to call when it is complete or has ended. */
interface Incoming {
  readonly request: AbortController
  readonly complete: () => void
}

const overtaken = new PexError('PEX_ABORTED', 'the question took too long while others waited')

/** Options that are not handed on. */
type StreamOption = Exclude<keyof Libp2pTransportInit, 'dialing' | 'scope' | 'rng'>

export class Libp2pTransport implements Transport {
  /** Connections that only exchanges have opened. */
  readonly idle: IdleConnections
  /** Whom to dial, when, and never too often. */
  readonly dialing: Libp2pDialing
  readonly #scope: NetworkScope
  readonly #components: Libp2pTransportComponents
  readonly #init: Required<{ [K in StreamOption]: NonNullable<Libp2pTransportInit[K]> }>
  readonly #log: Logger
  // Bounded by the protocols that this host's own code serves; keyed by their names.
  readonly #protocols = new Set<string>()
  // Bounded by maxInbound: peers' questions that are not complete yet.
  readonly #incoming = new HalfOpen()
  // Bounded by maxInbound: what is being served, up to its last act.
  readonly #serving = new Set<Promise<void>>()
  // What can be dialled, by address as strangers write it. Bounded by limits.maxKnown.
  readonly #carried = new BoundedMap<string, boolean>(limits.maxKnown)
  // Bounded by the ports that this host has asked routers for.
  #outside: readonly Outside[] = []
  #running: AbortController | undefined
  #metrics: TransportMetrics | undefined

  constructor(
    components: Libp2pTransportComponents,
    init: Libp2pTransportInit,
    log: Logger = components.logger.forComponent('libp2p:pex')
  ) {
    this.#components = components
    this.#init = {
      maxInboundStreams: init.maxInboundStreams ?? 8,
      maxOutboundStreams: init.maxOutboundStreams ?? 8,
      maxInbound: init.maxInbound ?? 64,
      inboundTimeoutMs: init.inboundTimeoutMs ?? limits.exchangeMs,
      idleConnectionMs: init.idleConnectionMs ?? 5_000,
      runOnLimitedConnection: init.runOnLimitedConnection ?? false,
      clock: init.clock ?? systemClock
    }
    this.#log = log
    this.#scope = init.scope instanceof NetworkScope ? init.scope : new NetworkScope(init.scope)
    const { clock, rng } = { clock: this.#init.clock, rng: init.rng }
    this.dialing = new Libp2pDialing(components, { ...init.dialing, scope: this.#scope, clock, rng })
    this.idle = new IdleConnections({
      peerStore: components.peerStore,
      clock: this.#init.clock,
      log: this.#log,
      idleMs: this.#init.idleConnectionMs,
      isOwn: protocol => this.#protocols.has(protocol)
    })
  }

  /** Requests of peers that are being served. */
  get serving(): number {
    return this.#serving.size
  }

  /** Of these, those whose question is not complete yet. */
  get incoming(): number {
    return this.#incoming.size
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return
    this.#running = new AbortController()
    // Every exchange under way listens to it.
    setMaxListeners(Infinity, this.#running.signal)
    await this.dialing.start()
    const { metrics } = this.#components
    if (metrics === undefined) return
    const { TransportMetrics } = await import('./metrics.ts')
    this.#metrics ??= new TransportMetrics(metrics, this)
  }

  async stop(): Promise<void> {
    this.#running?.abort(stopped())
    this.#running = undefined
    this.idle.clear()
    await this.dialing.stop()
    await Promise.all(this.#serving)
  }

  carries(address: string): boolean {
    const known = this.#carried.get(address)
    if (known !== undefined) return known
    // What a name leads to is known when it is looked up.
    const carried = address.startsWith('/dnsaddr/') || this.dialing.canDial(address)
    this.#carried.set(address, carried)
    return carried
  }

  addresses(): readonly string[] {
    const addresses = announced(this.#components.addressManager.getAddresses())
    this.#scope.announce(addresses)
    return addresses
  }

  announce(places: readonly Outside[]): void {
    this.#outside = mapOutside(this.#components.addressManager, this.#outside, places)
  }

  watchAddresses(listener: () => void): () => void {
    const { events } = this.#components
    const watcher = (): void => listener()
    // A listener that comes up is worth hearing of at once; of all else libp2p tells within a second.
    const changes = ['self:peer:update', 'transport:listening'] as const
    for (const change of changes) events.addEventListener(change, watcher)
    return () => {
      for (const change of changes) events.removeEventListener(change, watcher)
    }
  }

  async request(
    to: Contact,
    protocol: string,
    body: Uint8Array,
    { signal }: { signal: AbortSignal }
  ): Promise<Answer> {
    if (this.#running === undefined) throw stopped()
    checkQuestion(body)
    try {
      const answer = await within({ signals: [this.#running.signal, signal] }, joint =>
        this.#ask(to, protocol, body, joint)
      )
      this.#metrics?.requested()
      return answer
    } catch (cause) {
      const error = failure(cause)
      this.#metrics?.requested(error)
      throw error
    }
  }

  async handle(protocol: string, handler: Handler): Promise<void> {
    const { maxInboundStreams, maxOutboundStreams, runOnLimitedConnection } = this.#init
    const again = this.#protocols.has(protocol) ? { force: true as const } : {}
    await this.#components.registrar.handle(
      protocol,
      (stream, connection) => this.#admit(handler, stream, connection),
      { maxInboundStreams, maxOutboundStreams, runOnLimitedConnection, ...again }
    )
    this.#protocols.add(protocol)
  }

  async unhandle(protocol: string): Promise<void> {
    this.#protocols.delete(protocol)
    await this.#components.registrar.unhandle(protocol)
  }

  async #ask(to: Contact, protocol: string, body: Uint8Array, signal: AbortSignal): Promise<Answer> {
    const { stream, connection, done } = await this.#open(to, protocol, signal)
    try {
      const answer = await onStream(stream, signal, async () => {
        // Both at once: a peer may refuse before it has heard everything.
        const framing = framingOf(protocol)
        const [received] = await Promise.all([receive(stream, framing), send(stream, body, framing, signal)])
        return received
      })
      return { from: connection.remotePeer.toString(), body: answer }
    } finally {
      done()
    }
  }

  /** A stream to the peer, on the connection that there is, or on a new one. */
  async #open(to: Contact, protocol: string, signal: AbortSignal): Promise<Opened> {
    const existing = this.#connectionTo(to)
    if (existing !== undefined) {
      try {
        return await this.#openOn(existing, protocol, signal)
      } catch (error) {
        // The peer, or this host, may have been closing it at this moment. Nothing has been asked yet.
        if (signal.aborted || isUnsupported(error)) throw error
      }
    }
    const { connectionManager } = this.#components
    const { swarm } = this.dialing
    // A dial or a connection that somebody else began is theirs, and is handed to us as well.
    const others =
      swarm.isDialling({ id: to.id, addresses: dialAddresses(to) }) ||
      connectionManager.getDialQueue().some(({ peerId }) => peerId?.toString() === to.id)
    const before = new Set(connectionManager.getConnections().map(({ id }) => id))
    if (existing !== undefined) swarm.gone(existing)
    const connection = await this.connect(to, signal, existing !== undefined)
    if (!others && !before.has(connection.id)) this.idle.opened(connection)
    return this.#openOn(connection, protocol, signal)
  }

  /** A connection to the contact, for this host's own work. libp2p looks up whom it knows of by id alone. */
  async connect(to: Contact, signal: AbortSignal, force: boolean = false): Promise<Connection> {
    const addresses = dialAddresses(to)
    if (addresses.length > 0 || to.id === undefined) return this.#dial({ id: to.id, addresses }, signal)
    return this.#components.connectionManager.openConnection(peerIdFromString(to.id), { signal, force })
  }

  /** Where relays would do for nothing, a direct way is looked for first: the quickest answer is often the relay's. */
  async #dial(to: Contact, signal: AbortSignal): Promise<Connection> {
    const [isAnyRelayed, isAnyDirect] = [to.addresses.some(isRelayed), !to.addresses.every(isRelayed)]
    if (this.#init.runOnLimitedConnection || !isAnyRelayed || !isAnyDirect)
      return this.dialing.dial(to, { signal })
    try {
      return await this.dialing.dial(to, { signal, direct: true })
    } catch (error) {
      if (signal.aborted) throw error
      return this.dialing.dial(to, { signal })
    }
  }

  async #openOn(connection: Connection, protocol: string, signal: AbortSignal): Promise<Opened> {
    const { maxOutboundStreams, runOnLimitedConnection } = this.#init
    const done = this.idle.use(connection)
    try {
      const options = { signal, maxOutboundStreams, runOnLimitedConnection }
      return { stream: await connection.newStream(protocol, options), connection, done }
    } catch (error) {
      done()
      throw error
    }
  }

  #connectionTo({ id, addresses }: Contact): Connection | undefined {
    const { connectionManager } = this.#components
    const found =
      id === undefined
        ? connectionManager
            .getConnections()
            .filter(({ remoteAddr }) => addresses.includes(withoutPeer(remoteAddr).toString()))
        : connectionManager.getConnections(peerIdFromString(id))
    const open = found.filter(({ status }) => status === 'open')
    const limited = this.#init.runOnLimitedConnection ? open[0] : undefined
    return open.find(connection => connection.limits === undefined) ?? limited
  }

  /** Serves a request more, at the cost of the slowest where there are too many; or refuses it. */
  #admit(handler: Handler, stream: Stream, connection: Connection): void {
    const full = this.#serving.size >= this.#init.maxInbound
    if (this.#running === undefined || (full && !this.#incoming.shed())) {
      this.#metrics?.served('refused')
      stream.abort(new Error('this host serves no more requests now'))
      return
    }
    const request = new AbortController()
    const { remoteAddr, remotePeer } = connection
    const shed = (): void => request.abort(overtaken)
    const complete = this.#incoming.enter(ipOf(remoteAddr), shed, remotePeer.toString())!
    const served = this.#serve(handler, stream, connection, { request, complete })
    this.#serving.add(served)
    void served.finally(() => this.#serving.delete(served))
  }

  /** Never rejects: a request that fails is the stream's end, and nobody else's business. */
  async #serve(
    handler: Handler,
    stream: Stream,
    connection: Connection,
    { request, complete }: Incoming
  ): Promise<void> {
    const ended = (): void => request.abort(new PexError('PEX_ABORTED', 'the stream has closed'))
    stream.addEventListener('close', ended)
    const { clock, inboundTimeoutMs: ms } = this.#init
    try {
      await within({ signals: [this.#running!.signal, request.signal], clock, ms }, signal =>
        onStream(stream, signal, async () => {
          const framing = framingOf(stream.protocol)
          const question = await receive(stream, framing)
          complete()
          const answer = await handler(connection.remotePeer.toString(), question, { signal })
          if (answer.length > limits.maxMessageBytes)
            throw new PexError('PEX_INVALID_PARAMETER', `an answer of ${answer.length} bytes is too long`)
          // From here on the stream closes because all is well.
          stream.removeEventListener('close', ended)
          await send(stream, answer, framing, signal)
        })
      )
      this.#metrics?.served('answered')
    } catch (error) {
      this.#metrics?.served(request.signal.reason === overtaken ? 'overtaken' : 'failed')
      this.#log.error('request of %p failed - %e', connection.remotePeer, error)
    } finally {
      stream.removeEventListener('close', ended)
      complete()
    }
  }
}

/** What went wrong, in the terms of the port. libp2p tells its errors apart by name. */
function failure(error: unknown): PexError {
  // What went wrong with each address is for whoever looks closer.
  if (error instanceof DialError) return new PexError('PEX_UNREACHABLE', error.message, { cause: error })
  if (error instanceof PexError) return error.code === 'PEX_CLOSED' ? stopped() : error
  if (isUnsupported(error))
    return new PexError('PEX_UNSUPPORTED', 'the peer does not speak this protocol', { cause: error })
  return new PexError('PEX_UNREACHABLE', 'the peer could not be reached', { cause: error })
}

function isUnsupported(error: unknown): boolean {
  return error instanceof Error && error.name === 'UnsupportedProtocolError'
}

function stopped(): PexError {
  return new PexError('PEX_ABORTED', 'the transport is not running')
}
