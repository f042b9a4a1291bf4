/**
 * The neighbours, live: carries out what the neighbourhood decides, over the host's transport, and tells who comes and who goes.
 */
import { BoundedMap, isRejection, PexError, sample } from '@pex/core'
import type { Clock, Contact, PeerRecord, Rejection, Rng, Transport, Verifier } from '@pex/core'
import type { Pex } from '@pex/service'
import { TypedEventEmitter } from 'main-event'
import type { Agent } from './agent.ts'
import { isAtLeast, readAgent } from './agent.ts'
import {
  decodeGreeting,
  decodeReception,
  encodeGreeting,
  encodeReception,
  farewell,
  HELLO,
  isFarewell
} from './greeting.ts'
import type { Mismatch, Status } from './greeting.ts'
import type { Input, Leaving, Neighbour, Output, Terms } from './neighbourhood/events.ts'
import type { NeighbourLimits } from './neighbourhood/limits.ts'
import { Neighbourhood } from './neighbourhood/neighbourhood.ts'
import type { ClockCheck, ClockHealth } from './skew.ts'

export interface NeighbourEvents {
  /** Somebody has become a neighbour. */
  'peer:added': CustomEvent<Neighbour>
  /** Somebody is a neighbour no more. */
  'peer:removed': CustomEvent<{ readonly neighbour: Neighbour; readonly why: Leaving }>
  /** A greeting, ours or a stranger's, led to nothing. */
  'peer:declined': CustomEvent<{ readonly id: string; readonly why: Status; readonly byUs: boolean }>
  /** This host's clock has come to be wrong by what most others' say, or is right again. */
  'clock:change': CustomEvent<ClockHealth>
}

export interface NeighboursParts {
  readonly pex: Pex
  readonly namespace: string
  readonly verifier: Verifier
  readonly clock: Clock
  readonly rng: Rng
  readonly network: string
  readonly agent: string
  readonly leastAgent: Agent | undefined
  readonly limits: NeighbourLimits
  readonly check: ClockCheck
  readonly log: (message: string, error?: unknown) => void
}

/** A peer that greets more often than this is not listened to, ms: each greeting may cost a signature. */
const LEAST_GAP_MS = 500
/** Whose last greeting is remembered, most. */
const MAX_GREETERS = 1_024
/** Greetings of strangers whose records are being verified, most. */
const MAX_VERIFYING = 32
/** Hosts that were no neighbours because of the time, and what they said it is, most. */
const MAX_MISFITS = 8
/** Time to say goodbye, ms. */
const FAREWELL_MS = 500

export class Neighbours extends TypedEventEmitter<NeighbourEvents> {
  readonly #parts: NeighboursParts
  #machine: Neighbourhood
  readonly #greeters = new BoundedMap<string, number>(MAX_GREETERS)
  /** How far the clocks of hosts that we chose were off when that was too much. */
  readonly #misfits = new BoundedMap<string, number>(MAX_MISFITS)
  // Bounded by the neighbourhood: greetings and goodbyes that it has asked for.
  readonly #underway = new Set<Promise<void>>()
  // Bounded by what listeners ask for within one step.
  readonly #inbox: Input[] = []
  #snapshot: readonly Neighbour[] | undefined
  #life: AbortController | undefined
  #cancelWake: (() => void) | undefined
  #isClockWrong = false
  #verifying = 0

  constructor(parts: NeighboursParts) {
    super()
    this.#parts = parts
    this.#machine = new Neighbourhood(parts.pex.id, parts.limits)
  }

  /** How many there may be, and how patient this host is with them. */
  get limits(): NeighbourLimits {
    return this.#parts.limits
  }

  get size(): number {
    return this.list().length
  }

  /** The neighbours as they are now, those of longest standing first: the same list until something about them changes. */
  list(): readonly Neighbour[] {
    this.#snapshot ??= this.#machine.neighbours
    return this.#snapshot
  }

  get(id: string): Neighbour | undefined {
    return this.#machine.get(id)
  }

  has(id: string): boolean {
    return this.#machine.get(id) !== undefined
  }

  /** Different neighbours at random; fewer where there are fewer. */
  sample(count: number): readonly Neighbour[] {
    return sample(this.#parts.rng, [...this.list()], count)
  }

  /**
   * What others say of this host's clock: the chosen neighbours where there are enough of them, for anybody can come by itself;
   * all of them otherwise, and those that are none because of the time. Undefined while they are fewer than three.
   */
  get clock(): ClockHealth | undefined {
    const { check } = this.#parts
    const chosen = this.list().flatMap(({ side, skewMs }) => (side === 'outbound' ? [skewMs] : []))
    const all = [...this.list().map(({ skewMs }) => skewMs), ...this.#misfits.values()]
    return check.judge(chosen) ?? check.judge(all)
  }

  /** Something came from a peer, or was taken by it. */
  alive(id: string): void {
    this.#feed({ type: 'alive', id })
  }

  /** Something could not be sent to a peer. */
  broken(id: string): void {
    this.#feed({ type: 'broken', id })
  }

  /** Takes leave of a neighbour; for a while (`avoidMs`) it is neither chosen nor taken again. */
  dismiss(id: string): void {
    this.#feed({ type: 'dismiss', id })
  }

  /** A neighbour is there, and does not speak the host's protocols: it is dismissed, so that another can be found. */
  useless(id: string): void {
    this.#feed({ type: 'useless', id })
  }

  /** Serves greetings, from now on; nobody is greeted before `start`. */
  async open(): Promise<void> {
    await this.#transport.handle(HELLO, (from, body) => this.#receive(from, body))
  }

  start(): void {
    this.#machine = new Neighbourhood(this.#parts.pex.id, this.#parts.limits)
    this.#life = new AbortController()
    this.#feed({ type: 'wake' })
  }

  /** Says goodbye to everybody, and waits for that, though not long. */
  async stop(): Promise<void> {
    this.#cancelWake?.()
    const life = this.#life
    this.#feed({ type: 'stop' })
    this.#life = undefined
    life?.abort(new PexError('PEX_ABORTED', 'the host stops'))
    while (this.#underway.size > 0) await Promise.allSettled(this.#underway)
    await this.#transport.unhandle(HELLO)
  }

  get #transport(): Transport {
    return this.#parts.pex.transport
  }

  /** What a listener asks for in the middle of a step has its turn after it; the outputs are then nobody's to read. */
  #feed(input: Input): readonly Output[] {
    if (this.#life === undefined) return []
    this.#inbox.push(input)
    if (this.#inbox.length > 1) return []
    let first: readonly Output[] | undefined
    try {
      for (let next = this.#inbox[0]; next !== undefined; next = this.#inbox[0]) {
        const outputs = this.#machine.handle(this.#parts.clock.now(), next)
        if (next.type !== 'alive') this.#snapshot = undefined
        for (const output of outputs) this.#carryOut(output)
        if (next.type === 'welcome' || next.type === 'greeting') this.#judge()
        first ??= outputs
        this.#inbox.shift()
      }
    } finally {
      // What fails in the middle of a step must not keep the next one waiting for ever.
      this.#inbox.length = 0
    }
    return first ?? []
  }

  #carryOut(output: Output): void {
    switch (output.type) {
      case 'search':
        this.#track(this.#search(output.count))
        break
      case 'greet':
        this.#track(this.#greet(output.to, output.deadlineMs))
        break
      case 'farewell':
        this.#track(this.#bid(output.to))
        break
      case 'added':
        this.safeDispatchEvent('peer:added', { detail: output.neighbour })
        break
      case 'removed':
        this.safeDispatchEvent('peer:removed', { detail: { neighbour: output.neighbour, why: output.why } })
        break
      case 'wake':
        this.#cancelWake?.()
        // Something may have been due while other things happened.
        this.#cancelWake = this.#parts.clock.after(Math.max(0, output.at - this.#parts.clock.now()), () =>
          this.#feed({ type: 'wake' })
        )
        break
      case 'answer':
        break
    }
  }

  /** In a turn of its own, so that the machine is never called while it is carried out. */
  async #search(count: number): Promise<void> {
    const { pex, namespace } = this.#parts
    await Promise.resolve()
    const contacts = pex.namespaces.includes(namespace) ? pex.sample(namespace, count) : []
    this.#feed({ type: 'candidates', contacts })
  }

  async #greet(to: Contact & { readonly id: string }, deadlineMs: number): Promise<void> {
    const { clock, network, agent, pex } = this.#parts
    const sent = clock.now()
    try {
      const envelope = pex.record?.envelope ?? new Uint8Array()
      const body = encodeGreeting({ network, agent, time: sent, envelope })
      const answer = await this.#request(to, body, deadlineMs, this.#life?.signal)
      const reception = decodeReception(answer)
      if (reception === undefined) throw new PexError('PEX_REJECTED', 'the answer to a greeting is none')
      const now = clock.now()
      const terms = { agent: reception.agent, rttMs: now - sent, skewMs: reception.time - (sent + now) / 2 }
      const why = reception.status === 'welcome' ? this.#mismatch(terms) : reception.status
      if (why === 'clock-skew') this.#misfits.set(to.id, terms.skewMs)
      else this.#misfits.delete(to.id)
      if (why === undefined) this.#feed({ type: 'welcome', id: to.id, contact: to, terms })
      else this.#decline(to.id, why, reception.status === 'welcome')
    } catch (error) {
      this.#parts.log(`${to.id} does not answer a greeting`, error)
      this.#feed({ type: 'unanswered', id: to.id })
    }
  }

  #decline(id: string, why: Status, byUs: boolean): void {
    this.#feed({ type: why === 'too-soon' ? 'postponed' : 'declined', id })
    this.safeDispatchEvent('peer:declined', { detail: { id, why, byUs } })
    if (why === 'clock-skew') this.#judge()
  }

  async #bid(to: Contact): Promise<void> {
    await this.#request(to, farewell, FAREWELL_MS, undefined).catch((error: unknown) =>
      this.#parts.log(`${to.id} does not hear our goodbye`, error)
    )
  }

  async #request(
    to: Contact,
    body: Uint8Array,
    deadlineMs: number,
    life: AbortSignal | undefined
  ): Promise<Uint8Array> {
    const controller = new AbortController()
    const late = new PexError('PEX_TIMEOUT', `no answer within ${deadlineMs} ms`)
    const cancel = this.#parts.clock.after(deadlineMs, () => controller.abort(late))
    const follow = (): void => controller.abort(life?.reason)
    life?.addEventListener('abort', follow, { once: true })
    if (life?.aborted === true) follow()
    try {
      return (await this.#transport.request(to, HELLO, body, { signal: controller.signal })).body
    } finally {
      cancel()
      life?.removeEventListener('abort', follow)
    }
  }

  /** Answers a greeting or a goodbye; cheap checks come before dear ones. */
  async #receive(from: string, body: Uint8Array): Promise<Uint8Array> {
    if (isFarewell(body)) {
      this.#feed({ type: 'farewell', id: from })
      return farewell
    }
    const { clock, agent } = this.#parts
    const status = await this.#statusOf(from, body)
    if (status !== 'welcome')
      this.safeDispatchEvent('peer:declined', { detail: { id: from, why: status, byUs: true } })
    return encodeReception({ status, time: clock.now(), agent })
  }

  async #statusOf(from: string, body: Uint8Array): Promise<Status> {
    const now = this.#parts.clock.now()
    if (this.#life === undefined) return 'stopping'
    const since = now - (this.#greeters.get(from) ?? Number.NEGATIVE_INFINITY)
    // Before zero: the clock has been set back.
    if (since >= 0 && since < LEAST_GAP_MS) return 'too-soon'
    this.#greeters.set(from, now)
    const greeting = decodeGreeting(body)
    if (greeting === undefined) return 'bad-greeting'
    if (greeting.network !== this.#parts.network) return 'other-network'
    const terms = { agent: greeting.agent, rttMs: undefined, skewMs: greeting.time - now }
    const mismatch = this.#mismatch(terms)
    if (mismatch !== undefined) return mismatch
    if (this.#machine.isFullFor(from)) return 'full'
    const record = await this.#verified(greeting.envelope)
    if (record === undefined) return 'too-soon'
    if (isRejection(record) || record.id !== from) return 'bad-greeting'
    const outputs = this.#feed({ type: 'greeting', id: from, contact: record, terms })
    const answer = outputs.find(output => output.type === 'answer')
    return answer === undefined ? 'stopping' : (answer.decline ?? 'welcome')
  }

  /** Nothing where too many are being verified already. */
  async #verified(envelope: Uint8Array): Promise<PeerRecord | Rejection | undefined> {
    if (this.#verifying >= MAX_VERIFYING) return undefined
    this.#verifying++
    try {
      return await this.#parts.verifier.verify(envelope)
    } finally {
      this.#verifying--
    }
  }

  #mismatch({ agent, skewMs }: Terms): Mismatch | undefined {
    const { check, leastAgent } = this.#parts
    const read = readAgent(agent)
    if (read === undefined) return 'bad-greeting'
    if (leastAgent !== undefined && read.name === leastAgent.name && !isAtLeast(read, leastAgent))
      return 'too-old'
    return check.isAcceptable(skewMs) ? undefined : 'clock-skew'
  }

  #judge(): void {
    const health = this.clock
    if (health === undefined || health.isWrong === this.#isClockWrong) return
    this.#isClockWrong = health.isWrong
    this.safeDispatchEvent('clock:change', { detail: health })
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underway.delete(tracked))
    this.#underway.add(tracked)
  }
}
