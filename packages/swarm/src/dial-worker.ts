/**
 * One dial of one peer, shared by everybody who wants to be connected to it meanwhile. Addresses are tried as their ranks say;
 * where nothing is under way, the next ones at once. The first connection that does for a caller is that caller's answer;
 * a caller fails when everything that it waits for has failed, and is told all of it.
 */
import { placeOf } from '@pex/core'
import type { Clock, Dialer } from '@pex/core'
import type { Backoff } from './backoff.ts'
import type { BlackHoles } from './black-hole.ts'
import type { SwarmConnection } from './connection.ts'
import { suits } from './connections.ts'
import type { Wanted } from './connections.ts'
import { attempt, toAddressError } from './dial-address.ts'
import { AddressError, DialError, Failures } from './errors.ts'
import type { Limiter } from './limiter.ts'
import type { SwarmMetrics } from './metrics.ts'
import { delays, rank } from './ranking.ts'
import type { Ranked } from './ranking.ts'
import type { Target, Targets } from './targets.ts'
import type { VictimCap } from './victim-cap.ts'

/** What a worker needs of its swarm. */
export interface WorkerParts<C, S> {
  readonly clock: Clock
  readonly dialer: Dialer<C>
  readonly limiter: Limiter
  readonly backoff: Backoff
  readonly blackHoles: BlackHoles
  readonly cap: VictimCap | undefined
  readonly metrics: SwarmMetrics | undefined
  /** A connection that is there already and does. */
  existing(peer: string | undefined, wanted: Wanted): SwarmConnection<C, S> | undefined
  targets(
    peer: string | undefined,
    addresses: readonly string[],
    wanted: Wanted & { signal: AbortSignal }
  ): Targets | Promise<Targets>
  /** Takes a new connection into the swarm; resolves when everybody has heard of it. */
  adopt(raw: C): Promise<SwarmConnection<C, S>>
  /** How long one address may take, ms. */
  timeoutOf(at: string): number
  /** Whether the operator vouches for an address, so that the victim cap does not count it. */
  isVouched(address: string): boolean
}

/** One caller. */
interface Request<C, S> {
  readonly wanted: Wanted
  /** Addresses that may still answer. Bounded by MAX_ADDRESSES. */
  readonly waiting: Set<string>
  readonly failures: Failures
  readonly result: PromiseWithResolvers<SwarmConnection<C, S>>
}

interface Queued extends Target {
  readonly due: number
}

export class DialWorker<C, S> {
  readonly #peer: string | undefined
  /** What the limiter and the backoff know the peer by. */
  readonly #key: string
  readonly #parts: WorkerParts<C, S>
  readonly #life = new AbortController()
  // Bounded by the callers; each leaves with its answer.
  readonly #requests = new Set<Request<C, S>>()
  // Bounded by the addresses that callers bring, MAX_ADDRESSES each; with its error, where one has failed.
  readonly #attempts = new Map<string, AddressError | 'under way'>()
  // Bounded as the attempts: what is still to be tried, the next one first.
  #queue: Queued[] = []
  #underWay = 0
  #isConnected = false
  #postponedUntil = -Infinity
  #cancelTimer: (() => void) | undefined

  constructor(key: string, peer: string | undefined, parts: WorkerParts<C, S>) {
    this.#key = key
    this.#peer = peer
    this.#parts = parts
  }

  /** Joins the dial with these addresses. */
  request(addresses: readonly string[], wanted: Wanted): Promise<SwarmConnection<C, S>> {
    const request: Request<C, S> = {
      wanted,
      waiting: new Set(),
      failures: new Failures(),
      result: Promise.withResolvers()
    }
    this.#requests.add(request)
    const found = this.#parts.targets(this.#peer, addresses, { ...wanted, signal: this.#life.signal })
    if (found instanceof Promise) void found.then(targets => this.#join(request, targets))
    else this.#join(request, found)
    return request.result.promise
  }

  /** Nobody waits any more: ends everything that is under way. */
  stop(reason: Error): void {
    this.#cancelTimer?.()
    this.#queue = []
    this.#life.abort(reason)
    this.#parts.limiter.clear(this.#key)
    for (const request of this.#requests) request.result.reject(reason)
    this.#requests.clear()
  }

  #join(request: Request<C, S>, { dial, refused }: Targets): void {
    if (!this.#requests.has(request) || this.#life.signal.aborted) return
    for (const error of refused) {
      this.#parts.metrics?.address(error)
      request.failures.add(error)
    }
    const fresh = new Map<string, Target>()
    for (const target of dial) {
      const known = this.#attempts.get(target.address)
      if (known instanceof AddressError) request.failures.add(known)
      else {
        request.waiting.add(target.address)
        if (known === undefined) fresh.set(target.address, target)
      }
    }
    this.#enqueue(fresh)
    if (request.waiting.size === 0) this.#settle(request)
    this.#dispatch()
  }

  #enqueue(fresh: ReadonlyMap<string, Target>): void {
    const now = this.#parts.clock.now()
    const ranked: readonly Ranked[] = rank([...fresh.keys()])
    for (const { address, delayMs } of ranked) {
      this.#attempts.set(address, 'under way')
      this.#queue.push({ ...fresh.get(address)!, due: now + delayMs })
    }
    this.#queue.sort((a, b) => a.due - b.due)
  }

  /** Starts whatever is due, and the next ones in line where nothing is under way. */
  #dispatch(): void {
    const { clock } = this.#parts
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    while (this.#queue.length > 0 && this.#requests.size > 0) {
      const { due } = this.#queue[0]!
      const at = Math.max(due, this.#postponedUntil)
      if (at > clock.now() && this.#underWay > 0) {
        this.#cancelTimer = clock.after(at - clock.now(), () => this.#dispatch())
        return
      }
      const group = this.#queue.filter(queued => queued.due === due)
      this.#queue = this.#queue.slice(group.length)
      for (const target of group) this.#start(target)
    }
  }

  #start(target: Target): void {
    const refused = this.#refusal(target)
    if (refused !== undefined) {
      this.#parts.metrics?.address(refused)
      // A later caller may find it allowed again.
      this.#attempts.delete(target.address)
      this.#fail(target.address, refused)
      return
    }
    this.#underWay++
    const { signal } = this.#life
    const { address } = target
    this.#parts.limiter.add({ peer: this.#key, address, signal, run: () => this.#dial(target) })
  }

  #refusal({ address, at, known }: Target): AddressError | undefined {
    const { clock, backoff, blackHoles, cap, isVouched } = this.#parts
    const now = clock.now()
    const waiting = [...this.#requests].filter(request => request.waiting.has(address))
    const forced = waiting.some(request => request.wanted.direct === true)
    if (!forced && backoff.isWaiting(this.#backoffKey(address), address, now))
      return new AddressError(address, 'PEX_BACKOFF', 'it failed a short while ago')
    if (!forced && blackHoles.blocks(at))
      return new AddressError(address, 'PEX_FILTERED', 'this network lets hardly any of its kind through')
    const capped = isVouched(known) ? undefined : cap?.take(this.#backoffKey(address), at, now)
    return capped === undefined ? undefined : new AddressError(address, 'PEX_CAPPED', capped)
  }

  /** Where nobody is named, an address stands for whoever is there. */
  #backoffKey(address: string): string {
    return this.#peer ?? address
  }

  /** Dials one address, for the limiter; what comes of it is dealt with after the dial has given its tokens back. */
  async #dial(target: Target): Promise<void> {
    const { clock, dialer, timeoutOf } = this.#parts
    const outcome = await attempt({
      clock,
      dialer,
      peer: this.#peer,
      address: target.address,
      ms: timeoutOf(target.at),
      signal: this.#life.signal,
      onAnswer: () => this.#answering(target)
    })
    queueMicrotask(() => void this.#finish(target, outcome))
  }

  async #finish(target: Target, outcome: { raw: C } | AddressError): Promise<void> {
    const { blackHoles, cap, dialer, metrics } = this.#parts
    const { address, at } = target
    metrics?.address(outcome)
    if (!(outcome instanceof AddressError)) {
      if (this.#life.signal.aborted) return void dialer.close(outcome.raw).catch(() => {})
      blackHoles.record(at, true)
      await this.#connected(target, outcome.raw)
    } else if (!this.#life.signal.aborted) {
      const { clock, backoff } = this.#parts
      const now = clock.now()
      if (!this.#isConnected) {
        backoff.add(this.#backoffKey(address), address, now)
        cap?.failed(this.#backoffKey(address), at, now)
        blackHoles.record(at, false)
      }
      this.#attempts.set(address, outcome)
      this.#fail(address, outcome)
    }
    this.#underWay--
    this.#dispatch()
  }

  async #connected({ address, at }: Target, raw: C): Promise<void> {
    const { adopt, cap, dialer } = this.#parts
    try {
      const connection = await adopt(raw)
      // Others may have left meanwhile; the connection is the swarm's own now.
      this.#isConnected = true
      cap?.prove(connection.peer, at)
      for (const request of this.#requests)
        if (suits(connection, request.wanted)) this.#answer(request, connection)
      this.#attempts.delete(address)
    } catch (cause) {
      await dialer.close(raw).catch(() => {})
      const error = toAddressError(address, cause)
      this.#attempts.set(address, error)
      this.#fail(address, error)
    }
  }

  #answer(request: Request<C, S>, connection: SwarmConnection<C, S>): void {
    this.#requests.delete(request)
    request.result.resolve(connection)
  }

  #fail(address: string, error: AddressError): void {
    for (const request of this.#requests) {
      if (!request.waiting.delete(address)) continue
      request.failures.add(error)
      if (request.waiting.size === 0) this.#settle(request)
    }
  }

  /** Nothing is left that could still answer the caller. */
  #settle(request: Request<C, S>): void {
    const connection = this.#parts.existing(this.#peer, request.wanted)
    if (connection !== undefined) return this.#answer(request, connection)
    this.#requests.delete(request)
    const error: DialError = request.failures.toError(this.#peer)
    request.result.reject(error)
  }

  /** Somebody is there, and only the handshake is left: further dials can wait a moment. */
  #answering({ at }: Target): void {
    // Private ones are quick anyway.
    if (placeOf(at).class !== 'public') return
    this.#postponedUntil = Math.max(this.#postponedUntil, this.#parts.clock.now() + delays.public.step)
    if (this.#cancelTimer !== undefined) this.#dispatch()
  }
}
