/**
 * The asking half. One call is one request of the transport, so that an answer cannot be taken for another's; it is sent
 * once, and never again by itself: whether it may run twice is for the application to know.
 */
import { PexError } from '@pex/core'
import type { Clock, Contact, Rng, Transport } from '@pex/core'
import { bounds, maxBodyBytes } from './bounds.ts'
import type { Codecs } from './codec.ts'
import type { Counts } from './counts.ts'
import { Deadline } from './deadline.ts'
import { failedAt, refusedBy, rejectedReply } from './errors.ts'
import { decodeResponse, encodeCall, encodeCancel, typeBytes } from './frames.ts'
import type { Gate } from './gate.ts'

export interface CallOptions {
  /** Ends the wait with `PEX_ABORTED`, and the peer's handler is told. */
  readonly signal?: AbortSignal | undefined
  /** Longest wait for the answer, one's turn included, ms; at most 30 000. @default 30 000 */
  readonly timeoutMs?: number | undefined
}

/** An answer, and who gave it: `from` is authenticated by the transport. */
export interface Reply<Value> {
  readonly from: string
  readonly value: Value
}

export interface CallerParts {
  readonly transport: Transport
  readonly protocol: string
  readonly clock: Clock
  readonly rng: Rng
  readonly gate: Gate
  readonly counts: Counts
}

export class Caller {
  readonly #parts: CallerParts
  // Bounded by what the gate lets in and lets wait.
  readonly #calls = new Set<Deadline>()
  #cancels = 0

  constructor(parts: CallerParts) {
    this.#parts = parts
  }

  async call<Question, Answer>(
    to: Contact,
    type: string,
    value: Question,
    codecs: Codecs<Question, Answer>,
    { signal, timeoutMs = bounds.maxTimeoutMs }: CallOptions
  ): Promise<Reply<Answer>> {
    const { clock, gate, counts } = this.#parts
    const name = typeBytes(type)
    if (name === undefined) throw invalid(`a type has 1 to ${bounds.maxTypeBytes} bytes of UTF-8`)
    if (!(timeoutMs >= 1 && timeoutMs <= bounds.maxTimeoutMs))
      throw invalid(`timeoutMs is from 1 to ${bounds.maxTimeoutMs}, not ${timeoutMs}`)
    const body = encoded(codecs, value)
    const deadline = new Deadline(clock, timeoutMs, signal)
    this.#calls.add(deadline)
    const end = clock.now() + timeoutMs
    let leave: (() => void) | undefined
    try {
      leave = await gate.enter(to.id ?? to.addresses[0] ?? '', deadline.signal)
      if (leave === undefined) {
        counts.totals.busy++
        throw new PexError('PEX_BUSY', 'as many calls as may be are under way and waiting already')
      }
      const leftMs = Math.min(Math.max(1, Math.ceil(end - clock.now())), bounds.maxTimeoutMs)
      return await this.#ask(to, name, body, codecs, { deadline, leftMs, signal })
    } finally {
      leave?.()
      deadline.end()
      this.#calls.delete(deadline)
    }
  }

  /** Every call under way or waiting fails. */
  stop(): void {
    for (const call of this.#calls) call.abort(new PexError('PEX_ABORTED', 'rpc has been stopped'))
  }

  async #ask<Question, Answer>(
    to: Contact,
    type: Uint8Array,
    body: Uint8Array,
    codecs: Codecs<Question, Answer>,
    { deadline, leftMs, signal }: { deadline: Deadline; leftMs: number; signal: AbortSignal | undefined }
  ): Promise<Reply<Answer>> {
    const { transport, protocol, counts } = this.#parts
    const id = this.#newId()
    counts.totals.called++
    let answer
    try {
      const frame = encodeCall(id, leftMs, type, body)
      answer = await transport.request(to, protocol, frame, { signal: deadline.signal })
    } catch (error) {
      // When time is over the peer knows it by itself.
      if (signal?.aborted === true) void this.#cancel(to, id)
      throw error
    }
    const { from } = answer
    const response = decodeResponse(answer.body)
    if (typeof response === 'string') throw this.#reject(from, response)
    if (response.kind === 'refusal') throw refusedBy(from, response.refusal)
    if (response.kind === 'failure') throw failedAt(from, response.failure)
    try {
      const value = codecs.answer.decode(response.body)
      counts.totals.answered++
      return { from, value }
    } catch {
      throw this.#reject(from, 'bad-body')
    }
  }

  #reject(from: string, reason: Parameters<typeof rejectedReply>[1]): PexError {
    this.#parts.counts.rejected[reason]++
    return rejectedReply(from, reason)
  }

  /** Tells the peer that nobody waits any more; some carriers tell it by themselves, others do not. */
  async #cancel(to: Contact, id: Uint8Array): Promise<void> {
    if (this.#cancels >= bounds.cancels) return
    const { transport, protocol, clock } = this.#parts
    this.#cancels++
    const deadline = new Deadline(clock, bounds.cancelMs, undefined)
    this.#calls.add(deadline)
    try {
      await transport.request(to, protocol, encodeCancel(id), { signal: deadline.signal })
    } catch {
      // The deadline that the call carried ends the handler then.
    } finally {
      deadline.end()
      this.#calls.delete(deadline)
      this.#cancels--
    }
  }

  #newId(): Uint8Array {
    const id = new Uint8Array(bounds.idBytes)
    const view = new DataView(id.buffer)
    for (let at = 0; at < id.length; at += 4) view.setUint32(at, this.#parts.rng())
    return id
  }
}

function encoded<Question>({ question }: Codecs<Question, unknown>, value: Question): Uint8Array {
  let body
  try {
    body = question.encode(value)
  } catch (cause) {
    throw new PexError('PEX_INVALID_PARAMETER', 'the value cannot be encoded', { cause })
  }
  if (body instanceof Uint8Array && body.length <= maxBodyBytes) return body
  throw invalid(`a question is of at most ${maxBodyBytes} bytes, not ${body?.length}`)
}

function invalid(message: string): PexError {
  return new PexError('PEX_INVALID_PARAMETER', message)
}
