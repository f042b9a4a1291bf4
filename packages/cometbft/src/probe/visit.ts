/**
 * One visit to one place: connect, SecretConnection, node infos, one request, goodbye. Never more than one connection and one
 * request; every step has its own deadline.
 *
 * Nodes tell of themselves without waiting for the other (CometBFT's `handshake` in p2p/transport.go). So a visitor that does
 * not know the chain reads first, and then says the same chain.
 */
import type { NetAddress } from '@pex/address-book'
import { abortError, PexError } from '@pex/core'
import type { Clock } from '@pex/core'
import { ConnectionError, MConnection, MessageStream, secretConnection } from '@pex/mconnection'
import type { Duplex, NodeKey, SecretConnection } from '@pex/mconnection'
import {
  compatibility,
  decodeNodeInfo,
  encodeNodeInfo,
  MAX_NODE_INFO_BYTES,
  validateNodeInfo
} from '@pex/switch'
import type { Carrier, NodeInfo, Place } from '@pex/switch'
import type { Dialect } from '../dialects/dialect.ts'
import { PEX_CHANNEL } from '../pex-messages.ts'
import type { Latency, Outcome, Stage } from './verdict.ts'

export interface VisitInit {
  readonly carrier: Carrier
  readonly clock: Clock
  readonly key: NodeKey
  readonly dialect: Dialect
  /** What to tell of this node; an empty `network` is for the other side's. */
  readonly nodeInfo: NodeInfo
  readonly dialMs: number
  readonly handshakeMs: number
  readonly answerMs: number
}

export type Visited = Outcome & { readonly latency: Latency }

/** Payload of a packet that is taken, bytes, most: some chains raise it, and none to more than this. Guess. */
const MAX_PAYLOAD = 65_536

/** Fails with `PEX_ABORTED` alone. */
export async function visit(
  id: string,
  place: Place,
  init: VisitInit,
  signal: AbortSignal
): Promise<Visited> {
  const visitor = new Visitor(id, init, signal)
  const outcome = await visitor.go(place)
  return { ...outcome, latency: visitor.latency }
}

class Visitor {
  readonly latency: { -readonly [K in keyof Latency]: Latency[K] } = {}
  readonly #id: string
  readonly #init: VisitInit
  readonly #signal: AbortSignal

  constructor(id: string, init: VisitInit, signal: AbortSignal) {
    this.#id = id
    this.#init = init
    this.#signal = signal
  }

  async go(place: Place): Promise<Outcome> {
    const { carrier, dialMs } = this.#init
    const dial = (signal: AbortSignal): Promise<Duplex> => carrier.dial(place, { signal })
    let duplex: Duplex
    try {
      duplex = await this.#timed('connectMs', dialMs, dial)
    } catch (error) {
      this.#rethrow(error)
      return unreachable(error)
    }
    const heard = metered(duplex)
    try {
      return await this.#greet(heard)
    } finally {
      duplex.abort()
    }
  }

  async #greet(heard: Metered): Promise<Outcome> {
    const { key, clock, handshakeMs } = this.#init
    let secret: SecretConnection
    try {
      secret = await this.#timed('handshakeMs', handshakeMs, signal =>
        secretConnection(heard.duplex, { key, clock, handshakeMs, signal })
      )
    } catch (error) {
      this.#rethrow(error)
      if (!heard.hasHeard && codeOf(error) === 'PEX_TIMEOUT')
        return { verdict: 'full', certainty: 'possible' }
      return broken(error, 'handshake')
    }
    if (secret.remoteId !== this.#id) return { verdict: 'wrong-id', actual: secret.remoteId }
    return this.#introduce(secret)
  }

  async #introduce(secret: SecretConnection): Promise<Outcome> {
    const { nodeInfo: ours, handshakeMs } = this.#init
    const stream = new MessageStream(secret)
    const write = (network: string): Promise<boolean> =>
      stream.write(encodeNodeInfo({ ...ours, network })).then(
        () => true,
        () => false
      )
    const early = ours.network === '' ? undefined : write(ours.network)
    let bytes: Uint8Array
    try {
      bytes = await this.#timed('nodeInfoMs', handshakeMs, signal =>
        stream.read(MAX_NODE_INFO_BYTES, { signal })
      )
    } catch (error) {
      this.#rethrow(error)
      if (error instanceof ConnectionError && error.fault === 'oversize')
        return { verdict: 'incompatible', why: 'oversize' }
      return broken(error, 'node-info')
    }
    const node = decodeNodeInfo(bytes)
    if (typeof node === 'string') return { verdict: 'incompatible', why: node }
    const fault = validateNodeInfo(node, secret.remoteId)
    if (fault !== undefined) return { verdict: 'incompatible', why: fault, node }
    const network = ours.network === '' ? node.network : ours.network
    const refusal = compatibility({ ...ours, network }, node)
    if (refusal === 'wrong-block') return { verdict: 'incompatible', why: 'block', node }
    if (refusal === 'wrong-network') return { verdict: 'wrong-chain', chain: node.network, node }
    if (!node.channels.includes(PEX_CHANNEL)) return { verdict: 'pex-off', node }
    // A write that fails is the end that the next step hears of.
    await (early ?? write(network))
    return this.#ask(stream.unwrap(), node)
  }

  async #ask(duplex: Duplex, node: NodeInfo): Promise<Outcome> {
    const { clock, dialect, answerMs } = this.#init
    const ended = new AbortController()
    try {
      return await this.#timed('answerMs', answerMs, async signal => {
        const { promise, settle } = once<Outcome>(signal)
        let hasSpoken = false
        const connection = new MConnection(duplex, {
          channels: [dialect.channel],
          clock,
          maxPayloadBytes: dialect.maxPayloadBytes,
          maxReceivedPayloadBytes: MAX_PAYLOAD,
          flushThrottleMs: 0,
          signal: ended.signal,
          onReceive: (_channel, message) => {
            hasSpoken = true
            const outcome = read(dialect, message, node)
            if (outcome !== undefined) settle(outcome)
          },
          onError: error => settle(afterwards(error, hasSpoken, node))
        })
        connection.start()
        connection.trySend(PEX_CHANNEL, dialect.request())
        return promise
      })
    } catch (error) {
      this.#rethrow(error)
      return { verdict: 'timeout', stage: 'answer', node }
    } finally {
      ended.abort()
    }
  }

  /** Does one step within its time, and notes how long it took where it came to its end. */
  async #timed<T>(name: keyof Latency, ms: number, step: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock } = this.#init
    const controller = new AbortController()
    const cancel = clock.after(ms, () =>
      controller.abort(new PexError('PEX_TIMEOUT', `no end within ${ms} ms`))
    )
    const follow = (): void => controller.abort(abortError(this.#signal))
    this.#signal.addEventListener('abort', follow, { once: true })
    if (this.#signal.aborted) follow()
    const start = clock.now()
    try {
      const result = await step(controller.signal)
      this.latency[name] = clock.now() - start
      return result
    } catch (error) {
      // Whoever heard the signal may call the end of time an abort.
      if (controller.signal.aborted && !this.#signal.aborted) throw abortError(controller.signal)
      throw error
    } finally {
      cancel()
      this.#signal.removeEventListener('abort', follow)
    }
  }

  /** Our own caller's abort is no verdict. */
  #rethrow(error: unknown): void {
    if (this.#signal.aborted) throw abortError(this.#signal)
    if (!(error instanceof PexError)) throw error
  }
}

/** What a message is to us; nothing for one that we did not ask for, such as a request of theirs. */
function read(dialect: Dialect, bytes: Uint8Array, node: NodeInfo): Outcome | undefined {
  const message = dialect.decode(bytes)
  if (typeof message === 'string') return { verdict: 'bad-answer', why: message, node }
  if (message.kind === 'request') return undefined
  const addresses: readonly NetAddress[] = dialect.addresses(message)
  return { verdict: 'ok', node, addresses }
}

/** How a connection ended that had been made. */
function afterwards({ code, fault }: ConnectionError, hasSpoken: boolean, node: NodeInfo): Outcome {
  if (code === 'PEX_CLOSED') {
    if (hasSpoken || fault !== undefined) return { verdict: 'closed', stage: 'answer', node }
    return { verdict: 'full', certainty: 'likely', node }
  }
  if (code === 'PEX_TIMEOUT') return { verdict: 'timeout', stage: 'answer', node }
  return { verdict: 'bad-answer', why: fault ?? code, node }
}

/** How a handshake ended that came to nothing. */
function broken(error: unknown, stage: Stage): Outcome {
  const code = codeOf(error)
  if (code === 'PEX_TIMEOUT') return { verdict: 'timeout', stage }
  if (code === 'PEX_CLOSED') return { verdict: 'closed', stage }
  const fault = error instanceof ConnectionError ? error.fault : undefined
  return { verdict: 'bad-handshake', why: fault ?? code }
}

function unreachable(error: unknown): Outcome {
  const code = codeOf(error)
  if (code === 'PEX_TIMEOUT') return { verdict: 'timeout', stage: 'connect' }
  const why = systemCodeOf((error as Error).cause)
  if (why === undefined || why === 'ECONNREFUSED') return { verdict: 'refused' }
  return why === 'ETIMEDOUT' ? { verdict: 'timeout', stage: 'connect' } : { verdict: 'unreachable', why }
}

function codeOf(error: unknown): string {
  return error instanceof PexError ? error.code : 'PEX_CLOSED'
}

function systemCodeOf(cause: unknown): string | undefined {
  const { code } = (cause ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}

interface Metered {
  readonly duplex: Duplex
  /** Whether a byte has come. */
  readonly hasHeard: boolean
}

function metered(duplex: Duplex): Metered {
  let hasHeard = false
  async function* source(): AsyncGenerator<Uint8Array> {
    for await (const chunk of duplex.source) {
      hasHeard ||= chunk.length > 0
      yield chunk
    }
  }
  return {
    duplex: {
      source: source(),
      write: chunk => duplex.write(chunk),
      close: () => duplex.close(),
      abort: reason => duplex.abort(reason)
    },
    get hasHeard() {
      return hasHeard
    }
  }
}

/** A promise that the first call settles; the signal fails it. */
function once<T>(signal: AbortSignal): { promise: Promise<T>; settle: (value: T) => void } {
  let settle: (value: T) => void = () => {}
  const promise = new Promise<T>((resolve, reject) => {
    settle = resolve
    const fail = (): void => reject(abortError(signal))
    signal.addEventListener('abort', fail, { once: true })
    if (signal.aborted) fail()
  })
  return { promise, settle }
}
