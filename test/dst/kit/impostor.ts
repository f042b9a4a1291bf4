/**
 * A hostile host, as far as all of them are alike: it has a key and a carrier, answers greetings, pings and exchanges on the
 * shipped wires with whatever its manner says, and does something of its own every second.
 */
import { below, isRejection } from '@pex/core'
import type { Clock, Contact, Descriptor, PeerRecord, Rng, Signer, Transport, Verifier } from '@pex/core'
import { native } from '@pex/wire'
import { encode } from '../../../packages/broadcast/src/codec.ts'
import type { Frame } from '../../../packages/broadcast/src/message.ts'
import { encodeGreeting, encodeReception, HELLO } from '../../../packages/host/src/greeting.ts'
import { NAMESPACE } from './slot.ts'

export const GOSSIP = native.protocolOf(NAMESPACE)
export const BROADCAST = '/pex/broadcast/1.0.0'
export const RPC = '/pex/rpc/1.0.0'
const AGENT = 'pex/0.0.0'

export interface ImpostorParts {
  readonly clock: Clock
  readonly rng: Rng
  readonly transport: Transport
  readonly signer: Signer
  /** Keys of nobody, to be anybody with. */
  readonly masks: readonly Signer[]
  readonly verifier: Verifier
  /** The honest hosts that live now. */
  readonly honest: () => readonly (Contact & { readonly id: string })[]
}

/** What one kind of hostile host does. */
export interface Manner {
  /** What it shows in exchanges, without its own record; undefined: it does not answer at all. */
  show?(me: Impostor): Promise<readonly Descriptor[] | undefined>
  /** Bytes instead of an answer. */
  garble?(me: Impostor, body: Uint8Array): Uint8Array
  /** Once a second. */
  beat?(me: Impostor): Promise<void>
  /** What it does with a broadcast that comes. */
  hear?(me: Impostor, from: string, body: Uint8Array): Uint8Array
}

/** What it may wait for any answer, ms. */
const PATIENCE_MS = 2_000

export class Impostor {
  readonly parts: ImpostorParts
  readonly #manner: Manner
  /** Every record that it was shown, the oldest of each peer. Bounded by the peers of a run. */
  readonly oldest = new Map<string, PeerRecord>()
  /** And the newest. Bounded in the same way. */
  readonly newest = new Map<string, PeerRecord>()
  own: PeerRecord | undefined
  #cancel = (): void => {}
  #running = false

  constructor(parts: ImpostorParts, manner: Manner) {
    this.parts = parts
    this.#manner = manner
  }

  get id(): string {
    return this.parts.signer.id
  }

  async start(): Promise<void> {
    const { transport } = this.parts
    await transport.start()
    this.#running = true
    await this.renew()
    await transport.handle(HELLO, async () =>
      encodeReception({ status: 'welcome', time: this.parts.clock.now(), agent: AGENT })
    )
    await transport.handle(GOSSIP, (_from, body, { signal }) => this.#answer(body, signal))
    await transport.handle(
      BROADCAST,
      async (from, body) => this.#manner.hear?.(this, from, body) ?? new Uint8Array()
    )
    this.#beat()
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#cancel()
    await this.parts.transport.stop()
  }

  /** Signs its own record anew. */
  async renew(): Promise<PeerRecord> {
    const { signer, transport, clock } = this.parts
    this.own = await signer.sign(transport.addresses(), BigInt(clock.now()))
    return this.own
  }

  /** Somebody honest. */
  victim(): (Contact & { readonly id: string }) | undefined {
    const honest = this.parts.honest()
    return honest[below(this.parts.rng, Math.max(1, honest.length))]
  }

  /** Sends bytes; what comes of it is nobody's concern. */
  async say(to: Contact, protocol: string, body: Uint8Array): Promise<Uint8Array | undefined> {
    const patience = new AbortController()
    const cancel = this.parts.clock.after(PATIENCE_MS, () => patience.abort())
    try {
      return (await this.parts.transport.request(to, protocol, body, { signal: patience.signal })).body
    } catch {
      return undefined
    } finally {
      cancel()
    }
  }

  async greet(to: Contact): Promise<void> {
    const { clock } = this.parts
    const envelope = this.own!.envelope
    await this.say(
      to,
      HELLO,
      encodeGreeting({ network: NAMESPACE, agent: AGENT, time: clock.now(), envelope })
    )
  }

  /** Begins an exchange with what it likes to show. */
  async ask(to: Contact, shown: readonly Descriptor[]): Promise<void> {
    const exchange = this.parts.rng()
    const descriptors = [...shown, { record: this.own!, hop: 0 }]
    const body = native.encode({ type: 'ask', exchange, settles: false, descriptors, averages: [] })
    const answer = await this.say(to, GOSSIP, body!)
    if (answer !== undefined) await this.#learn(answer)
  }

  async broadcast(to: Contact, frames: readonly Frame[]): Promise<void> {
    await this.say(to, BROADCAST, encode(frames))
  }

  async #answer(body: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const question = native.decodeQuestion(body)
    if (!isRejection(question) && question.type === 'ask')
      await this.#note(question.claims.map(({ envelope }) => envelope))
    if (this.#manner.garble !== undefined) return this.#manner.garble(this, body)
    const shown = await (this.#manner.show?.(this) ?? [])
    if (shown === undefined)
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('silent'))))
    if (isRejection(question) || question.type === 'ping')
      return native.encode({ type: 'pong', own: { record: this.own!, hop: 0 } })!
    if (question.type === 'settle') return native.encode({ type: 'ack' })!
    const descriptors = [...shown, { record: this.own!, hop: 0 }]
    return native.encode({ type: 'reply', descriptors, picks: undefined, averages: question.averages })!
  }

  async #learn(answer: Uint8Array): Promise<void> {
    const asked = { type: 'ask', exchange: 0, settles: false, descriptors: [], averages: [] } as const
    const reply = native.decodeResponse(answer, asked)
    if (!isRejection(reply) && reply.type === 'reply')
      await this.#note(reply.claims.map(({ envelope }) => envelope))
  }

  async #note(envelopes: readonly Uint8Array[]): Promise<void> {
    for (const envelope of envelopes) {
      const record = await this.parts.verifier.verify(envelope)
      if (isRejection(record) || record.id === this.id) continue
      if (record.seq <= (this.oldest.get(record.id)?.seq ?? record.seq)) this.oldest.set(record.id, record)
      if (record.seq >= (this.newest.get(record.id)?.seq ?? record.seq)) this.newest.set(record.id, record)
    }
  }

  #beat(): void {
    if (!this.#running) return
    this.#cancel = this.parts.clock.after(1_000, () => {
      void this.#manner.beat?.(this)
      this.#beat()
    })
  }
}
