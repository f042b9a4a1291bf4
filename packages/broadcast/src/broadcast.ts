/**
 * The driver: carries out what the machine decides, over a transport, among the neighbours that it is given.
 */
import { BoundedMap, limits, PexError } from '@pex/core'
import type { Clock, Contact, Logger, Metrics, Transport } from '@pex/core'
import { bounds, maxPayloadBytes } from './bounds.ts'
import { decode, encode, protocolBytes, sizeOf } from './codec.ts'
import type { BroadcastCounts } from './counts.ts'
import type { Input, Output } from './events.ts'
import { Lanes } from './lanes.ts'
import { BroadcastMachine } from './machine.ts'
import type { MachineOptions } from './machine.ts'
import { broadcastMetrics } from './metrics.ts'
import { priorities } from './message.ts'
import type { Frame, Message, Priority, Verdict } from './message.ts'

/** Who the neighbours are: live peers that would name us, too. */
export interface PeerSource {
  /** At most 64 count, the first ones; those without an id do not. Read again every ten seconds. */
  peers(): readonly Contact[]
  /** Calls the listener when `peers()` has changed; returns the way to stop that. */
  watch?(listener: () => void): () => void
}

/** A message as a protocol gets it to judge. */
export interface Received extends Message {
  /** 64 hex digits. */
  readonly id: string
  /** The neighbour that brought it, authenticated by the transport; not who wrote it. */
  readonly from: string
}

export interface ProtocolInit {
  /**
   * Judges a message, and takes it where it is valid: it comes once. `valid` passes it on, `invalid` names the sender to
   * `onInvalid`, `ignore` does neither; so does a throw, and a verdict that takes longer than ten seconds.
   */
  readonly validate: (message: Received) => Verdict | PromiseLike<Verdict>
  /** @default 'mid' */
  readonly priority?: Priority | undefined
  /** Longest payload; a longer one is invalid. @default 65 680 */
  readonly maxBytes?: number | undefined
}

export interface BroadcastInit extends Pick<MachineOptions, 'rng' | 'mode' | 'lifetimeMs' | 'skewMs'> {
  readonly transport: Transport
  readonly peers: PeerSource
  readonly clock: Clock
  /** @default '/pex/broadcast/1.0.0' */
  readonly protocol?: string | undefined
  /** A peer has sent what is invalid. */
  readonly onInvalid?:
    | ((from: string, about: { readonly protocol: string; readonly id: string }) => void)
    | undefined
  /** A neighbour could not be reached, or did not answer: it may be dead. */
  readonly onUnreachable?: ((id: string, error: unknown) => void) | undefined
  /** A neighbour is there, and takes no broadcasts: it is of no use as one. */
  readonly onUnsupported?: ((id: string) => void) | undefined
  readonly log?: Logger | undefined
  /** Where to count what happens: a libp2p node's metrics, or anything like them. @default nothing is counted */
  readonly metrics?: Metrics | undefined
}

export interface Broadcast {
  start(): Promise<void>
  /** Idempotent. What waits to be sent is given up. */
  stop(): Promise<void>
  /** From now on messages of this protocol are judged and passed on. Fails with `PEX_INVALID_PARAMETER` for what is out of range. */
  register(protocol: string, init: ProtocolInit): void
  unregister(protocol: string): void
  /**
   * Sends a message to everybody; returns its id. The same bytes again are another message. Fails with `PEX_NOT_STARTED`, and
   * with `PEX_INVALID_PARAMETER` for a protocol that is not registered or a payload that is too long.
   */
  publish(protocol: string, payload: Uint8Array): string
  /** Reads the list of neighbours again. */
  refresh(): void
  readonly counts: BroadcastCounts
  /** How much is remembered and under way. */
  readonly census: BroadcastMachine['census']
}

interface Registered extends Required<Pick<ProtocolInit, 'validate'>> {
  readonly maxBytes: number
}

export function createBroadcast(init: BroadcastInit): Broadcast {
  return new Driver(init)
}

class Driver implements Broadcast {
  readonly #init: BroadcastInit
  readonly #protocol: string
  readonly #machine: BroadcastMachine
  readonly #lanes: Lanes
  // Bounded by the protocols that this host's own code registers; keyed by their names.
  readonly #protocols = new Map<string, Registered>()
  /** Neighbours that did not answer, and until when they are left alone. */
  readonly #resting = new BoundedMap<string, number>(bounds.resting)
  /** Whom we are answering just now, and what is said to them in this step. Bounded by what one step says. */
  #answering: { readonly to: string; readonly frames: Frame[]; left: number } | undefined
  #isRunning = false
  #cancelWake: (() => void) | undefined
  #wakeAt = Infinity
  #refreshedAt = -Infinity
  #cancelRefresh: (() => void) | undefined
  #unwatch: (() => void) | undefined

  constructor(init: BroadcastInit) {
    const { transport, clock, protocol = '/pex/broadcast/1.0.0' } = init
    this.#init = init
    this.#protocol = protocol
    this.#machine = new BroadcastMachine(init)
    this.#lanes = new Lanes({
      transport,
      protocol,
      clock,
      onAnswer: (from, body) => this.#receive(from, body),
      onFailure: (id, error) => this.#fail(id, error)
    })
    if (init.metrics !== undefined) broadcastMetrics(init.metrics, this)
  }

  get counts(): BroadcastCounts {
    return this.#machine.counts.now
  }

  get census(): BroadcastMachine['census'] {
    return this.#machine.census
  }

  async start(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    const { transport, peers } = this.#init
    this.#unwatch = peers.watch?.(() => this.refresh())
    this.refresh()
    // What an earlier run still wanted to do.
    this.#handle({ type: 'wake' })
    await transport.handle(this.#protocol, async (from, body) => this.#answer(from, body))
  }

  async stop(): Promise<void> {
    if (!this.#isRunning) return
    this.#isRunning = false
    this.#unwatch?.()
    this.#cancelWake?.()
    this.#wakeAt = Infinity
    this.#cancelRefresh?.()
    this.#lanes.closeAll()
    this.#machine.handle(this.#init.clock.now(), { type: 'neighbours', ids: [] })
    await this.#init.transport.unhandle(this.#protocol)
  }

  register(protocol: string, { validate, priority = 'mid', maxBytes = maxPayloadBytes }: ProtocolInit): void {
    if (protocolBytes(protocol) === undefined)
      throw invalid(`a protocol's name has 1 to ${bounds.maxProtocolBytes} bytes of UTF-8`)
    if (!priorities.includes(priority)) throw invalid(`a priority is one of ${priorities.join(', ')}`)
    if (!(Number.isInteger(maxBytes) && maxBytes >= 0 && maxBytes <= maxPayloadBytes))
      throw invalid(`maxBytes is an integer from 0 to ${maxPayloadBytes}, not ${maxBytes}`)
    this.#protocols.set(protocol, { validate, maxBytes })
    this.#machine.register(protocol, priority)
  }

  unregister(protocol: string): void {
    this.#protocols.delete(protocol)
    this.#machine.unregister(protocol)
  }

  publish(protocol: string, payload: Uint8Array): string {
    if (!this.#isRunning) throw new PexError('PEX_NOT_STARTED', 'broadcast has not been started')
    const registered = this.#protocols.get(protocol)
    if (registered === undefined) throw invalid(`${protocol} has not been registered`)
    if (!(payload instanceof Uint8Array) || payload.length > registered.maxBytes)
      throw invalid(`a payload of ${protocol} is of at most ${registered.maxBytes} bytes`)
    // The application may go on writing to its bytes: a Buffer's slice() is no copy.
    return this.#handle({ type: 'published', message: { protocol, payload: new Uint8Array(payload) } })!
  }

  refresh(): void {
    if (!this.#isRunning) return
    const { clock, peers } = this.#init
    this.#refreshedAt = clock.now()
    this.#cancelRefresh?.()
    this.#cancelRefresh = clock.after(bounds.refreshMs, () => this.refresh())
    const contacts = new Map<string, Contact>()
    for (const contact of peers.peers()) {
      if (contacts.size >= bounds.neighbours) break
      const { id } = contact
      if (id !== undefined && (this.#resting.get(id) ?? 0) <= clock.now()) contacts.set(id, contact)
    }
    this.#lanes.set(contacts)
    this.#handle({ type: 'neighbours', ids: [...contacts.keys()] })
  }

  /** Answers a request: with what the machine has to say to the asker at once. */
  #answer(from: string, body: Uint8Array): Uint8Array {
    // A peer that speaks to us is a live one, whatever we thought.
    this.#resting.delete(from)
    const isLongAgo = this.#init.clock.now() >= this.#refreshedAt + bounds.strangerMs
    if (isLongAgo && !this.#machine.isNeighbour(from)) this.refresh()
    const answering = { to: from, frames: [], left: limits.maxMessageBytes }
    this.#answering = answering
    try {
      this.#receive(from, body)
    } finally {
      this.#answering = undefined
    }
    return encode(answering.frames)
  }

  #receive(from: string, body: Uint8Array): void {
    const frames = decode(body)
    if (typeof frames === 'string') this.#machine.counts.rejected[frames]++
    else if (frames.length > 0) this.#handle({ type: 'received', from, frames })
  }

  #fail(id: string, error: unknown): void {
    const { clock, onUnreachable, onUnsupported } = this.#init
    const isUnsupported = error instanceof PexError && error.code === 'PEX_UNSUPPORTED'
    this.#resting.set(id, clock.now() + bounds.refreshMs)
    this.#handle({ type: isUnsupported ? 'unsupported' : 'unreachable', id })
    if (isUnsupported) onUnsupported?.(id)
    else onUnreachable?.(id, error)
  }

  #handle(input: Input): string | undefined {
    if (!this.#isRunning) return undefined
    let published: string | undefined
    for (const output of this.#machine.handle(this.#init.clock.now(), input)) {
      if (output.type === 'published') published = output.id
      else this.#carryOut(output)
    }
    return published
  }

  #carryOut(output: Exclude<Output, { type: 'published' }>): void {
    const { onInvalid } = this.#init
    switch (output.type) {
      case 'send':
        return this.#send(output.to, output.frame, output.priority)
      case 'validate':
        return this.#validate({ ...output.message, id: output.id, from: output.from })
      case 'invalid':
        return onInvalid?.(output.from, { protocol: output.protocol, id: output.id })
      case 'wake':
        return this.#wakeUp(output.at)
    }
  }

  /** One timer, for the earliest wish: a verdict that comes at once makes wishes in between. */
  #wakeUp(at: number): void {
    const { clock } = this.#init
    // A timer that should have gone off was armed while the clock was behind: it would come far too late.
    const isLate = this.#wakeAt < clock.now()
    if (at >= this.#wakeAt && !isLate) return
    this.#cancelWake?.()
    this.#wakeAt = Math.min(at, this.#wakeAt)
    this.#cancelWake = clock.after(Math.max(0, this.#wakeAt - clock.now()), () => {
      this.#wakeAt = Infinity
      this.#handle({ type: 'wake' })
    })
  }

  #send(to: string, frame: Frame, priority: Priority): void {
    const answering = this.#answering
    const bytes = sizeOf(frame)
    // An answer that gets lost is nobody's fault, and nobody is told: only what is asked for again may travel in it.
    const mayAnswer = frame.kind === 'prune' || frame.kind === 'data'
    if (
      answering?.to === to &&
      mayAnswer &&
      bytes <= answering.left &&
      answering.frames.length < bounds.frames
    ) {
      answering.frames.push(frame)
      answering.left -= bytes
    } else if (!this.#lanes.push(to, frame, priority) && frame.kind === 'data')
      this.#handle({ type: 'deferred', to, id: frame.id })
  }

  #validate(message: Received): void {
    const { id, protocol, payload } = message
    const registered = this.#protocols.get(protocol)
    if (registered === undefined) return this.#judge(id, 'ignore')
    if (payload.length > registered.maxBytes) return this.#judge(id, 'invalid')
    const failed = (error: unknown): void => {
      this.#init.log?.error('the validator of %s failed: %e', protocol, error)
      this.#judge(id, 'ignore')
    }
    try {
      const verdict = registered.validate(message)
      if (typeof verdict === 'string') this.#judge(id, verdict)
      else void Promise.resolve(verdict).then(verdict => this.#judge(id, verdict), failed)
    } catch (error) {
      failed(error)
    }
  }

  /** What is no verdict is none. */
  #judge(id: string, verdict: Verdict): void {
    const isVerdict = verdict === 'valid' || verdict === 'invalid'
    this.#handle({ type: 'judged', id, verdict: isVerdict ? verdict : 'ignore' })
  }
}

function invalid(message: string): PexError {
  return new PexError('PEX_INVALID_PARAMETER', message)
}
