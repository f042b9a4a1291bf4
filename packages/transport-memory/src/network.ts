/**
 * The network itself: which host lives at which address, and how one message travels from one to another. It knows nothing
 * of questions and answers; `exchange.ts` makes them of messages.
 */
import { PexError } from '@pex/core'
import type { Clock, Contact, Rng } from '@pex/core'
import type { Carrier, Host, Message } from './carrier.ts'
import { Weather } from './conditions.ts'
import type { Conditions, Latency } from './conditions.ts'
import { MemoryHost } from './host.ts'
import type { MemoryTransport, MemoryTransportInit } from './host.ts'
import { createLinks } from './links.ts'
import type { Links } from './links.ts'

export interface MemoryNetworkInit extends Partial<Readonly<Conditions>> {
  readonly clock: Clock
  readonly rng: Rng
}

/** What has been sent since the network was made, lost or not. */
export interface Traffic {
  readonly requests: number
  readonly answers: number
  /** Messages that say why there is no answer. */
  readonly refusals: number
  /** Messages by which a requester says that it waits no longer. */
  readonly resets: number
  /** Of all these, the ones that never arrived: lost by chance, by a cut or a partition, or by the death of an end. */
  readonly lost: number
  /** The bodies of requests and answers. */
  readonly bytes: number
}

/** A network in memory. Its conditions can be changed at any time and hold for what is sent from then on. */
export interface MemoryNetwork extends Conditions, Omit<Links, 'carries'> {
  readonly traffic: Traffic
  /** A transport for the host with this id; it joins the network when it is started. */
  transport(id: string, init?: MemoryTransportInit): MemoryTransport
  /**
   * The running host with this id crashes: it neither hears nor says anything from now on, and its addresses are free
   * again for a new transport with the same id. Fails with `PEX_INVALID_PARAMETER` when no such host runs.
   */
  kill(id: string): void
}

/** A network without hosts. Fails with `PEX_INVALID_PARAMETER` where a condition is out of range. */
export function memoryNetwork(init: MemoryNetworkInit): MemoryNetwork {
  return new Network(init)
}

class Network implements MemoryNetwork, Carrier {
  readonly clock: Clock
  readonly #weather: Weather
  readonly #links = createLinks()
  /** Bounded by the hosts that the test runs at one time; keyed by ids that the test chooses. */
  readonly #hosts = new Map<string, Host>()
  /** Bounded by the addresses of those hosts; keyed by addresses that the test chooses. */
  readonly #places = new Map<string, Host>()
  readonly #traffic = { requests: 0, answers: 0, refusals: 0, resets: 0, lost: 0, bytes: 0 }

  constructor(init: MemoryNetworkInit) {
    this.clock = init.clock
    this.#weather = new Weather(init.rng, init)
  }

  get latencyMs(): Latency {
    return this.#weather.latencyMs
  }

  set latencyMs(latency: Latency) {
    this.#weather.latencyMs = latency
  }

  get loss(): number {
    return this.#weather.loss
  }

  set loss(probability: number) {
    this.#weather.loss = probability
  }

  get duplication(): number {
    return this.#weather.duplication
  }

  set duplication(probability: number) {
    this.#weather.duplication = probability
  }

  get traffic(): Traffic {
    return { ...this.#traffic }
  }

  transport(id: string, init?: MemoryTransportInit): MemoryTransport {
    return new MemoryHost(this, id, init)
  }

  partition(groups: readonly (readonly string[])[]): void {
    this.#links.partition(groups)
  }

  cut(from: string, to: string): void {
    this.#links.cut(from, to)
  }

  heal(): void {
    this.#links.heal()
  }

  kill(id: string): void {
    const host = this.#hosts.get(id)
    if (host === undefined) throw new PexError('PEX_INVALID_PARAMETER', `no running host has the id ${id}`)
    this.unregister(host)
    host.dead = true
  }

  register(host: Host): void {
    const taken = host.listens.find(address => this.#places.has(address))
    if (taken !== undefined) throw new PexError('PEX_INVALID_PARAMETER', `the address ${taken} is in use`)
    if (this.#hosts.has(host.id)) throw new PexError('PEX_INVALID_PARAMETER', `the id ${host.id} is in use`)
    this.#hosts.set(host.id, host)
    for (const address of host.listens) this.#places.set(address, host)
  }

  unregister(host: Host): void {
    // A dead host has left already, and another may have taken its place.
    if (this.#hosts.get(host.id) !== host) return
    this.#hosts.delete(host.id)
    for (const address of host.listens) this.#places.delete(address)
  }

  find(contact: Contact): Host | undefined {
    return contact.addresses
      .map(address => this.#places.get(address))
      .find(host => host !== undefined && (contact.id === undefined || contact.id === host.id))
  }

  copies(): number {
    return this.#weather.copies()
  }

  send(message: Message, arrived: () => void): () => void {
    this.#traffic[message.kind]++
    this.#traffic.bytes += message.bytes
    const { lost, latencyMs } = this.#weather.fate()
    if (lost || !this.#connects(message)) {
      this.#traffic.lost++
      return () => {}
    }
    return this.clock.after(latencyMs, () => {
      // What is under way when a link goes down goes down with it.
      if (this.#connects(message)) arrived()
      else this.#traffic.lost++
    })
  }

  #connects({ from, to }: Message): boolean {
    if (from === undefined || to === undefined) return true
    return !from.dead && !to.dead && this.#links.carries(from.id, to.id)
  }
}
