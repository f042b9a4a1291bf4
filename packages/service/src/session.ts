/**
 * The driver of one namespace: puts into the core's machine what happens, and carries out what the machine decides.
 */
import { between, BoundedMap, isRejection, PexError } from '@pex/core'
import type {
  Clock,
  Contact,
  Discovery,
  Gossip,
  Input,
  Namespace,
  Output,
  PeerRecord,
  RejectionReason,
  Rng,
  Transport,
  Verifier
} from '@pex/core'
import type { Wire } from '@pex/wire'
import { Bell } from './bell.ts'
import { withinDeadline } from './deadline.ts'
import type { PexEvents } from './pex.ts'
import { receiveQuestion } from './receive.ts'
import { faultOf, rejectedAnswer, Requests } from './requests.ts'
import { untilAborted } from './until.ts'

/** Tells the application what has happened in a namespace. */
export type Emit = <Name extends keyof PexEvents>(
  name: Name,
  detail: Omit<PexEvents[Name]['detail'], 'namespace'>
) => void

export interface SessionParts {
  readonly namespace: string
  readonly machine: Namespace
  readonly gossip: Gossip
  readonly transport: Transport
  readonly verifier: Verifier
  /** This host's own id. */
  readonly self: string
  readonly wires: readonly Wire[]
  readonly discovery: Discovery
  readonly clock: Clock
  readonly rng: Rng
  readonly emit: Emit
  /** What survives a restart has changed. */
  readonly persist: () => void
  /** A round is over; it has reached that peer, or nobody. */
  readonly roundOver: (reached: string | undefined) => void
}

/** What the machine wants to be asked. */
type Request = Extract<Output, { type: 'request' }>

export class Session {
  readonly #parts: SessionParts
  readonly #requests: Requests
  #closed = false
  #cancelWake: (() => void) | undefined
  #round: PromiseWithResolvers<string | undefined> | undefined
  // When exchanges of ours began whose settles may be under way. Bounded: that of this round and the one before, by partner.
  readonly #begun = new BoundedMap<string, number>(2)
  #failure: PexError | undefined
  #search: AbortController | undefined
  // Rings when the stream may have somebody new, or has ended.
  readonly #news = new Bell()

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.#requests = new Requests({ ...parts, rejected: this.#rejected })
  }

  get machine(): Namespace {
    return this.#parts.machine
  }

  /** Why the last exchange of ours failed, if the last one did. */
  get failure(): PexError | undefined {
    return this.#failure
  }

  get gossip(): Gossip {
    return this.#parts.gossip
  }

  /** Serves the namespace and begins its rounds: now, or quietly, with a wait before the first. */
  async start({ quiet }: { readonly quiet: boolean }): Promise<void> {
    const { transport, namespace, rng, wires } = this.#parts
    for (const wire of wires)
      await transport.handle(wire.protocolOf(namespace), (from, body) => this.#respond(wire, from, body))
    const { tickMs } = this.gossip
    if (quiet) this.#wakeIn(between(rng, tickMs / 2, tickMs))
    else this.#put({ type: 'tick' })
  }

  /** Runs a round with these contacts and nobody else, after the one that may run. Resolves to the partner reached. */
  async bootstrap(contacts: readonly Contact[]): Promise<string | undefined> {
    while (this.#round !== undefined) await this.#round.promise
    return this.#closed ? undefined : this.#runRound({ type: 'bootstrap', contacts })
  }

  /** Runs a round now, or waits for the one that runs. Resolves to the partner reached, if any. */
  round(): Promise<string | undefined> {
    return this.#round?.promise ?? this.#runRound({ type: 'tick' })
  }

  /** Takes an event from outside the rounds. */
  put(input: Extract<Input, { type: 'offered' | 'renewed' }>): void {
    this.#put(input)
  }

  async stop(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#cancelWake?.()
    const left = new PexError('PEX_ABORTED', 'the namespace has been left')
    this.#requests.abort(left)
    this.#search?.abort(left)
    this.#round?.resolve(undefined)
    this.#round = undefined
    this.#news.ring()
    const { transport, namespace, wires } = this.#parts
    for (const wire of wires) await transport.unhandle(wire.protocolOf(namespace))
  }

  /** The peers of the machine's stream as they come, until the signal is aborted or the namespace left. */
  async *stream(signal: AbortSignal | undefined): AsyncGenerator<PeerRecord, void, undefined> {
    const isOver = (): boolean => this.#closed || signal?.aborted === true
    while (!isOver()) {
      const record = this.machine.next()
      if (record !== undefined) yield record
      else await untilAborted(this.#news.rung, signal).catch(() => {})
    }
  }

  #runRound(first: Input): Promise<string | undefined> {
    this.#round = Promise.withResolvers()
    const { promise } = this.#round
    this.#put(first)
    return promise
  }

  #put(input: Input): readonly Output[] {
    if (this.#closed) return []
    const outputs = this.#parts.machine.handle(this.#parts.clock.now(), input)
    for (const output of outputs) {
      this.#carryOut(output)
      // An application may leave from within an event.
      if (this.#closed) break
    }
    // A round gives everybody a turn again, and whoever has entered the view one more.
    if (outputs.some(({ type }) => type === 'view' || type === 'wake')) this.#news.ring()
    return outputs
  }

  #carryOut(output: Output): void {
    const { emit, clock, machine, persist } = this.#parts
    switch (output.type) {
      case 'wake':
        return this.#wakeIn(output.at - clock.now())
      case 'request':
        // Pings, and what is left to be settled, belong to no round.
        if (output.question.type === 'ask') this.#round ??= Promise.withResolvers()
        return void this.#request(output)
      case 'discover':
        this.#round ??= Promise.withResolvers()
        return void this.#discover()
      case 'round': {
        this.#search?.abort(new PexError('PEX_ABORTED', 'the round is over'))
        this.#search = undefined
        const over = this.#round
        this.#round = undefined
        emit('round', { round: machine.round, reached: output.reached })
        over?.resolve(output.reached)
        return this.#parts.roundOver(output.reached)
      }
      case 'view':
        return emit('view:update', {
          size: machine.view.size,
          added: output.added,
          removed: output.removed
        })
      case 'exchange':
        return emit('exchange:complete', {
          peer: output.peer,
          role: output.role,
          received: output.received,
          ms: output.role === 'initiator' ? this.#sinceAsked(output.peer) : undefined
        })
      case 'size':
        return emit('size:estimate', output.estimate)
      case 'alarm':
        return emit('size:alarm', output.estimate)
      case 'rejected':
        return this.#rejected(output.peer, output.reason)
      case 'persist':
        return persist()
      case 'answer':
      case 'refuse':
        return undefined // For whoever put the request in.
    }
  }

  #wakeIn(ms: number): void {
    this.#cancelWake?.()
    this.#cancelWake = this.#parts.clock.after(ms, () => this.#put({ type: 'tick' }))
  }

  /** Asks one peer, and reports how it went. */
  async #request(request: Request): Promise<void> {
    const { attempt, to, question } = request
    const askedAt = this.#parts.clock.now()
    try {
      const answered = await this.#requests.ask(request)
      if (question.type === 'ask') this.#begun.set(answered.from, askedAt)
      const outputs = this.#put({ type: 'answered', attempt, ...answered })
      if (question.type !== 'ask') return
      const rejected = outputs.find(output => output.type === 'rejected')
      if (rejected === undefined || outputs.some(goesOn)) this.#failure = undefined
      else this.#failed(to, rejectedAnswer(answered.from, rejected.reason))
    } catch (cause) {
      if (this.#closed) return
      const error =
        cause instanceof PexError ? cause : new PexError('PEX_UNREACHABLE', 'the transport failed', { cause })
      if (question.type === 'ask') this.#failed(to, error)
      this.#put({ type: 'unanswered', attempt, ...faultOf(error) })
    }
  }

  #failed(to: Contact, error: PexError): void {
    this.#failure = error
    this.#parts.emit('exchange:fail', { to, error })
  }

  #sinceAsked(peer: string): number | undefined {
    const at = this.#begun.get(peer)
    return at === undefined ? undefined : this.#parts.clock.now() - at
  }

  readonly #rejected = (peer: string, reason: RejectionReason): void => {
    this.#parts.emit('reject', { peer, reason })
  }

  /** Answers one request; a peer that is wrong gets a refusal, on a wire that has any. */
  async #respond(wire: Wire, from: string, body: Uint8Array): Promise<Uint8Array> {
    // Cheap before dear: whoever asks too often costs no signature.
    let outputs = this.#put({ type: 'called', from })
    if (outputs.length === 0) {
      const received = await receiveQuestion(wire, body, this.#parts)
      if (isRejection(received)) {
        this.#rejected(from, received.reason)
        return refusal(wire, received.reason)
      }
      for (const { reason } of received.dropped) this.#rejected(from, reason)
      const { message: question, places } = received
      outputs = this.#put({ type: 'requested', from, question, places })
    }
    for (const output of outputs) {
      if (output.type === 'refuse') return refusal(wire, output.reason)
      const answer = output.type === 'answer' ? wire.encode(output.response) : undefined
      if (answer !== undefined) return answer
    }
    throw new PexError('PEX_NOT_JOINED', 'the namespace has been left')
  }

  /** Looks for contacts for the round that has found nobody. */
  async #discover(): Promise<void> {
    const { discovery, namespace, clock } = this.#parts
    const search = new AbortController()
    this.#search = search
    try {
      await withinDeadline(clock, this.gossip.exchangeMs, search, async signal => {
        for await (const found of discovery.findPeers(namespace, { signal })) {
          if (found.envelope !== undefined) await this.offer([found.envelope])
          if (signal.aborted) return
          this.#put({ type: 'found', contact: found })
        }
      })
    } catch {
      // A source that fails has found nobody: the next round asks again.
    }
    // The search of a round that is over says nothing to the next one.
    if (this.#search === search) this.#put({ type: 'discovered' })
  }

  /** Takes envelopes from elsewhere: those that verify renew what we hold and fill free places. */
  async offer(envelopes: readonly Uint8Array[]): Promise<void> {
    const { verifier } = this.#parts
    const verified = await Promise.all(envelopes.map(envelope => verifier.verify(envelope)))
    const records = verified.filter((record): record is PeerRecord => !isRejection(record))
    this.#put({ type: 'offered', records })
  }
}

/** Whether an exchange has come further with an answer: it is complete, or only to be settled. */
function goesOn(output: Output): boolean {
  return output.type === 'exchange' || (output.type === 'request' && output.question.type === 'settle')
}

/** A refusal; where the wire has none, the exchange breaks off. */
function refusal(wire: Wire, reason: RejectionReason): Uint8Array {
  const body = wire.encodeRefusal(reason)
  if (body === undefined) throw new PexError('PEX_REFUSED', `the question is refused: ${reason}`)
  return body
}
