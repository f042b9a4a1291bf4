/**
 * One question and its answer, made of messages that can be late, lost or doubled. The requester's side ends exactly once:
 * by the first answer or refusal that arrives, by its signal, or by its transport's stop. Where a message is lost, nobody
 * is told: the requester then learns nothing before its signal ends the wait, and the handler may well have run.
 */
import { abortError, limits, PexError } from '@pex/core'
import type { Answer, Contact, Handler } from '@pex/core'
import type { Carrier, End, Host } from './carrier.ts'

export interface Question {
  readonly to: Contact
  readonly protocol: string
  readonly body: Uint8Array
}

/** What comes back: the answer's bytes, or why there are none. */
type Reply = Uint8Array | PexError

/** The requester's side. */
export class Asking {
  readonly answer: Promise<Answer>
  readonly #carrier: Carrier
  readonly #asker: Host
  readonly #question: Question
  readonly #signal: AbortSignal
  #settle: { resolve: (answer: Answer) => void; reject: (error: PexError) => void } | undefined
  /** What takes back messages under way. Bounded: at most two questions, and a reply to each. */
  readonly #recalls: (() => void)[] = []
  /** Bounded: at most two, one for each copy of the question. */
  readonly #servings: Serving[] = []

  constructor(carrier: Carrier, asker: Host, question: Question, signal: AbortSignal) {
    this.#carrier = carrier
    this.#asker = asker
    this.#question = question
    this.#signal = signal
    this.answer = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    signal.addEventListener('abort', this.#onAbort)
    for (let copies = carrier.copies(); copies > 0; copies--) this.#send()
  }

  /** Ends the wait with a failure; nothing that still arrives changes that. */
  fail(error: PexError): void {
    this.#end()?.reject(error)
  }

  /** Sends the responder's reply on its way; too late when the requester waits no longer. */
  reply(from: Host | undefined, reply: Reply): void {
    if (this.#settle === undefined) return
    const kind = reply instanceof PexError ? 'refusals' : 'answers'
    const bytes = reply instanceof PexError ? 0 : reply.length
    const arrived = (): void => {
      if (reply instanceof PexError || from === undefined) this.fail(reply as PexError)
      else this.#end()?.resolve({ from: from.id, body: reply })
    }
    this.#recalls.push(this.#carrier.send({ kind, from, to: this.#asker, bytes }, arrived))
  }

  #send(): void {
    const { to, body } = this.#question
    const target: End | undefined =
      this.#carrier.find(to) ?? (to.id === undefined ? undefined : { id: to.id, dead: false })
    const message = { kind: 'requests', from: this.#asker, to: target, bytes: body.length } as const
    this.#recalls.push(this.#carrier.send(message, () => this.#arrive()))
  }

  #arrive(): void {
    const { to, protocol, body } = this.#question
    const host = this.#carrier.find(to)
    if (host === undefined || host === this.#asker) {
      const where = to.addresses.join(', ') || 'no address'
      this.reply(undefined, new PexError('PEX_UNREACHABLE', `${to.id ?? 'nobody'} does not live at ${where}`))
      return
    }
    const handler = host.handlerOf(protocol)
    if (handler === undefined) {
      this.reply(host, new PexError('PEX_UNSUPPORTED', `${host.id} does not speak ${protocol}`))
      return
    }
    this.#servings.push(new Serving(this.#carrier, this, host, this.#asker, handler, body))
  }

  readonly #onAbort = (): void => this.fail(abortError(this.#signal))

  #end(): { resolve: (answer: Answer) => void; reject: (error: PexError) => void } | undefined {
    const settle = this.#settle
    if (settle === undefined) return undefined
    this.#settle = undefined
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#asker.asking.delete(this)
    for (const recall of this.#recalls) recall()
    for (const serving of this.#servings) serving.reset()
    return settle
  }
}

/** The responder's side: one run of a handler, with the deadline that its host holds it to. */
export class Serving {
  readonly #carrier: Carrier
  readonly #asking: Asking
  readonly #host: Host
  readonly #asker: End
  readonly #controller = new AbortController()
  readonly #cancelDeadline: () => void
  #cancelReset = (): void => {}
  #ended = false

  constructor(carrier: Carrier, asking: Asking, host: Host, asker: End, handler: Handler, body: Uint8Array) {
    this.#carrier = carrier
    this.#asking = asking
    this.#host = host
    this.#asker = asker
    host.serving.add(this)
    this.#cancelDeadline = carrier.clock.after(limits.exchangeMs, () => {
      this.#abort(new PexError('PEX_TIMEOUT', `no answer within ${limits.exchangeMs} ms`))
    })
    void this.#run(handler, body.slice())
  }

  /** The requester waits no longer: a message says so, which takes its time and can be lost like any other. */
  reset(): void {
    if (this.#ended) return
    const message = { kind: 'resets', from: this.#asker, to: this.#host, bytes: 0 } as const
    this.#cancelReset = this.#carrier.send(message, () => {
      this.#abort(new PexError('PEX_ABORTED', 'the requester waits no longer'))
    })
  }

  /** The host stops: the handler is told, and the requester sees the connection close. */
  stop(): void {
    this.#abort(new PexError('PEX_ABORTED', 'the transport has been stopped'))
  }

  async #run(handler: Handler, body: Uint8Array): Promise<void> {
    try {
      const answer = await handler(this.#asker.id, body, { signal: this.#controller.signal })
      this.#end(
        answer.length > limits.maxMessageBytes ? this.#broken('its answer is too long') : answer.slice()
      )
    } catch (cause) {
      this.#end(this.#broken('its handler failed', cause))
    }
  }

  #abort(reason: PexError): void {
    this.#end(this.#broken(reason.message))
    this.#controller.abort(reason)
  }

  #broken(why: string, cause?: unknown): PexError {
    return new PexError('PEX_UNREACHABLE', `${this.#host.id} broke off: ${why}`, { cause })
  }

  #end(reply: Reply): void {
    if (this.#ended) return
    this.#ended = true
    this.#cancelDeadline()
    this.#cancelReset()
    this.#host.serving.delete(this)
    this.#asking.reply(this.#host, reply)
  }
}
