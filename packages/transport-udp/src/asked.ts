/**
 * This host's own questions to one peer: a few on the wire, the others in line.
 */
import { Assembly } from './assembly.ts'
import type { UdpLimits } from './constants.ts'
import type { FragmentFrame } from './frames.ts'
import { Outgoing } from './outgoing.ts'

/** A question of this host, as the machine's user knows it. */
export interface Request {
  /** The user's number for it. */
  readonly key: number
  readonly payload: Uint8Array
}

interface Question {
  readonly request: Request
  readonly message: Outgoing
  answer: Assembly | undefined
}

export class Asked {
  readonly #limits: UdpLimits
  // Bounded by maxAskedPerPeer; keyed by our own numbers.
  readonly #wire = new Map<number, Question>()
  // Bounded by the requests of this host's own code, each with its deadline.
  readonly #line = new Set<Request>()
  #bytes = 0
  #lastId = 0

  constructor(limits: UdpLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#wire.size + this.#line.size
  }

  get requests(): Request[] {
    return [...[...this.#wire.values()].map(({ request }) => request), ...this.#line]
  }

  /** Whether a number has ever stood for a question. */
  isKnown(id: number): boolean {
    return id > 0 && id <= this.#lastId
  }

  add(request: Request): void {
    this.#line.add(request)
  }

  /** The next question in line, if there is room for it on the wire. */
  start(): Outgoing | undefined {
    const { maxAskedPerPeer, maxIncompleteBytesPerPeer } = this.#limits
    for (const request of this.#line) {
      const bytes = this.#bytes + request.payload.length
      if (this.#wire.size >= maxAskedPerPeer || bytes > maxIncompleteBytesPerPeer) return undefined
      this.#line.delete(request)
      this.#bytes = bytes
      const message = new Outgoing('question', ++this.#lastId, request.payload)
      this.#wire.set(message.id, { request, message, answer: undefined })
      return message
    }
    return undefined
  }

  /** Takes a piece of an answer; the question where the answer is whole, false for a piece that does not fit. */
  take(frame: FragmentFrame): { request: Request; message: Outgoing; bytes: Uint8Array } | boolean {
    const question = this.#wire.get(frame.id)
    if (question === undefined) return true
    question.answer ??= new Assembly(frame.total)
    if (frame.total < 1 || !question.answer.add(frame)) return false
    if (!question.answer.isWhole) return true
    this.#end(question)
    return { request: question.request, message: question.message, bytes: question.answer.bytes() }
  }

  /** The question is not wanted any more. Its message, if it has been on the wire. */
  cancel(request: Request): Outgoing | undefined {
    if (this.#line.delete(request)) return undefined
    for (const question of this.#wire.values()) {
      if (question.request !== request) continue
      this.#end(question)
      return question.message
    }
    return undefined
  }

  clear(): void {
    this.#wire.clear()
    this.#line.clear()
  }

  #end({ message }: Question): void {
    this.#wire.delete(message.id)
    this.#bytes -= message.payload.length
  }
}
