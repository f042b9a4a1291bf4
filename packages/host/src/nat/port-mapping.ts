/**
 * The ports of this host on a router: one for each private address that the host listens at, the same number outside as inside
 * where the router has it free, TCP and UDP alike. What could not be had is tried again, and all is given back at the end.
 */
import { placeOf } from '@pex/core'
import type { Clock } from '@pex/core'

/** What of a router's interface is used; that of `@achingbrain/nat-port-mapper` is one. */
export interface Gateway {
  readonly id: string
  readonly family: 'IPv4' | 'IPv6'
  map(
    internalPort: number,
    internalHost: string,
    options: { protocol: 'tcp' | 'udp'; externalPort: number; signal: AbortSignal }
  ): Promise<{ readonly externalHost: string; readonly externalPort: number }>
  /** Gives every mapped port back. */
  stop(options?: { signal: AbortSignal }): Promise<void>
}

/** Yields the routers of the local network; ends at the latest when the signal is aborted. */
export type FindGateways = (signal: AbortSignal) => AsyncIterable<Gateway>

/** An address of this host, and the public one that leads there. */
export interface Mapped {
  readonly inside: string
  readonly outside: string
}

export type MappingEvent =
  /** The router leads calls for `outside` to `inside`. */
  | { readonly type: 'mapped'; readonly inside: string; readonly outside: string }
  /** The router's own address is private: there is another router before it, and nobody outside can call. */
  | { readonly type: 'double-nat'; readonly inside: string; readonly outside: string }
  /** The router did not give the port; tried again later. */
  | { readonly type: 'refused'; readonly inside: string; readonly error: unknown }
  /** No router answers; tried again later. */
  | { readonly type: 'no-gateway' }
  /** It has been tried so often that it is left at that. */
  | { readonly type: 'given-up' }
  /** The router has not taken a port back; it will when its time is over. */
  | { readonly type: 'not-released'; readonly error: unknown }

export interface PortMappingInit {
  readonly find: FindGateways
  readonly clock: Clock
  /** Where the host listens now, as multiaddrs. */
  readonly addresses: () => readonly string[]
  /** Calls the listener whenever those may have changed; returns the way to stop that. @default they stay as they are */
  readonly watch?: ((listener: () => void) => () => void) | undefined
  /** Hears of all places that lead here through routers, whenever there is one more. */
  readonly announce: (places: readonly Mapped[]) => void
  readonly report?: ((event: MappingEvent) => void) | undefined
  /** How long to look for routers, ms. @default 10_000 */
  readonly searchMs?: number | undefined
  /** Tries until it is given up. @default 20 (libonomy: UPNPRetries) */
  readonly tries?: number | undefined
  /** The first wait before another try, ms, doubling up to five minutes. @default 5_000 */
  readonly retryMs?: number | undefined
}

interface Inside {
  readonly address: string
  readonly host: string
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
}

const LONGEST_WAIT_MS = 300_000
/** Ports of one host, most. */
const MAX_PORTS = 16
/** Routers that are asked, most. */
const MAX_GATEWAYS = 4
const RELEASE_MS = 2_000

export class PortMapping {
  readonly #init: PortMappingInit
  /** By the inside address. Bounded by `MAX_PORTS`. */
  readonly #outside = new Map<string, string>()
  /** Those that have given something. Bounded by `MAX_GATEWAYS`. */
  readonly #gateways = new Map<string, Gateway>()
  #life: AbortController | undefined
  #work: Promise<void> = Promise.resolve()
  #cancel: (() => void) | undefined
  #unwatch: (() => void) | undefined
  /** The inside addresses as they were last, and how often they have changed. */
  #wanted = ''
  #round = 0

  constructor(init: PortMappingInit) {
    this.#init = init
  }

  /** The public places that lead here through a router. */
  get places(): readonly Mapped[] {
    const all = [...this.#outside].map(([inside, outside]) => ({ inside, outside }))
    return all.filter(({ outside }) => placeOf(outside).class === 'public')
  }

  start(): void {
    if (this.#life !== undefined) return
    this.#life = new AbortController()
    const { signal } = this.#life
    this.#wanted = this.#inside().join()
    this.#unwatch = this.#init.watch?.(() => this.#moved(signal))
    this.#attempt(1, signal)
  }

  /** Gives the ports back, and waits for that, though not long. */
  async stop(): Promise<void> {
    this.#life?.abort(new Error('the host stops'))
    this.#life = undefined
    this.#unwatch?.()
    this.#cancel?.()
    await this.#work
    const controller = new AbortController()
    const cancel = this.#init.clock.after(RELEASE_MS, () => controller.abort(new Error('no answer in time')))
    const ends = [...this.#gateways.values()].map(gateway => gateway.stop({ signal: controller.signal }))
    for (const end of await Promise.allSettled(ends))
      if (end.status === 'rejected') this.#init.report?.({ type: 'not-released', error: end.reason })
    cancel()
    this.#gateways.clear()
    this.#outside.clear()
  }

  /** The host listens elsewhere: what led to where it is no more is forgotten, and the new places have their turn. */
  #moved(signal: AbortSignal): void {
    const inside = this.#inside()
    if (signal.aborted || inside.join() === this.#wanted) return
    this.#wanted = inside.join()
    this.#round++
    for (const address of this.#outside.keys()) if (!inside.includes(address)) this.#outside.delete(address)
    this.#cancel?.()
    this.#attempt(1, signal)
  }

  #inside(): readonly string[] {
    return this.#init.addresses().filter(address => insideOf(address).length > 0)
  }

  #attempt(attempt: number, signal: AbortSignal): void {
    const round = this.#round
    const work = this.#work.then(() => this.#map(signal))
    this.#work = work.then(isDone => {
      if (isDone || signal.aborted || round !== this.#round) return
      const { tries = 20, retryMs = 5_000, clock, report } = this.#init
      if (attempt >= tries) report?.({ type: 'given-up' })
      else {
        const wait = Math.min(LONGEST_WAIT_MS, retryMs * 2 ** (attempt - 1))
        this.#cancel = clock.after(wait, () => this.#attempt(attempt + 1, signal))
      }
    })
  }

  /** Whether every port that can be mapped is. */
  async #map(signal: AbortSignal): Promise<boolean> {
    const wanted = this.#init.addresses().flatMap(insideOf).slice(0, MAX_PORTS)
    if (wanted.length === 0) return false
    const search = new AbortController()
    const end = (): void => search.abort(signal.reason ?? new Error('the search is over'))
    signal.addEventListener('abort', end, { once: true })
    const cancel = this.#init.clock.after(this.#init.searchMs ?? 10_000, end)
    let found = 0
    try {
      for await (const gateway of this.#init.find(search.signal)) {
        if (gateway.family !== 'IPv4') continue
        await this.#mapAll(gateway, wanted, signal)
        if (++found >= MAX_GATEWAYS || wanted.every(({ address }) => this.#outside.has(address))) break
      }
    } catch {
      // The end of the search is told by its signal; whatever else it throws, nobody was found.
    } finally {
      cancel()
      signal.removeEventListener('abort', end)
    }
    if (found === 0 && !signal.aborted) this.#init.report?.({ type: 'no-gateway' })
    return wanted.every(({ address }) => this.#outside.has(address))
  }

  async #mapAll(gateway: Gateway, wanted: readonly Inside[], signal: AbortSignal): Promise<void> {
    for (const inside of wanted) {
      const { address, host, port, protocol } = inside
      if (this.#outside.has(address) || signal.aborted) continue
      try {
        const { externalHost, externalPort } = await gateway.map(port, host, {
          protocol,
          externalPort: port,
          signal
        })
        this.#gateways.set(gateway.id, gateway)
        this.#mapped(inside, externalHost, externalPort)
      } catch (error) {
        if (!signal.aborted) this.#init.report?.({ type: 'refused', inside: address, error })
      }
    }
  }

  #mapped({ address, host, port, protocol }: Inside, externalHost: string, externalPort: number): void {
    const outside = address.replace(
      `/ip4/${host}/${protocol}/${port}`,
      `/ip4/${externalHost}/${protocol}/${externalPort}`
    )
    const { class: kind } = placeOf(outside)
    if (kind === 'malformed' || !Number.isInteger(externalPort))
      throw new TypeError(`the router answers nonsense: ${externalHost}, port ${externalPort}`)
    const isPublic = kind === 'public'
    this.#init.report?.({ type: isPublic ? 'mapped' : 'double-nat', inside: address, outside })
    this.#outside.set(address, outside)
    if (isPublic) this.#init.announce(this.places)
  }
}

/** A private IPv4 address with a port, which a router could lead to. */
function insideOf(address: string): Inside[] {
  const { class: kind, relayed } = placeOf(address)
  const [, host, protocol, port] = /^\/ip4\/([\d.]+)\/(tcp|udp)\/(\d+)(?:\/|$)/.exec(address) ?? []
  if (relayed || (kind !== 'private' && kind !== 'shared') || host === undefined) return []
  return [{ address, host, protocol: protocol as 'tcp' | 'udp', port: Number(port) }]
}
