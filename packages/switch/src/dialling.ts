/**
 * Dials: the switch's own rules first, then `@pex/swarm`'s, which knows one dial per peer, waits after failures, the scope of
 * the network and what strangers must not make a host dial.
 */
import type { NetAddress } from '@pex/address-book'
import { abortError, assert, BoundedMap, PexError } from '@pex/core'
import type { Clock, Dialer, Rng } from '@pex/core'
import type { Duplex, NodeKey, Primitives } from '@pex/mconnection'
import { Swarm } from '@pex/swarm'
import type { SwarmInit } from '@pex/swarm'
import type { Carrier, Place } from './carrier.ts'
import { refusedAs, SwitchError, switchErrorOf } from './errors.ts'
import { ask } from './filters.ts'
import { upgrade } from './handshake.ts'
import type { IpRanges } from './ip-ranges.ts'
import type { Journal } from './journal.ts'
import { Link } from './link.ts'
import type { LivePeer } from './live-peer.ts'
import type { NodeInfo } from './node-info.ts'
import type { Options } from './options.ts'
import type { PeerKeeper } from './peer-keeper.ts'
import type { PeerSet } from './peer-set.ts'
import { checkedAddress, multiaddrOf, placeIn, placeText } from './place.ts'
import type { Streams } from './streams.ts'

export interface DiallingParts {
  readonly self: string
  readonly key: NodeKey
  readonly primitives: Primitives | undefined
  readonly carrier: Carrier
  readonly clock: Clock
  readonly rng: Rng
  readonly options: Options
  readonly swarm: SwarmInit<Link, never>
  readonly peers: PeerSet<LivePeer>
  readonly keeper: PeerKeeper
  readonly ranges: IpRanges
  readonly streams: Streams
  readonly journal: Journal
  /** Aborted when the switch stops. */
  readonly signal: AbortSignal
  nodeInfo(): NodeInfo
  /** Where this node listens. */
  listening(): readonly Place[]
  isPersistent(id: string): boolean
}

/** Places where this node has met itself that are remembered. Guess: a host has a few addresses. */
const MAX_OWN = 64
/** The n-th wait after a failure, ms: never longer than what CometBFT's PEX reactor itself waits. */
const waitMs = (tries: number): number => 1_000 * 2 ** tries

export class Dialling {
  readonly swarm: Swarm<Link>
  readonly #parts: DiallingParts
  /** How many callers wait for each peer. Bounded by `maxOutbound` and by the peers that the operator has named. */
  readonly #callers = new Map<string, number>()
  /** Bounded by MAX_OWN; only this node's own dials make entries. */
  readonly #own = new BoundedMap<string, true>(MAX_OWN)

  constructor(parts: DiallingParts) {
    const { self, clock, rng, options, keeper, journal } = parts
    this.#parts = parts
    const timeoutMs = options.dialMs + 2 * options.handshakeMs + 1_000
    this.swarm = new Swarm<Link>(
      {
        self,
        clock,
        rng,
        dialer: this.#dialer(),
        ownAddresses: () => parts.listening().map(multiaddrOf),
        log: error => journal.tell({ kind: 'fault', error })
      },
      {
        backoff: { grow: waitMs },
        ...parts.swarm,
        // Each stage has its own deadline already.
        addressTimeoutMs: timeoutMs,
        localTimeoutMs: timeoutMs
      }
    )
    // Whoever may have wanted it: what is connected is decided upon.
    this.swarm.notify({
      connected: ({ raw }) => {
        keeper.admit(raw).catch(() => {})
      }
    })
  }

  /** Dials under way that a cap counts. */
  get size(): number {
    const { options, peers } = this.#parts
    let count = 0
    for (const id of this.#callers.keys()) if (!options.unconditionalIds.has(id) && !peers.has(id)) count++
    return count
  }

  isDialling(id: string): boolean {
    return this.#callers.has(id)
  }

  isOwn(place: Place): boolean {
    const address = multiaddrOf(place)
    return this.#own.get(address) === true || this.#parts.listening().some(at => multiaddrOf(at) === address)
  }

  /** Connects to a peer. Fails with a `SwitchError`. */
  async dial(to: NetAddress, signal: AbortSignal | undefined): Promise<LivePeer> {
    const address = checkedAddress(to)
    const { id, ip, port } = address
    const place = { ip, port }
    const before = this.#callers.get(id) ?? 0
    const refusal = this.#refusal(address, before > 0)
    this.#callers.set(id, before + 1)
    try {
      if (refusal !== undefined) throw refusedAs(refusal)
      return await this.#dial(address, place, signal)
    } catch (cause) {
      const error = switchErrorOf(cause)
      if (error.refusal === 'self') this.#own.set(multiaddrOf(place), true)
      this.#parts.journal.tell({ kind: 'refused', direction: 'outbound', place, error })
      throw error
    } finally {
      const left = this.#callers.get(id)! - 1
      if (left === 0) this.#callers.delete(id)
      else this.#callers.set(id, left)
    }
  }

  async #dial({ id }: NetAddress, place: Place, signal: AbortSignal | undefined): Promise<LivePeer> {
    const { options, clock, keeper, signal: life } = this.#parts
    await ask(options.filters, clock, life, (filter, given) =>
      filter.place?.(place, { direction: 'outbound', ...given })
    )
    const address = multiaddrOf(place)
    // No wait holds for what the operator has named.
    const direct = this.swarm.scope.isConfigured(address)
    const { raw } = await this.swarm.dial({ id, addresses: [address] }, { signal, direct })
    return keeper.admit(raw)
  }

  #refusal({ id, ...socket }: NetAddress, isJoining: boolean): SwitchError['refusal'] | undefined {
    const { self, keeper, options, peers, ranges, isPersistent } = this.#parts
    if (id === self || this.isOwn(socket)) return 'self'
    const refusal = keeper.refusal({ id, socket, direction: 'outbound' })
    if (refusal !== undefined || isJoining || options.unconditionalIds.has(id)) return refusal
    if (!ranges.hasRoom(socket.ip)) return 'full'
    const isFull = peers.counted('outbound') + this.size >= options.maxOutbound
    return isFull && !isPersistent(id) ? 'full' : undefined
  }

  #dialer(): Dialer<Link> {
    return {
      canDial: address => placeIn(address) !== undefined,
      dial: (peer, address, options) => this.#link(peer, address, options),
      reached: link => ({ peer: link.id, address: multiaddrOf(link.socket), isOpen: link.isOpen }),
      close: async link => link.refuse(new PexError('PEX_CLOSED', 'nobody waits for the connection any more'))
    }
  }

  async #link(
    expected: string | undefined,
    address: string,
    { signal, onAnswer }: { readonly signal: AbortSignal; readonly onAnswer?: (() => void) | undefined }
  ): Promise<Link> {
    const { key, primitives, clock, options, ranges, streams, nodeInfo } = this.#parts
    const socket = placeIn(address)
    assert(socket !== undefined, 'the swarm dials what canDial allows')
    const leave = ranges.take(socket.ip)
    let stream: Duplex
    try {
      stream = streams.track(await this.#connect(socket, signal), leave)
    } catch (cause) {
      leave()
      throw cause
    }
    onAnswer?.()
    const { handshakeMs } = options
    const init = { key, primitives, clock, handshakeMs, expected, signal, nodeInfo: nodeInfo() }
    return new Link({ ...(await upgrade(stream, init)), socket, direction: 'outbound', clock })
  }

  /** Connects, within its time; a carrier need not be quick to notice that nobody waits any more. */
  async #connect(to: Place, signal: AbortSignal): Promise<Duplex> {
    const { carrier, clock, options } = this.#parts
    const controller = new AbortController()
    const ended = Promise.withResolvers<never>()
    ended.promise.catch(() => {})
    const end = (error: PexError): void => {
      controller.abort(error)
      ended.reject(error)
    }
    const late = `${placeText(to)} did not answer within ${options.dialMs} ms`
    const cancel = clock.after(options.dialMs, () => end(new PexError('PEX_TIMEOUT', late)))
    const follow = (): void => end(abortError(signal))
    signal.addEventListener('abort', follow, { once: true })
    if (signal.aborted) follow()
    const dialled = carrier.dial(to, { signal: controller.signal })
    dialled.then(
      duplex => controller.signal.aborted && duplex.abort(),
      () => {}
    )
    try {
      return await Promise.race([dialled, ended.promise])
    } catch (cause) {
      const code = cause instanceof PexError ? cause.code : 'PEX_UNREACHABLE'
      const message = cause instanceof Error ? cause.message : `${placeText(to)} cannot be reached`
      throw new SwitchError(code, code === 'PEX_ABORTED' ? 'stopped' : 'unreachable', message, { cause })
    } finally {
      cancel()
      signal.removeEventListener('abort', follow)
    }
  }
}
