/**
 * The answering half. Whatever comes is answered: with a result, with the handler's own failure, or with why there is
 * neither. Ids are the caller's own: they are looked up together with its authenticated name, so that nobody can name
 * another's call.
 */
import { LRUCache } from 'lru-cache'
import { PexError } from '@pex/core'
import type { Clock, Logger } from '@pex/core'
import { bounds } from './bounds.ts'
import type { Codecs } from './codec.ts'
import type { Counts } from './counts.ts'
import { Deadline } from './deadline.ts'
import { RpcFailure } from './errors.ts'
import type { Refusal, RpcRejection } from './errors.ts'
import { decodeRequest, encodeFailure, encodeRefusal, encodeResult } from './frames.ts'
import type { CallFrame } from './frames.ts'
import type { Gate } from './gate.ts'

/** What a handler is told beside the question. */
export interface CallContext {
  /** Who asks, authenticated by the transport. */
  readonly from: string
  /** Aborted when the caller waits no longer, when time is over, and when rpc stops. */
  readonly signal: AbortSignal
}

/** Answers one type of call. What it throws reaches the caller as an error: its words only if it is an `RpcFailure`. */
export type CallHandler<Question, Answer> = (
  question: Question,
  context: CallContext
) => Answer | PromiseLike<Answer>

interface Served {
  readonly codecs: Codecs<unknown, unknown>
  readonly handler: CallHandler<unknown, unknown>
}

/** What became of a handler. */
type Outcome = { readonly value: unknown } | { readonly error: unknown } | 'aborted'

export interface ServerParts {
  readonly clock: Clock
  readonly gate: Gate
  readonly counts: Counts
  readonly log: Logger | undefined
}

export class Server {
  readonly #parts: ServerParts
  // Bounded by the types that this host's own code serves; keyed by their names.
  readonly #types = new Map<string, Served>()
  // Bounded by what the gate lets in and lets wait; keyed by the authenticated caller and its id.
  readonly #running = new Map<string, { readonly deadline: Deadline; readonly answer: Promise<Uint8Array> }>()
  // Bounded by `rememberedBytes`; keyed like `#running`. A caller that makes many calls pushes out what is oldest, and all
  // that comes of it is that a question which a carrier repeats late runs twice.
  readonly #answered = new LRUCache<string, Uint8Array>({
    maxSize: bounds.rememberedBytes,
    sizeCalculation: (answer, key) => answer.length + 2 * key.length + 100
  })

  constructor(parts: ServerParts) {
    this.#parts = parts
  }

  handle(type: string, served: Served): void {
    this.#types.set(type, served)
  }

  unhandle(type: string): void {
    this.#types.delete(type)
  }

  /** Tells every handler at work to stop. */
  stop(): void {
    for (const { deadline } of this.#running.values())
      deadline.abort(new PexError('PEX_ABORTED', 'rpc has been stopped'))
    this.#answered.clear()
  }

  /** Answers one request of the transport; never fails. */
  async serve(from: string, frame: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const request = decodeRequest(frame)
    if (typeof request === 'string') return this.#reject(request)
    const key = `${from} ${request.id}`
    if (request.kind === 'cancel') return this.#cancel(key)
    const known = this.#running.get(key)?.answer ?? this.#answered.get(key)
    if (known !== undefined) {
      this.#parts.counts.totals.repeated++
      return known
    }
    const served = this.#types.get(request.type)
    if (served === undefined) return this.#refuse('unknown-type')
    const deadline = new Deadline(this.#parts.clock, request.timeoutMs, signal)
    const answer = this.#answer(from, request, served, deadline).finally(() => {
      deadline.end()
      this.#running.delete(key)
    })
    this.#running.set(key, { deadline, answer })
    const bytes = await answer
    this.#answered.set(key, bytes)
    return bytes
  }

  #cancel(key: string): Uint8Array {
    const running = this.#running.get(key)
    if (running === undefined) return this.#reject('unknown-cancel')
    running.deadline.abort(new PexError('PEX_ABORTED', 'the caller waits no longer'))
    return encodeResult(new Uint8Array())!
  }

  async #answer(from: string, call: CallFrame, served: Served, deadline: Deadline): Promise<Uint8Array> {
    const { signal } = deadline
    let leave
    try {
      leave = await this.#parts.gate.enter(from, signal)
    } catch {
      return this.#refuse(stopped(signal))
    }
    if (leave === undefined) return this.#refuse('busy')
    try {
      return await this.#run(from, call, served, signal)
    } finally {
      // A handler that does not heed its signal keeps its place no longer: it would be taken from everybody else.
      leave()
    }
  }

  async #run(from: string, call: CallFrame, served: Served, signal: AbortSignal): Promise<Uint8Array> {
    const { counts, log } = this.#parts
    let question
    try {
      question = served.codecs.question.decode(call.body)
    } catch {
      return this.#reject('bad-body')
    }
    counts.totals.served++
    const outcome = await outcomeOf(() => served.handler(question, { from, signal }), signal)
    if (outcome === 'aborted') return this.#refuse(stopped(signal))
    try {
      if ('error' in outcome) throw outcome.error
      const result = encodeResult(served.codecs.answer.encode(outcome.value))
      if (result === undefined) return this.#refuse('too-long')
      counts.totals.succeeded++
      return result
    } catch (error) {
      counts.totals.failed++
      if (error instanceof RpcFailure) return encodeFailure(error)
      // Whatever else went wrong is for our own eyes.
      log?.error('the handler of %s failed: %e', call.type, error)
      return encodeFailure({ code: 'internal', message: '' })
    }
  }

  #refuse(refusal: Refusal): Uint8Array {
    this.#parts.counts.refused[refusal]++
    return encodeRefusal(refusal)
  }

  #reject(reason: RpcRejection): Uint8Array {
    this.#parts.counts.rejected[reason]++
    return this.#refuse('malformed')
  }
}

/** What the handler comes to, or that the signal was aborted before. */
function outcomeOf(handler: () => unknown, signal: AbortSignal): Promise<Outcome> {
  return new Promise(resolve => {
    const onAbort = (): void => resolve('aborted')
    signal.addEventListener('abort', onAbort)
    void (async () => handler())()
      .then(
        value => resolve({ value }),
        (error: unknown) => resolve({ error })
      )
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}

function stopped(signal: AbortSignal): Refusal {
  const reason: unknown = signal.reason
  return reason instanceof PexError && reason.code === 'PEX_TIMEOUT' ? 'overdue' : 'cancelled'
}
