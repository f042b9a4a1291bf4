/**
 * Our own questions under way in a namespace, each within its own deadline: one exchange, its settle, a few pings. What
 * comes of a question is an answer whose records are verified, or an error that says whose fault it is.
 */
import { isRejection, PexError } from '@pex/core'
import type {
  Clock,
  Contact,
  Output,
  Question,
  RejectionReason,
  Response,
  Transport,
  Verifier
} from '@pex/core'
import { encodeMessage } from '@pex/wire'
import { withinDeadline } from './deadline.ts'
import { protocolOf } from './protocol.ts'
import { receiveResponse } from './receive.ts'

export interface RequestsParts {
  readonly namespace: string
  readonly transport: Transport
  readonly verifier: Verifier
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

  async #ask(to: Contact, question: Question, signal: AbortSignal): Promise<Answered> {
    const { transport, namespace, verifier, rejected } = this.#parts
    const body = encodeMessage(question)
    const answer = await transport.request(to, protocolOf(namespace), body, { signal })
    const { from } = answer
    const received = await receiveResponse(answer.body, question, verifier)
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
