/**
 * Core's `Transport` around the machine: sockets and timers on one side, promises and handlers on the other. Nothing is
 * decided here but which socket a datagram leaves by.
 */
import { randomBytes } from 'node:crypto'
import { abortError, checkQuestion, limits, NetworkScope, PexError } from '@pex/core'
import type { Answer, Clock, Contact, Handler, Metrics, Rng, Transport } from '@pex/core'
import { isLoopback, parseAddress, parseListen } from './address.ts'
import type { Address } from './address.ts'
import { noCensus } from './census.ts'
import type { Census } from './census.ts'
import { udpLimits } from './constants.ts'
import type { UdpLimits } from './constants.ts'
import { generateKeyPair, KEY_BYTES } from './crypto.ts'
import type { KeyPair } from './crypto.ts'
import { Endpoint } from './endpoint.ts'
import type { Output } from './endpoint.ts'
import { identity } from './identity.ts'
import type { IdentityKey } from './identity.ts'
import type { Serving } from './inbox.ts'
import { Manners } from './manners.ts'
import type { CallCap } from './manners.ts'
import { addressesOf, isWildcard } from './interfaces.ts'
import { UdpMetrics } from './metrics.ts'
import { STATUS, writeQuestion } from './payload.ts'
import type { DatagramRejection } from './rejections.ts'
import { bindDgram } from './socket.ts'
import type { Bind, DatagramSocket } from './socket.ts'
import { systemClock, systemRng } from './system.ts'

export interface UdpTransportInit {
  /** This host's key, as `@libp2p/crypto` makes it; Ed25519. */
  readonly privateKey: IdentityKey
  /** Where to listen: `/ip4/<host>/udp/<port>/noise`, with ip6 as well; port 0 lets the system choose. */
  readonly listen: readonly string[]
  /** 32 bytes that all hosts of the network share: whoever lacks them gets no answer at all. */
  readonly networkKey?: Uint8Array | undefined
  /** @default the system's clock */
  readonly clock?: Clock | undefined
  /** Chance that nobody can guess. @default the platform's cryptographic source */
  readonly rng?: Rng | undefined
  /** How far the network reaches; share a scope object with the `Pex` on top. @default 'auto' */
  readonly scope?: NetworkScope | undefined
  /** How often a place that strangers name is called: a `VictimCap` of `@pex/swarm`. @default as often as anybody is asked */
  readonly cap?: CallCap | undefined
  /** Bounds other than the defaults. @default udpLimits */
  readonly limits?: Partial<UdpLimits> | undefined
  /** Where to count what happens: a libp2p node's metrics, or anything like them. @default nothing is counted */
  readonly metrics?: Metrics | undefined
}

/** What tests put in the place of the platform. */
export interface Platform {
  readonly bind: Bind
  readonly keyPair: () => KeyPair
  readonly bytes: (length: number) => Uint8Array
}

export interface UdpTransport extends Transport {
  /** This host's peer id. */
  readonly id: string
  /** How many datagrams, or parts of one, have been dropped since the start, by reason. */
  readonly rejections: Readonly<Partial<Record<DatagramRejection, number>>>
  /** Everything that is remembered at this moment, in numbers. */
  readonly census: Census
}

/** A transport on sockets of its own. Fails with `PEX_INVALID_PARAMETER` for a key or an address that will not do. */
export function udpTransport(init: UdpTransportInit): UdpTransport {
  return new Udp(init, { bind: bindDgram, keyPair: generateKeyPair, bytes: randomBytes })
}

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: PexError) => void
  readonly signal: AbortSignal
  readonly onAbort: () => void
}

export class Udp implements UdpTransport {
  readonly #init: UdpTransportInit
  readonly #platform: Platform
  readonly #clock: Clock
  readonly #scope: NetworkScope
  readonly #limits: UdpLimits
  readonly #listen: readonly Omit<Address, 'via'>[]
  // Bounded by the protocols that this host's own code serves; keyed by their names.
  readonly #handlers = new Map<string, Handler>()
  // Bounded by the requests of this host's own code.
  readonly #waiting = new Map<number, Waiting>()
  // Bounded by the machine's maxRunning: handlers at work.
  readonly #running = new Map<Serving, AbortController>()
  // Bounded by the listeners of this host's own code.
  readonly #watchers = new Set<() => void>()
  // Bounded by the ports that this host has asked routers for.
  #announced: readonly { readonly inside: string; readonly outside: string }[] = []
  // Bounded by the addresses to listen on.
  #sockets: DatagramSocket[] = []
  #endpoint: Endpoint | undefined
  #lifecycle: Promise<void> = Promise.resolve()
  #cancelWake = (): void => {}
  #wakeAt = Infinity
  #cancelLook = (): void => {}
  #lastKey = 0
  readonly #id: string
  readonly #metrics: UdpMetrics | undefined

  constructor(init: UdpTransportInit, platform: Platform) {
    if (init.networkKey !== undefined && init.networkKey.length !== KEY_BYTES)
      throw new PexError(
        'PEX_INVALID_PARAMETER',
        `a network key has ${KEY_BYTES} bytes, not ${init.networkKey.length}`
      )
    this.#init = init
    this.#platform = platform
    this.#clock = init.clock ?? systemClock
    this.#scope = init.scope ?? new NetworkScope()
    this.#limits = { ...udpLimits, ...init.limits }
    this.#listen = init.listen.map(parseListen)
    this.#id = identity(init.privateKey, platform.keyPair()).id
    this.#metrics = init.metrics && new UdpMetrics(init.metrics, this)
  }

  get id(): string {
    return this.#id
  }

  get rejections(): Readonly<Partial<Record<DatagramRejection, number>>> {
    return this.#endpoint?.rejections ?? {}
  }

  get census(): Census {
    return this.#endpoint?.census ?? noCensus
  }

  start(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#endpoint !== undefined) return
      const { keyPair, bytes } = this.#platform
      const endpoint = new Endpoint(
        {
          identity: identity(this.#init.privateKey, keyPair()),
          networkKey: this.#init.networkKey,
          limits: this.#limits,
          manners: new Manners(this.#scope, this.#init.cap),
          rng: this.#init.rng ?? systemRng,
          bytes,
          keyPair
        },
        this.#clock.now()
      )
      try {
        for (const { host, port } of this.#listen) this.#sockets.push(await this.#bind(endpoint, host, port))
        // Whoever cannot be called can call all the same.
        if (this.#listen.length === 0) this.#sockets.push(await this.#bind(endpoint, '0.0.0.0', 0))
      } catch (error) {
        await this.#closeSockets()
        throw error
      }
      this.#endpoint = endpoint
      this.#look(this.addresses())
      this.#changed()
    })
  }

  stop(): Promise<void> {
    return this.#inTurn(async () => {
      const endpoint = this.#endpoint
      if (endpoint === undefined) return
      this.#cancelLook()
      endpoint.close(this.#clock.now())
      this.#settle()
      this.#metrics?.ended(endpoint.rejections)
      this.#endpoint = undefined
      this.#cancelWake()
      this.#wakeAt = Infinity
      for (const key of this.#waiting.keys()) this.#end(key)?.reject(stopped())
      await this.#closeSockets()
      this.#changed()
    })
  }

  addresses(): readonly string[] {
    if (this.#listen.length === 0) return []
    const inside = this.#sockets.flatMap(({ host, port }) => addressesOf(host, port))
    const outside = this.#announced.filter(place => inside.includes(place.inside)).map(place => place.outside)
    return [...inside, ...outside.filter(address => !inside.includes(address))]
  }

  announce(places: readonly { readonly inside: string; readonly outside: string }[]): void {
    this.#announced = places
    this.#changed()
  }

  carries(address: string): boolean {
    return parseAddress(address) !== undefined
  }

  watchAddresses(listener: () => void): () => void {
    const watcher = (): void => listener()
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  request(
    to: Contact,
    protocol: string,
    body: Uint8Array,
    { signal }: { signal: AbortSignal }
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#endpoint === undefined) throw stopped()
      checkQuestion(body)
      checkProtocol(protocol)
      if (signal.aborted) throw abortError(signal)
      const key = ++this.#lastKey
      const onAbort = (): void => {
        this.#end(key)?.reject(abortError(signal))
        this.#endpoint?.cancel(this.#clock.now(), key)
        this.#settle()
      }
      signal.addEventListener('abort', onAbort)
      this.#waiting.set(key, { resolve, reject, signal, onAbort })
      const payload = writeQuestion(protocol, body)
      this.#endpoint.ask(this.#clock.now(), key, { id: to.id, addresses: this.#reachable(to) }, payload)
      this.#settle()
    })
  }

  async handle(protocol: string, handler: Handler): Promise<void> {
    checkProtocol(protocol)
    this.#handlers.set(protocol, handler)
  }

  async unhandle(protocol: string): Promise<void> {
    this.#handlers.delete(protocol)
  }

  #bind(endpoint: Endpoint, host: string, port: number): Promise<DatagramSocket> {
    const via = this.#sockets.length
    return this.#platform.bind(host, port, (bytes, from, fromPort) => {
      if (this.#endpoint !== endpoint) return
      this.#metrics?.datagram('received', bytes.length)
      endpoint.receive(this.#clock.now(), { host: from, port: fromPort, via }, bytes)
      this.#settle()
    })
  }

  async #closeSockets(): Promise<void> {
    const sockets = this.#sockets
    this.#sockets = []
    await Promise.all(sockets.map(socket => socket.close()))
  }

  /** The contact's addresses that one of our sockets can reach. */
  #reachable({ addresses }: Contact): Address[] {
    return addresses.slice(0, limits.maxAddresses).flatMap(text => {
      const address = parseAddress(text)
      if (address === undefined || address.port === 0) return []
      const via = this.#sockets.findIndex(({ host }) => reaches(host, address.host))
      return via < 0 ? [] : [{ ...address, via }]
    })
  }

  /** Does what the machine wants, and sees to it that it is woken. */
  #settle(): void {
    const endpoint = this.#endpoint
    if (endpoint === undefined) return
    for (let outputs = endpoint.take(); outputs.length > 0; outputs = endpoint.take())
      for (const output of outputs) this.#do(endpoint, output)
    // A timer that fires too early finds nothing to do, and costs less than a new one for each datagram.
    if (this.#endpoint !== endpoint || endpoint.wakeAt >= this.#wakeAt) return
    this.#cancelWake()
    this.#wakeAt = endpoint.wakeAt
    const wait = Math.max(Math.ceil(this.#wakeAt - this.#clock.now()), 0)
    this.#cancelWake = this.#clock.after(wait, () => {
      this.#wakeAt = Infinity
      endpoint.wake(this.#clock.now())
      this.#settle()
    })
  }

  #do(endpoint: Endpoint, output: Output): void {
    switch (output.type) {
      case 'send':
        this.#metrics?.datagram('sent', output.bytes.length)
        return this.#sockets[output.to.via ?? 0]?.send(output.bytes, output.to.host, output.to.port)
      case 'question':
        return void this.#serve(endpoint, output.serving, output.protocol, output.body)
      case 'cancelled':
        this.#running
          .get(output.serving)
          ?.abort(new PexError('PEX_ABORTED', 'the requester waits no longer, or the transport has stopped'))
        this.#running.delete(output.serving)
        return undefined
      case 'answered':
        return this.#end(output.key)?.resolve({ from: output.from, body: output.body })
      case 'failed':
        return this.#end(output.key)?.reject(output.error)
      default:
        return output satisfies never
    }
  }

  /** Never rejects: a handler that fails fails its own question. */
  async #serve(endpoint: Endpoint, serving: Serving, protocol: string, body: Uint8Array): Promise<void> {
    const reply = (status: (typeof STATUS)[keyof typeof STATUS], answer: Uint8Array): void => {
      if (this.#endpoint !== endpoint) return
      endpoint.answer(this.#clock.now(), serving, status, answer)
      this.#settle()
    }
    const handler = this.#handlers.get(protocol)
    if (handler === undefined) return reply(STATUS.unsupported, new Uint8Array())
    const controller = new AbortController()
    this.#running.set(serving, controller)
    try {
      // A copy: the datagram's own buffer may hold more than this.
      const answer = await handler(serving.peer.id, new Uint8Array(body), { signal: controller.signal })
      const fits = answer.length <= limits.maxMessageBytes
      reply(fits ? STATUS.ok : STATUS.failed, fits ? answer : new Uint8Array())
    } catch {
      reply(STATUS.failed, new Uint8Array())
    } finally {
      if (this.#running.get(serving) === controller) this.#running.delete(serving)
    }
  }

  #end(key: number): Waiting | undefined {
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) return undefined
    this.#waiting.delete(key)
    waiting.signal.removeEventListener('abort', waiting.onAbort)
    return waiting
  }

  /** Looks from time to time whether the machine's addresses have changed, where they are ours. */
  #look(before: readonly string[]): void {
    if (!this.#sockets.some(({ host }) => isWildcard(host))) return
    this.#cancelLook = this.#clock.after(this.#limits.interfacesMs, () => {
      const addresses = this.addresses()
      if (addresses.join() !== before.join()) this.#changed()
      this.#look(addresses)
    })
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
  }

  /** Starts and stops wait for each other. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#lifecycle.then(work)
    this.#lifecycle = turn.catch(() => {})
    return turn
  }
}

/** Whether datagrams from a socket that is bound to one host get to another: what is bound to loopback stays there. */
function reaches(bound: string, host: string): boolean {
  if (bound.includes(':') !== host.includes(':')) return false
  return isWildcard(bound) || isLoopback(bound) === isLoopback(host)
}

function checkProtocol(protocol: string): void {
  if (Buffer.byteLength(protocol) <= udpLimits.maxProtocolBytes) return
  throw new PexError(
    'PEX_INVALID_PARAMETER',
    `a protocol's name has at most ${udpLimits.maxProtocolBytes} bytes`
  )
}

function stopped(): PexError {
  return new PexError('PEX_ABORTED', 'the transport is not running')
}
