/**
 * The machine of the datagram transport: datagrams, wishes and time go in; datagrams, questions and answers come out. It has
 * no socket, no clock and no chance of its own; time is an argument of each call, and after each call `take` gives what there
 * is to do and `wakeAt` says when to call `wake`.
 */
import { NetworkScope, PexError } from '@pex/core'
import type { PexErrorCode, Rng } from '@pex/core'
import { addressKey } from './address.ts'
import type { Address } from './address.ts'
import { Agenda } from './agenda.ts'
import type { Timed } from './agenda.ts'
import type { Request } from './asked.ts'
import { Attempt } from './attempt.ts'
import type { Census } from './census.ts'
import type { UdpLimits } from './constants.ts'
import type { KeyPair } from './crypto.ts'
import { CHALLENGE, DATA, FINISH, HELLO, kindOf, readData, RESPONSE } from './datagram.ts'
import { Dial } from './dial.ts'
import { Handshaking } from './handshaking.ts'
import type { Identity } from './identity.ts'
import { Manners } from './manners.ts'
import { Load } from './inbox.ts'
import type { Serving } from './inbox.ts'
import { Handshake } from './noise.ts'
import { readAnswer, STATUS } from './payload.ts'
import type { Status } from './payload.ts'
import type { Peer, PeerHost } from './peer.ts'
import { Peers } from './peers.ts'
import { Rejections } from './rejections.ts'
import type { DatagramRejection } from './rejections.ts'
import { Session } from './session.ts'

export interface EndpointInit {
  readonly identity: Identity
  /** 32 bytes that all hosts of the network share; whoever lacks them gets no answer. */
  readonly networkKey?: Uint8Array | undefined
  readonly limits: UdpLimits
  /** Which addresses may be called; all, where this is left out. */
  readonly manners?: Manners | undefined
  /** Chance that nobody can guess. */
  readonly rng: Rng
  readonly bytes: (length: number) => Uint8Array
  /** A fresh key pair for each handshake. */
  readonly keyPair: () => KeyPair
}

/** What is to be done. */
export type Output =
  | { readonly type: 'send'; readonly to: Address; readonly bytes: Uint8Array }
  /** A peer asks; `answer` with the same serving. */
  | {
      readonly type: 'question'
      readonly serving: Serving
      readonly protocol: string
      readonly body: Uint8Array
    }
  /** A question is over before it was answered. */
  | { readonly type: 'cancelled'; readonly serving: Serving }
  /** The request with this key has come to its end. */
  | { readonly type: 'answered'; readonly key: number; readonly from: string; readonly body: Uint8Array }
  | { readonly type: 'failed'; readonly key: number; readonly error: PexError }

interface Wish {
  readonly request: Request
  attempt: Attempt | undefined
  peer: Peer | undefined
}

/** How often an index is drawn anew when it is taken. */
const DRAWS = 100

export class Endpoint implements PeerHost {
  readonly limits: UdpLimits
  readonly rng: Rng
  readonly load: Load
  readonly agenda: Agenda = new Agenda()
  readonly manners: Manners
  readonly #init: EndpointInit
  readonly #rejections = new Rejections()
  readonly #handshaking: Handshaking
  readonly #peers: Peers
  // Bounded by the sessions of all peers, the half-open handshakes and our own dials; keyed by our own draws.
  readonly #indices = new Map<number, Session | Dial | (Timed & { readonly kind: 'half-open' })>()
  // Bounded by the requests of this host's own code, each with its deadline.
  readonly #wishes = new Map<number, Wish>()
  // Bounded by those requests and their addresses; keyed by addresses.
  readonly #dials = new Map<string, Dial>()
  // Bounded by the peers.
  readonly #redials = new Map<Peer, Attempt>()
  #outputs: Output[] = []

  constructor(init: EndpointInit, now: number) {
    this.#init = init
    this.limits = init.limits
    this.rng = init.rng
    this.manners = init.manners ?? new Manners(new NetworkScope('private'), undefined)
    this.load = new Load(init.limits)
    this.#peers = new Peers(init.limits)
    this.#handshaking = new Handshaking(init, this, now)
  }

  get id(): string {
    return this.#init.identity.id
  }

  /** When to call `wake`; Infinity for never. */
  get wakeAt(): number {
    return this.agenda.next
  }

  /** How often each reason for dropping something came up. */
  get rejections(): Readonly<Partial<Record<DatagramRejection, number>>> {
    return this.#rejections.counts
  }

  get census(): Census {
    const all = this.#peers.all.map(peer => peer.census)
    return {
      peers: all.length,
      sessions: all.reduce((sum, { sessions }) => sum + sessions, 0),
      pending: this.#handshaking.pending,
      dials: this.#dials.size,
      requests: this.#wishes.size,
      sources: this.#handshaking.sources,
      servings: all.reduce((sum, { servings }) => sum + servings, 0),
      incompleteBytes: this.load.incompleteBytes,
      timers: this.agenda.size
    }
  }

  /** What there is to do since the last call, in this order. */
  take(): Output[] {
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }

  wake(now: number): void {
    for (let item = this.agenda.pop(now); item !== undefined; item = this.agenda.pop(now)) item.wake(now)
  }

  receive(now: number, from: Address, bytes: Uint8Array): void {
    const kind = kindOf(bytes)
    if (typeof kind === 'string') return this.reject(kind)
    switch (kind) {
      case HELLO:
        return this.#handshaking.hello(now, from, bytes)
      case CHALLENGE:
        return this.#handshaking.challenge(now, from, bytes)
      case RESPONSE:
        return this.#handshaking.response(now, from, bytes)
      case FINISH: {
        const rest = this.#handshaking.finish(now, from, bytes)
        return rest === undefined ? undefined : this.#data(now, from, rest, bytes.length)
      }
      default:
        return this.#data(now, from, bytes, bytes.length)
    }
  }

  /** Asks a peer; the key is the caller's, and not in use. */
  ask(
    now: number,
    key: number,
    to: { readonly id?: string | undefined; readonly addresses: readonly Address[] },
    payload: Uint8Array
  ): void {
    const wish: Wish = { request: { key, payload }, attempt: undefined, peer: undefined }
    this.#wishes.set(key, wish)
    const known = to.id === undefined ? this.#peers.at(to.addresses) : this.#peers.withId(to.id)
    if (known !== undefined && known.canSend(now)) this.#give(now, wish, known)
    else this.#search(now, wish, to.id, to.addresses)
  }

  /** The request is not wanted any more. */
  cancel(now: number, key: number): void {
    const wish = this.#wishes.get(key)
    if (wish === undefined) return
    this.#wishes.delete(key)
    wish.attempt?.end()
    wish.peer?.cancel(now, wish.request)
  }

  /** Answers a question, if anybody still waits for it. */
  answer(now: number, serving: Serving, status: Status, body: Uint8Array): void {
    serving.peer.answer(now, serving, status, body)
  }

  /** Says goodbye to all peers. Requests under way are forgotten, questions in hand are cancelled. */
  close(now: number): void {
    for (const { attempt } of this.#wishes.values()) attempt?.end()
    this.#wishes.clear()
    for (const attempt of this.#redials.values()) attempt.end()
    this.#redials.clear()
    for (const peer of this.#peers.all) {
      this.agenda.cancel(peer)
      peer.close(now, true)
      this.#peers.remove(peer)
    }
    this.#handshaking.close()
  }

  // What handshakes, peers and attempts ask of the machine.

  bytes(length: number): Uint8Array {
    return this.#init.bytes(length)
  }

  reject(reason: DatagramRejection): void {
    this.#rejections.count(reason)
  }

  send(to: Address, bytes: Uint8Array): void {
    this.#outputs.push({ type: 'send', to, bytes })
  }

  /** An index that is free: our own draw, so that nobody can make two things share one. */
  index(): number {
    for (let draw = 0; draw < DRAWS; draw++) {
      const index = this.rng()
      if (!this.#indices.has(index)) return index
    }
    throw new Error('broken invariant: chance gives the same index again and again')
  }

  find(index: number): Session | Dial | (Timed & { readonly kind: 'half-open' }) | undefined {
    return this.#indices.get(index)
  }

  occupy(holder: Session | Dial | (Timed & { readonly kind: 'half-open'; readonly index: number })): void {
    this.#indices.set(holder.index, holder)
  }

  release(index: number): void {
    this.#indices.delete(index)
  }

  dropSession(session: Session): void {
    this.#indices.delete(session.index)
  }

  dropDial(dial: Dial): void {
    const key = addressKey(dial.address)
    if (this.#dials.get(key) === dial) this.#dials.delete(key)
    if (this.#indices.get(dial.index) === dial) this.#indices.delete(dial.index)
  }

  schedule(peer: Peer, due: number): void {
    this.agenda.schedule(peer, due)
  }

  dial(now: number, address: Address): Dial {
    const key = addressKey(address)
    const present = this.#dials.get(key)
    if (present !== undefined) return present
    const ephemeral = this.#init.keyPair()
    const handshake = new Handshake(this.#handshaking.suite, this.#init.identity.staticKeys, ephemeral)
    const dial = new Dial(
      now,
      { index: this.index(), address, ephemeral, handshake, helloKey: this.#handshaking.helloKey },
      this
    )
    this.#dials.set(key, dial)
    this.occupy(dial)
    return dial
  }

  /** A handshake is complete: the session is its peer's, be it known or new. */
  adopt(
    now: number,
    peerOf: { id: string; key: string; address: Address },
    session: Session,
    roundTripMs?: number
  ): Peer {
    this.occupy(session)
    this.manners.proved(peerOf.id, peerOf.address)
    const { peer, removed } = this.#peers.meet(peerOf, this)
    if (removed !== undefined) this.forget(removed, 'there are too many peers')
    peer.adopt(now, session, roundTripMs)
    return peer
  }

  redial(now: number, peer: Peer): void {
    if (this.#redials.has(peer)) return
    const attempt = new Attempt(
      {
        expected: peer.id,
        addresses: [peer.path.address],
        connected: (then, found) => {
          this.#redials.delete(peer)
          if (found !== peer) this.#succeed(then, peer, found)
          else peer.flush(then)
        },
        failed: then => {
          this.#redials.delete(peer)
          // Whoever has been heard meanwhile is alive, whatever became of the call.
          if (then - peer.heardAt >= this.limits.silenceMs) this.forget(peer, 'it answers no more')
        }
      },
      this
    )
    this.#redials.set(peer, attempt)
    attempt.start(now)
  }

  forget(peer: Peer, why: string): void {
    if (!this.#peers.remove(peer)) return
    this.agenda.cancel(peer)
    this.#redials.get(peer)?.end()
    this.#redials.delete(peer)
    const { requests } = peer
    peer.close(0, false)
    for (const { key } of requests) this.#fail(key, 'PEX_UNREACHABLE', `${peer.id} broke off: ${why}`)
  }

  question(serving: Serving, protocol: string, body: Uint8Array): void {
    this.#outputs.push({ type: 'question', serving, protocol, body })
  }

  cancelled(serving: Serving): void {
    this.#outputs.push({ type: 'cancelled', serving })
  }

  answered(peer: Peer, { key }: Request, payload: Uint8Array): void {
    const answer = readAnswer(payload)
    if (answer?.status === STATUS.ok) {
      this.#wishes.delete(key)
      this.#outputs.push({ type: 'answered', key, from: peer.id, body: answer.body })
    } else if (answer?.status === STATUS.unsupported) {
      this.#fail(key, 'PEX_UNSUPPORTED', `${peer.id} does not speak this protocol`)
    } else if (answer?.status === STATUS.busy) {
      this.#fail(key, 'PEX_UNREACHABLE', `${peer.id} has too much to do`)
    } else {
      this.#fail(key, 'PEX_UNREACHABLE', `${peer.id} broke off: its handler failed`)
    }
  }

  #search(now: number, wish: Wish, expected: string | undefined, addresses: readonly Address[]): void {
    wish.attempt = new Attempt(
      {
        expected,
        addresses,
        connected: (then, peer) => this.#give(then, wish, peer),
        failed: (_then, reasons) => {
          const where =
            reasons.length === 0 ? 'it has no address that this transport can reach' : reasons.join('; ')
          this.#fail(
            wish.request.key,
            'PEX_UNREACHABLE',
            `${expected ?? 'nobody'} could not be reached: ${where}`
          )
        }
      },
      this
    )
    wish.attempt.start(now)
  }

  #give(now: number, wish: Wish, peer: Peer): void {
    wish.attempt = undefined
    wish.peer = peer
    peer.ask(now, wish.request)
  }

  /** The peer has started anew: what it was asked, it has forgotten. */
  #succeed(now: number, old: Peer, peer: Peer): void {
    const { requests } = old
    for (const request of requests) old.cancel(now, request)
    this.forget(old, 'it has started anew')
    for (const { key } of requests) {
      const wish = this.#wishes.get(key)
      if (wish !== undefined) this.#give(now, wish, peer)
    }
    peer.flush(now)
  }

  #fail(key: number, code: PexErrorCode, message: string): void {
    if (this.#wishes.delete(key))
      this.#outputs.push({ type: 'failed', key, error: new PexError(code, message) })
  }

  #data(now: number, from: Address, bytes: Uint8Array, received: number): void {
    if (bytes[0] !== DATA || bytes[1] !== 0 || bytes[2] !== 0 || bytes[3] !== 0)
      return this.reject('unknown-type')
    const data = readData(bytes)
    if (typeof data === 'string') return this.reject(data)
    const session = this.#indices.get(data.receiver)
    if (!(session instanceof Session) || session.owner === undefined) return this.reject('unknown-session')
    const text = session.open(data.counter, data.sealed)
    if (typeof text === 'string') return this.reject(text)
    session.owner.receive(now, from, session, data.counter, text, received)
  }
}
