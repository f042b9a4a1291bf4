/**
 * Request and response by type of message, both halves on one protocol of a transport.
 */
import { PexError } from '@pex/core'
import type { Clock, Contact, Logger, Metrics, Rng, Transport } from '@pex/core'
import { bounds } from './bounds.ts'
import { Caller } from './caller.ts'
import type { CallOptions, Reply } from './caller.ts'
import { bytes } from './codec.ts'
import type { Codecs } from './codec.ts'
import { Counts } from './counts.ts'
import type { RpcCounts } from './counts.ts'
import { typeBytes } from './frames.ts'
import { Gate } from './gate.ts'
import { RpcMetrics } from './metrics.ts'
import { Server } from './server.ts'
import type { CallHandler } from './server.ts'

export interface RpcInit {
  /** What carries the calls; started and stopped by whoever made it. */
  readonly transport: Transport
  /** @default '/pex/rpc/1.0.0' */
  readonly protocol?: string | undefined
  readonly clock: Clock
  /** Chance that nobody can foresee: ids are made of it. */
  readonly rng: Rng
  /** Hears of handlers that fail with anything but an `RpcFailure`. */
  readonly log?: Logger | undefined
  /** Where to count what happens: a libp2p node's metrics, or anything like them. @default nothing is counted */
  readonly metrics?: Metrics | undefined
  /** Calls under way to one peer. @default 8 */
  readonly maxCallsPerPeer?: number | undefined
  /** Calls under way in all. @default 256 */
  readonly maxCalls?: number | undefined
  /** Handlers that work for one peer at a time. @default 16 */
  readonly maxServedPerPeer?: number | undefined
  /** Handlers that work at a time. @default 128 */
  readonly maxServed?: number | undefined
}

export interface Rpc {
  /** Serves the protocol on the transport. */
  start(): Promise<void>
  /** Fails every call under way with `PEX_ABORTED`, tells every handler at work, and refuses what comes after. */
  stop(): Promise<void>
  /** Serves a type; a second handler for the same type replaces the first. Fails with `PEX_INVALID_PARAMETER` for a bad name. */
  handle(type: string, handler: CallHandler<Uint8Array, Uint8Array>): void
  handle<Question, Answer>(
    type: string,
    codecs: Codecs<Question, Answer>,
    handler: CallHandler<Question, Answer>
  ): void
  unhandle(type: string): void
  /**
   * Asks a peer, once. Fails with what `Transport.request` fails with; with `PEX_BUSY`, before anything is sent, when too many
   * calls wait already; with `PEX_NOT_STARTED`; and with an `RpcError` when the peer refuses, fails, or answers nonsense.
   */
  call(to: Contact, type: string, body: Uint8Array, options?: CallOptions): Promise<Reply<Uint8Array>>
  call<Question, Answer>(
    to: Contact,
    type: string,
    value: Question,
    options: CallOptions & { readonly codecs: Codecs<Question, Answer> }
  ): Promise<Reply<Answer>>
  /** What has happened so far. */
  readonly counts: RpcCounts
  /** Calls under way and waiting; handlers at work, and requests that wait for one. */
  readonly load: {
    readonly calls: number
    readonly waiting: number
    readonly served: number
    readonly queued: number
  }
}

type AnyCodecs = Codecs<unknown, unknown>
type AnyHandler = CallHandler<unknown, unknown>

/** Throws `PEX_INVALID_PARAMETER` for a bound that is no positive integer. */
export function createRpc(init: RpcInit): Rpc {
  return new Calls(init)
}

class Calls implements Rpc {
  readonly #transport: Transport
  readonly #protocol: string
  readonly #counts = new Counts()
  readonly #outward: Gate
  readonly #inward: Gate
  readonly #caller: Caller
  readonly #server: Server
  readonly #metrics: RpcMetrics | undefined
  #running = false

  constructor(init: RpcInit) {
    const { transport, protocol = '/pex/rpc/1.0.0', clock, rng, log } = init
    this.#transport = transport
    this.#protocol = protocol
    this.#outward = new Gate({
      perKey: positive('maxCallsPerPeer', init.maxCallsPerPeer ?? bounds.callsPerPeer),
      all: positive('maxCalls', init.maxCalls ?? bounds.calls),
      waitingPerKey: bounds.waitingPerPeer,
      waiting: bounds.waiting
    })
    this.#inward = new Gate({
      perKey: positive('maxServedPerPeer', init.maxServedPerPeer ?? bounds.servedPerPeer),
      all: positive('maxServed', init.maxServed ?? bounds.served),
      waitingPerKey: bounds.queuedPerPeer,
      waiting: bounds.queued
    })
    const counts = this.#counts
    this.#caller = new Caller({ transport, protocol, clock, rng, gate: this.#outward, counts })
    this.#server = new Server({ clock, gate: this.#inward, counts, log })
    this.#metrics = init.metrics && new RpcMetrics(init.metrics, this)
  }

  get counts(): RpcCounts {
    return this.#counts.now
  }

  get load(): Rpc['load'] {
    return {
      calls: this.#outward.inside,
      waiting: this.#outward.waiting,
      served: this.#inward.inside,
      queued: this.#inward.waiting
    }
  }

  async start(): Promise<void> {
    if (this.#running) return
    this.#running = true
    await this.#transport.handle(this.#protocol, (from, body, { signal }) =>
      this.#server.serve(from, body, signal)
    )
  }

  async stop(): Promise<void> {
    if (!this.#running) return
    this.#running = false
    this.#caller.stop()
    this.#server.stop()
    await this.#transport.unhandle(this.#protocol)
  }

  handle(type: string, ...rest: [unknown, unknown?]): void {
    if (typeBytes(type) === undefined)
      throw new PexError('PEX_INVALID_PARAMETER', `a type has 1 to ${bounds.maxTypeBytes} bytes of UTF-8`)
    const [codecs, handler] = rest.length === 1 ? [bytes, rest[0]] : rest
    this.#server.handle(type, { codecs: codecs as AnyCodecs, handler: handler as AnyHandler })
  }

  unhandle(type: string): void {
    this.#server.unhandle(type)
  }

  async call<Question, Answer>(
    to: Contact,
    type: string,
    value: Question,
    options: CallOptions & { readonly codecs?: Codecs<Question, Answer> } = {}
  ): Promise<Reply<Answer>> {
    if (!this.#running) throw new PexError('PEX_NOT_STARTED', 'rpc has not been started')
    const { codecs = bytes as AnyCodecs as Codecs<Question, Answer> } = options
    const call = this.#caller.call(to, type, value, codecs, options)
    return this.#metrics === undefined ? call : this.#metrics.call(call)
  }
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new PexError('PEX_INVALID_PARAMETER', `${name} is a positive integer, not ${value}`)
}
