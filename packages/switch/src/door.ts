/**
 * Where others call. From the moment in which a socket is accepted it is counted, in all and by IP address, until it is a peer's
 * or closed: whoever opens sockets and says nothing fills his own few places, each for six seconds, and makes room at his own
 * cost when there is none left (CometBFT counts a caller only when its handshake is over; a node was seen with 900 sockets that
 * nobody closed).
 */
import type { Clock } from '@pex/core'
import type { Duplex, NodeKey, Primitives } from '@pex/mconnection'
import { HalfOpen } from '@pex/swarm'
import type { Carrier, CarrierListener, Place } from './carrier.ts'
import { refusedAs, switchErrorOf } from './errors.ts'
import type { Refusal } from './errors.ts'
import { ask } from './filters.ts'
import { upgrade } from './handshake.ts'
import type { IpRanges } from './ip-ranges.ts'
import type { Journal } from './journal.ts'
import { Link } from './link.ts'
import type { NodeInfo } from './node-info.ts'
import type { Options } from './options.ts'
import type { Peers } from './peer.ts'
import { canonical } from './place.ts'
import type { Streams } from './streams.ts'

export interface DoorParts {
  readonly key: NodeKey
  readonly primitives: Primitives | undefined
  readonly carrier: Carrier
  readonly clock: Clock
  readonly options: Options
  readonly peers: Peers & { hasIp(ip: string): boolean }
  readonly ranges: IpRanges
  readonly streams: Streams
  readonly journal: Journal
  /** Aborted when the switch stops. */
  readonly signal: AbortSignal
  /** Resolves when the reactors have started. */
  readonly ready: Promise<void>
  nodeInfo(): NodeInfo
  /** Makes a peer of the link; fails with a `SwitchError`. */
  take(link: Link): Promise<unknown>
}

export class Door {
  readonly #parts: DoorParts
  /** Bounded by the places that the operator listens at. */
  readonly #listeners: CarrierListener[] = []
  /** Callers who are not yet peers. */
  readonly #callers: HalfOpen
  /** Bounded by `maxHalfOpen`: handshakes under way. */
  readonly #work = new Set<Promise<void>>()

  constructor(parts: DoorParts) {
    const { maxHalfOpen, maxHalfOpenPerIp } = parts.options
    this.#parts = parts
    this.#callers = new HalfOpen({ max: maxHalfOpen, maxPerHost: maxHalfOpenPerIp })
  }

  /** Callers who are not yet peers. */
  get size(): number {
    return this.#callers.size
  }

  /** Where it listens, as bound. */
  get places(): readonly Place[] {
    return this.#listeners.map(({ place }) => place)
  }

  async open(at: Place): Promise<Place> {
    const { carrier, journal } = this.#parts
    const listener = await carrier.listen(at, (stream, from) => this.#call(stream, from))
    this.#listeners.push(listener)
    journal.tell({ kind: 'listening', place: listener.place })
    return listener.place
  }

  /** Takes no more calls. */
  async close(): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map(listener => listener.close()))
  }

  /** Resolves when no handshake is under way any more. */
  async settled(): Promise<void> {
    while (this.#work.size > 0) await Promise.allSettled(this.#work)
  }

  #call(duplex: Duplex, caller: Place): void {
    const { ranges, streams, journal } = this.#parts
    const from = canonical(caller)
    const refusal = this.#refusal(from.ip)
    const leave = refusal ?? this.#callers.enter(from.ip, () => stream.abort(refusedAs('full'))) ?? 'full'
    if (typeof leave === 'string') {
      const error = refusedAs(leave)
      duplex.abort(error)
      journal.tell({ kind: 'refused', direction: 'inbound', place: from, error })
      return
    }
    const leaveRange = ranges.take(from.ip)
    // A caller who is refused holds its place until the socket is closed.
    const stream = streams.track(duplex, () => {
      leaveRange()
      leave()
    })
    const work = this.#shake(stream, from)
      .then(leave, (cause: unknown) => {
        const error = switchErrorOf(cause)
        journal.tell({ kind: 'refused', direction: 'inbound', place: from, error })
      })
      .finally(() => this.#work.delete(work))
    this.#work.add(work)
  }

  #refusal(ip: string): Refusal | undefined {
    const { options, peers, ranges, signal } = this.#parts
    const { allowDuplicateIp, unconditionalIds } = options
    if (signal.aborted) return 'stopped'
    // Who it is nobody knows yet: where the operator has named somebody whom no cap counts, it may be that one.
    if (!allowDuplicateIp && unconditionalIds.size === 0 && peers.hasIp(ip)) return 'duplicate-ip'
    return ranges.hasRoom(ip) ? undefined : 'full'
  }

  async #shake(stream: Duplex, socket: Place): Promise<void> {
    const { key, primitives, clock, options, signal, ready, nodeInfo, take } = this.#parts
    try {
      await ready
      await ask(options.filters, clock, signal, (filter, given) =>
        filter.place?.(socket, { direction: 'inbound', ...given })
      )
    } catch (error) {
      stream.abort(error as Error)
      throw error
    }
    const { handshakeMs } = options
    const init = { key, primitives, clock, handshakeMs, signal, nodeInfo: nodeInfo() }
    await take(new Link({ ...(await upgrade(stream, init)), socket, direction: 'inbound', clock }))
  }
}
