/**
 * Our own questions under way in a namespace, each within its own deadline: one exchange, its settle, a few pings. What
 * comes of a question is an answer whose records are verified, or an error that says whose fault it is.
 */
import { BoundedMap, isRejection, limits, PexError } from '@pex/core'
import type {
  Answer,
  Clock,
  Contact,
  Output,
  Question,
  RejectionReason,
  Response,
  Transport,
  Verifier
} from '@pex/core'
import type { Wire } from '@pex/wire'
import { withinDeadline } from './deadline.ts'
import { receiveResponse } from './receive.ts'

export interface RequestsParts {
  readonly namespace: string
  readonly transport: Transport
  readonly verifier: Verifier
  /** Our own id. */
  readonly self: string
  /** What we speak, the one we like best first. */
  readonly wires: readonly Wire[]
  readonly clock: Clock
  /** A message or a record in it was rejected. */
  readonly rejected: (peer: string, reason: RejectionReason) => void
}

/** An answer, by whom the transport says it is. */
export interface Answered {
  readonly from: string
  readonly response: Response
  readonly places?: readonly number[] | undefined
}

export class Requests {
  readonly #parts: RequestsParts
  // Bounded by limits.maxRequests: the machine has no more of them under way.
  readonly #underWay = new Set<AbortController>()

  // What a peer has answered on. Bounded by limits.maxKnown; keyed by authenticated ids of peers that we asked.
  readonly #spoken = new BoundedMap<string, Wire>(limits.maxKnown)

  constructor(parts: RequestsParts) {
    this.#parts = parts
  }

  /** Asks. Fails with a `PexError` and nothing else; with `PEX_REJECTED` or `PEX_REFUSED` when the peer did answer. */
  async ask({ to, question, ms }: Extract<Output, { type: 'request' }>): Promise<Answered> {
    const request = new AbortController()
    this.#underWay.add(request)
    try {
      return await withinDeadline(this.#parts.clock, ms, request, signal => this.#ask(to, question, signal))
    } catch (cause) {
      if (cause instanceof PexError) throw cause
      throw new PexError('PEX_UNREACHABLE', 'the transport failed', { cause })
    } finally {
      this.#underWay.delete(request)
    }
  }

  /** Ends all of them. */
  abort(reason: PexError): void {
    for (const request of this.#underWay) request.abort(reason)
  }

  /** Asks on the first of our wires that the peer speaks, and that has words for the question. */
  async #carry(to: Contact, question: Question, signal: AbortSignal): Promise<Answer & { wire: Wire }> {
    const { transport, namespace, wires } = this.#parts
    const known = to.id === undefined ? undefined : this.#spoken.get(to.id)
    const inOrder = known === undefined ? wires : [known, ...wires.filter(wire => wire !== known)]
    let failure = new PexError('PEX_UNSUPPORTED', `no wire has words for this ${question.type}`)
    for (const wire of inOrder) {
      const body = wire.encode(question)
      if (body === undefined) continue
      try {
        const answer = await transport.request(to, wire.protocolOf(namespace), body, { signal })
        if (wires.length > 1) this.#spoken.set(answer.from, wire)
        return { ...answer, wire }
      } catch (error) {
        if (!(error instanceof PexError && error.code === 'PEX_UNSUPPORTED')) throw error
        failure = error
      }
    }
    throw failure
  }

  async #ask(to: Contact, question: Question, signal: AbortSignal): Promise<Answered> {
    const { rejected } = this.#parts
    const { wire, from, body } = await this.#carry(to, question, signal)
    const received = await receiveResponse(wire, body, question, this.#parts)
    if (isRejection(received)) {
      rejected(from, received.reason)
      throw rejectedAnswer(from, received.reason)
    }
    if ('type' in received) {
      const why = received.reason ?? 'for a reason of its own'
      throw new PexError('PEX_REFUSED', `${from} refuses the ${question.type}: ${why}`)
    }
    for (const { reason } of received.dropped) rejected(from, reason)
    return { from, response: received.message, places: received.places }
  }
}

/** An answer that had to be rejected: the peer's fault, not the network's. */
export function rejectedAnswer(from: string, reason: RejectionReason): PexError {
  return new PexError('PEX_REJECTED', `the answer of ${from} is rejected: ${reason}`)
}

/** Whose fault a failed request is; nobody's that we know of, where the peer was silent. */
export function faultOf({ code }: PexError): { fault?: 'rejected' | 'refused' } {
  if (code === 'PEX_REJECTED') return { fault: 'rejected' }
  return code === 'PEX_REFUSED' ? { fault: 'refused' } : {}
}
