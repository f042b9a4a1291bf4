/**
 * TCP without a network: hosts that dial and listen in one process and in the clock's time, for whatever speaks over streams
 * (`Carrier` of `@pex/switch`). Chunks arrive in order and after the latency; a host can refuse, swallow everything, or lose
 * its connections; and the network knows every socket that somebody has opened and not closed.
 */
import { between, PexError } from '@pex/core'
import type { Clock, Rng } from '@pex/core'
import type { Duplex } from '@pex/mconnection'
import type { Carrier, Place } from '@pex/switch'
import { End, Wire } from './stream-network-end.ts'

export interface StreamNetworkInit {
  readonly clock: Clock
  /** Chance of latencies; needed only where they are ranges. */
  readonly rng?: Rng | undefined
  /** One way, ms: always the same, or uniform between two bounds. 0 takes no time at all. @default 0 */
  readonly latencyMs?: number | readonly [minMs: number, maxMs: number] | undefined
  /** One connect, ms. @default 1 000 (CometBFT) */
  readonly dialMs?: number | undefined
  /** Bytes that a direction holds before its writer has to wait. @default 65 536 */
  readonly room?: number | undefined
}

/** One end of a connection that its owner has not closed yet. */
export interface StreamSocket {
  readonly local: Place
  readonly remote: Place
}

export interface StreamNetwork {
  latencyMs: number | readonly [minMs: number, maxMs: number]
  /** What a host there dials and listens with; several calls for one address are one host. */
  carrier(ip: string): Carrier
  /** From now on connections to the host fail at once, although it listens; false ends that. */
  refuse(ip: string, on?: boolean): void
  /** From now on everything to or from the host is lost, connects too; false ends that. */
  blackhole(ip: string, on?: boolean): void
  /** Breaks all connections of the host, as a crash of its machine's network stack does. */
  cut(ip: string): void
  /** Sockets whose owner has neither closed nor aborted them: none is left when everything has been stopped in order. */
  readonly sockets: readonly StreamSocket[]
  /** Where somebody listens. */
  readonly listening: readonly Place[]
  /** Connects under way. */
  readonly dialling: number
  /** Connects to the host so far, those that failed included. */
  dialsTo(ip: string): number
}

/** A network of streams in memory. */
export function streamNetwork(init: StreamNetworkInit): StreamNetwork {
  return new MemoryStreams(init)
}

interface Listener {
  readonly place: Place
  readonly onConnection: (stream: Duplex, from: Place) => void
}

/** First port of those that dials go out from, and that are given to who listens at port 0. */
const FIRST_PORT = 40_000

class MemoryStreams implements StreamNetwork {
  latencyMs: number | readonly [minMs: number, maxMs: number]
  dialling = 0
  readonly #init: StreamNetworkInit
  /** Bounded, like all that follow, by the hosts and connections of a test. */
  readonly #listeners = new Map<string, Listener>()
  readonly #open = new Set<End>()
  readonly #ports = new Map<string, number>()
  readonly #dials = new Map<string, number>()
  readonly #refusing = new Set<string>()
  readonly #silent = new Set<string>()

  constructor(init: StreamNetworkInit) {
    this.#init = init
    this.latencyMs = init.latencyMs ?? 0
  }

  carrier(ip: string): Carrier {
    return {
      dial: (to, { signal }) => this.#dial(ip, to, signal),
      listen: async ({ port }, onConnection) => {
        const place = { ip, port: port === 0 ? this.#port(ip) : port }
        const key = keyOf(place)
        if (this.#listeners.has(key)) throw new PexError('PEX_NO_ADDRESSES', `somebody listens at ${key}`)
        const listener = { place, onConnection }
        this.#listeners.set(key, listener)
        return {
          place,
          close: async () => {
            if (this.#listeners.get(key) === listener) this.#listeners.delete(key)
          }
        }
      }
    }
  }

  refuse(ip: string, on: boolean = true): void {
    if (on) this.#refusing.add(ip)
    else this.#refusing.delete(ip)
  }

  blackhole(ip: string, on: boolean = true): void {
    if (on) this.#silent.add(ip)
    else this.#silent.delete(ip)
  }

  cut(ip: string): void {
    for (const end of this.#open) if (end.local.ip === ip || end.remote.ip === ip) end.reset()
  }

  get sockets(): readonly StreamSocket[] {
    return [...this.#open].map(({ local, remote }) => ({ local, remote }))
  }

  get listening(): readonly Place[] {
    return [...this.#listeners.values()].map(({ place }) => place)
  }

  dialsTo(ip: string): number {
    return this.#dials.get(ip) ?? 0
  }

  async #dial(ip: string, to: Place, signal: AbortSignal): Promise<Duplex> {
    const { clock, dialMs = 1_000 } = this.#init
    this.#dials.set(to.ip, this.dialsTo(to.ip) + 1)
    this.dialling++
    const controller = new AbortController()
    const late = new PexError('PEX_TIMEOUT', `${keyOf(to)} did not answer within ${dialMs} ms`)
    const cancel = clock.after(dialMs, () => controller.abort(late))
    const follow = (): void => controller.abort(aborted(signal))
    signal.addEventListener('abort', follow, { once: true })
    if (signal.aborted) follow()
    try {
      await this.#travel(ip, to.ip, controller.signal)
      const there = this.#accept({ ip, port: this.#port(ip) }, to)
      try {
        await this.#travel(to.ip, ip, controller.signal)
      } catch (error) {
        there?.other.abort()
        throw error
      }
      if (there === undefined) throw new PexError('PEX_UNREACHABLE', `${keyOf(to)} refuses`)
      return there.other
    } finally {
      cancel()
      signal.removeEventListener('abort', follow)
      this.dialling--
    }
  }

  /** The far end of a new connection; nothing where nobody listens. */
  #accept(from: Place, to: Place): End | undefined {
    const listener = this.#listeners.get(keyOf(to))
    if (listener === undefined || this.#refusing.has(to.ip)) return undefined
    const { clock, room = 65_536 } = this.#init
    const wire = (a: string, b: string): Wire =>
      new Wire(
        clock,
        () => this.#latency(),
        () => this.#isCut(a, b)
      )
    const onClose = (end: End): void => void this.#open.delete(end)
    const near = new End({ local: from, remote: to, room, out: wire(from.ip, to.ip), onClose })
    const far = new End({ local: to, remote: from, room, out: wire(to.ip, from.ip), onClose })
    near.other = far
    far.other = near
    this.#open.add(near).add(far)
    listener.onConnection(far, from)
    return far
  }

  /** One way of a packet that nobody repeats when it is lost. */
  #travel(from: string, to: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let cancel = (): void => {}
      const stop = (): void => {
        cancel()
        reject(aborted(signal))
      }
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
      if (this.#isCut(from, to)) return
      const arrive = (): void => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      const ms = this.#latency()
      if (ms === 0) arrive()
      else cancel = this.#init.clock.after(ms, arrive)
    })
  }

  #isCut(from: string, to: string): boolean {
    return this.#silent.has(from) || this.#silent.has(to)
  }

  #latency(): number {
    const { latencyMs } = this
    if (typeof latencyMs === 'number') return latencyMs
    const { rng } = this.#init
    if (rng === undefined) throw new PexError('PEX_INVALID_PARAMETER', 'latencies of a range need an rng')
    return between(rng, ...latencyMs)
  }

  #port(ip: string): number {
    const port = this.#ports.get(ip) ?? FIRST_PORT
    this.#ports.set(ip, port + 1)
    return port
  }
}

function aborted(signal: AbortSignal): PexError {
  return signal.reason instanceof PexError
    ? signal.reason
    : new PexError('PEX_ABORTED', 'the caller aborted', { cause: signal.reason })
}

function keyOf({ ip, port }: Place): string {
  return `${ip} ${port}`
}
