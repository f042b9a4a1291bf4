/**
 * The driver of one namespace: puts into the core's machine what happens, and carries out what the machine decides.
 */
import { between, isRejection, PexError } from '@pex/core'
import type {
  Clock,
  Contact,
  Descriptor,
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
import { encodeExchange, encodeRefusal } from '@pex/wire'
import type { PexEvents } from './pex.ts'
import { protocolOf } from './protocol.ts'
import { receive } from './receive.ts'
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
  readonly discovery: Discovery
  readonly clock: Clock
  readonly rng: Rng
  readonly emit: Emit
  /** What survives a restart has changed. */
  readonly persist: () => void
}

export class Session {
  readonly #parts: SessionParts
  #closed = false
  #cancelWake: (() => void) | undefined
  #round: PromiseWithResolvers<string | undefined> | undefined
  #askedAt = 0
  #failure: PexError | undefined
  // Work under way: at most one exchange of ours and one search.
  #exchange: AbortController | undefined
  #search: AbortController | undefined

  constructor(parts: SessionParts) {
    this.#parts = parts
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
    const { transport, namespace, rng } = this.#parts
    await transport.handle(protocolOf(namespace), (from, body) => this.#respond(from, body))
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
    this.#exchange?.abort(left)
    this.#search?.abort(left)
    this.#round?.resolve(undefined)
    this.#round = undefined
    await this.#parts.transport.unhandle(protocolOf(this.#parts.namespace))
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
    return outputs
  }

  #carryOut(output: Output): void {
    const { emit, clock, machine, persist } = this.#parts
    switch (output.type) {
      case 'wake':
        return this.#wakeIn(output.at - clock.now())
      case 'request':
        this.#round ??= Promise.withResolvers()
        return void this.#request(output.attempt, output.to, output.message)
      case 'discover':
        this.#round ??= Promise.withResolvers()
        return void this.#discover()
      case 'round': {
        this.#search?.abort(new PexError('PEX_ABORTED', 'the round is over'))
        this.#search = undefined
        const over = this.#round
        this.#round = undefined
        emit('round', { round: machine.round, reached: output.reached })
        return over?.resolve(output.reached)
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
          ms: output.role === 'initiator' ? clock.now() - this.#askedAt : undefined
        })
      case 'rejected':
        return emit('reject', { peer: output.peer, reason: output.reason })
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

  /** Asks one peer, within the deadline, and reports how it went. */
  async #request(attempt: number, to: Contact, message: readonly Descriptor[]): Promise<void> {
    const { clock } = this.#parts
    const exchange = new AbortController()
    this.#exchange = exchange
    this.#askedAt = clock.now()
    try {
      const answered = await this.#withinDeadline(exchange, signal => this.#ask(to, message, signal))
      this.#failure = undefined
      const outputs = this.#put({ type: 'answered', attempt, ...answered })
      const rejected = outputs.find(output => output.type === 'rejected')
      const complete = outputs.some(output => output.type === 'exchange')
      if (rejected !== undefined && !complete)
        this.#failed(to, rejectedAnswer(answered.from, rejected.reason))
    } catch (cause) {
      if (this.#closed) return
      const error =
        cause instanceof PexError ? cause : new PexError('PEX_UNREACHABLE', 'the transport failed', { cause })
      this.#failed(to, error)
      this.#put({ type: 'unanswered', attempt, ...faultOf(error) })
    }
  }

  #failed(to: Contact, error: PexError): void {
    this.#failure = error
    this.#parts.emit('exchange:fail', { to, error })
  }

  async #ask(
    to: Contact,
    message: readonly Descriptor[],
    signal: AbortSignal
  ): Promise<{ from: string; message: readonly Descriptor[] }> {
    const { transport, namespace, verifier, emit } = this.#parts
    const { from, body } = await transport.request(to, protocolOf(namespace), encodeExchange(message), {
      signal
    })
    const received = await receive(body, verifier)
    if (isRejection(received)) {
      emit('reject', { peer: from, reason: received.reason })
      throw rejectedAnswer(from, received.reason)
    }
    if (received.kind === 'refusal')
      throw new PexError(
        'PEX_REFUSED',
        `${from} refuses the exchange: ${received.reason ?? 'for a reason of its own'}`
      )
    for (const { reason } of received.dropped) emit('reject', { peer: from, reason })
    return { from, message: received.descriptors }
  }

  /** Answers one request; a peer that is wrong gets a refusal. */
  async #respond(from: string, body: Uint8Array): Promise<Uint8Array> {
    const { verifier, emit } = this.#parts
    // Cheap before dear: whoever asks too often costs no signature.
    let outputs = this.#put({ type: 'called', from })
    if (outputs.length === 0) {
      const received = await receive(body, verifier)
      if (isRejection(received) || received.kind === 'refusal') {
        const reason = isRejection(received) ? received.reason : 'unknown-kind'
        emit('reject', { peer: from, reason })
        return encodeRefusal(reason)
      }
      for (const { reason } of received.dropped) emit('reject', { peer: from, reason })
      outputs = this.#put({ type: 'requested', from, message: received.descriptors })
    }
    for (const output of outputs) {
      if (output.type === 'answer') return encodeExchange(output.message)
      if (output.type === 'refuse') return encodeRefusal(output.reason)
    }
    throw new PexError('PEX_NOT_JOINED', 'the namespace has been left')
  }

  /** Looks for contacts for the round that has found nobody. */
  async #discover(): Promise<void> {
    const { discovery, namespace } = this.#parts
    const search = new AbortController()
    this.#search = search
    try {
      await this.#withinDeadline(search, async signal => {
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

  /** Runs work that has to be over when the exchange's deadline passes or the controller aborts. */
  async #withinDeadline<T>(
    controller: AbortController,
    work: (signal: AbortSignal) => Promise<T>
  ): Promise<T> {
    const { signal } = controller
    const cancel = this.#parts.clock.after(this.gossip.exchangeMs, () =>
      controller.abort(new PexError('PEX_TIMEOUT', `no answer within ${this.gossip.exchangeMs} ms`))
    )
    try {
      return await untilAborted(work(signal), signal)
    } finally {
      cancel()
    }
  }
}

/** An answer that had to be rejected: the peer's fault, not the network's. */
function rejectedAnswer(from: string, reason: RejectionReason): PexError {
  return new PexError('PEX_REJECTED', `the answer of ${from} is rejected: ${reason}`)
}

/** Whose fault a failed exchange is; nobody's that we know of, where the peer was silent. */
function faultOf({ code }: PexError): { fault?: 'rejected' | 'refused' } {
  if (code === 'PEX_REJECTED') return { fault: 'rejected' }
  return code === 'PEX_REFUSED' ? { fault: 'refused' } : {}
}
