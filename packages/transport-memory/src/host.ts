/**
 * One host's end of the memory network: core's `Transport`, with addresses that can be changed.
 */
import { abortError, checkQuestion, PexError } from '@pex/core'
import type { Answer, Contact, Handler, Transport } from '@pex/core'
import type { Carrier, Host } from './carrier.ts'
import { Asking } from './exchange.ts'

export interface MemoryTransportInit {
  /** Where the host listens, in text form; none for a host that can ask but not be asked. @default /memory/<id> */
  readonly addresses?: readonly string[]
}

export interface MemoryTransport extends Transport {
  readonly id: string
  /** The host moves. Fails with `PEX_INVALID_PARAMETER` when another host listens at one of the addresses. */
  setAddresses(addresses: readonly string[]): void
}

export class MemoryHost implements MemoryTransport, Host {
  readonly id: string
  /** Set by the network when the host crashes. */
  dead = false
  /** Where the host listens while it runs. */
  listens: readonly string[]
  /** Bounded by the requests that this host's own code has under way; each ends by its signal or with `stop`. */
  readonly asking: Host['asking'] = new Set()
  /** Bounded by the requests under way of the other hosts in this process, each for at most `limits.exchangeMs`. */
  readonly serving: Host['serving'] = new Set()
  readonly #carrier: Carrier
  /** Bounded by the protocols that this host's own code serves; keyed by their names. */
  readonly #handlers = new Map<string, Handler>()
  /** Bounded by the listeners of this host's own code; each leaves by the function that it was given. */
  readonly #watchers = new Set<() => void>()
  #running = false

  constructor(carrier: Carrier, id: string, init: MemoryTransportInit = {}) {
    this.#carrier = carrier
    this.id = id
    this.listens = init.addresses ?? [`/memory/${id}`]
  }

  async start(): Promise<void> {
    if (this.#running) return
    this.#carrier.register(this)
    this.dead = false
    this.#running = true
    this.#changed()
  }

  async stop(): Promise<void> {
    if (!this.#running) return
    this.#running = false
    this.#carrier.unregister(this)
    for (const asking of this.asking) asking.fail(stopped())
    for (const serving of this.serving) serving.stop()
    this.#changed()
  }

  addresses(): readonly string[] {
    return this.#running ? this.listens : []
  }

  setAddresses(addresses: readonly string[]): void {
    const before = this.listens
    const registered = this.#running && !this.dead
    if (registered) this.#carrier.unregister(this)
    this.listens = [...addresses]
    try {
      if (registered) this.#carrier.register(this)
    } catch (error) {
      this.listens = before
      this.#carrier.register(this)
      throw error
    }
    this.#changed()
  }

  watchAddresses(listener: () => void): () => void {
    // A listener of its own for each call, so that the same function can watch twice.
    const watcher = (): void => listener()
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  async request(
    to: Contact,
    protocol: string,
    body: Uint8Array,
    { signal }: { signal: AbortSignal }
  ): Promise<Answer> {
    if (!this.#running) throw stopped()
    if (signal.aborted) throw abortError(signal)
    checkQuestion(body)
    const asking = new Asking(this.#carrier, this, { to, protocol, body: body.slice() }, signal)
    this.asking.add(asking)
    return asking.answer
  }

  async handle(protocol: string, handler: Handler): Promise<void> {
    this.#handlers.set(protocol, handler)
  }

  async unhandle(protocol: string): Promise<void> {
    this.#handlers.delete(protocol)
  }

  handlerOf(protocol: string): Handler | undefined {
    return this.#handlers.get(protocol)
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher()
  }
}

function stopped(): PexError {
  return new PexError('PEX_ABORTED', 'the transport is not running')
}
