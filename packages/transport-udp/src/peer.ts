/**
 * All that binds this host to one peer, for as long as both keep their static keys: sessions that follow each other, the
 * path, questions in both directions, and what is on its way. Sessions may change under a question without its noticing.
 */
import type { Rng } from '@pex/core'
import type { Address } from './address.ts'
import { Asked } from './asked.ts'
import type { Request } from './asked.ts'
import type { Timed } from './agenda.ts'
import type { UdpLimits } from './constants.ts'
import { DATA_HEAD_BYTES, MIN_TEXT_BYTES } from './datagram.ts'
import { TAG_BYTES } from './crypto.ts'
import {
  FRAGMENT_HEAD_BYTES,
  isReliable,
  QUESTION,
  ANSWER,
  readFrames,
  TOKEN_BYTES,
  Writer
} from './frames.ts'
import type { AckFrame, FragmentFrame, Frame } from './frames.ts'
import { Inbox } from './inbox.ts'
import type { Load, Serving } from './inbox.ts'
import { Outbox } from './outbox.ts'
import { Outgoing } from './outgoing.ts'
import type { Piece } from './outgoing.ts'
import { Path } from './path.ts'
import { Recovery } from './recovery.ts'
import type { DatagramRejection } from './rejections.ts'
import type { Session } from './session.ts'
import { readQuestion, STATUS } from './payload.ts'
import type { Status } from './payload.ts'

/** What a peer needs of the machine. */
export interface PeerHost {
  readonly limits: UdpLimits
  readonly rng: Rng
  readonly load: Load
  bytes(length: number): Uint8Array
  reject(reason: DatagramRejection): void
  send(to: Address, bytes: Uint8Array): void
  /** A question is whole. */
  question(serving: Serving, protocol: string, body: Uint8Array): void
  /** A question that handlers may work on is over before its time. */
  cancelled(serving: Serving): void
  answered(peer: Peer, request: Request, payload: Uint8Array): void
  /** The session's index is free again. */
  dropSession(session: Session): void
  /** The peer is silent, or its keys are old: it is to be called anew. */
  redial(now: number, peer: Peer): void
  /** Nothing binds us any more. */
  forget(peer: Peer, why: string): void
  schedule(peer: Peer, due: number): void
}

export interface PeerInit {
  readonly id: string
  /** The static key's text form. */
  readonly key: string
  readonly address: Address
  readonly group: string
}

const nothing = new Uint8Array()
/** What a data packet adds to its text. */
const OVERHEAD = DATA_HEAD_BYTES + TAG_BYTES
/** Below this many bytes of text nothing useful can be said. */
const LEAST_ROOM = 64

export class Peer implements Timed {
  readonly id: string
  readonly key: string
  readonly group: string
  readonly path: Path
  place: number = -1
  due: number = Infinity
  readonly #host: PeerHost
  readonly #asked: Asked
  readonly #inbox: Inbox
  readonly #outbox = new Outbox()
  readonly #recovery: Recovery
  // Bounded by maxSessionsPerPeer, the newest last.
  readonly #sessions: Session[] = []
  /** A token that the peer wants back. */
  #echo: Uint8Array | undefined
  #heardAt = 0
  /** Whether an unproved path holds back what there is to say: more may be said when more has come. */
  #isHeld = false
  #isGone = false

  constructor(init: PeerInit, host: PeerHost) {
    this.id = init.id
    this.key = init.key
    this.group = init.group
    this.path = new Path(init.address)
    this.#host = host
    this.#asked = new Asked(host.limits)
    this.#inbox = new Inbox(host.limits)
    this.#recovery = new Recovery(host.limits, host.rng)
  }

  /** Whether anything is under way that it would be a pity to lose. */
  get isBusy(): boolean {
    return this.#asked.size > 0 || this.#inbox.size > 0
  }

  get requests(): Request[] {
    return this.#asked.requests
  }

  get heardAt(): number {
    return this.#heardAt
  }

  /** How much it holds, for tests of bounds. */
  get census(): { sessions: number; asked: number; servings: number; messages: number; underWay: number } {
    const [messages, underWay] = [this.#outbox.size, this.#recovery.underWay]
    const [asked, servings] = [this.#asked.size, this.#inbox.size]
    return { sessions: this.#sessions.length, asked, servings, messages, underWay }
  }

  /** A handshake has made a session; from now on it is the one that is sent on. */
  adopt(now: number, session: Session, roundTripMs: number | undefined): void {
    session.owner = this
    this.#sessions.push(session)
    this.#heardAt = now
    if (roundTripMs !== undefined) this.#recovery.measured(roundTripMs)
    if (this.#sessions.length > this.#host.limits.maxSessionsPerPeer) this.#drop(this.#sessions[0]!)
    // An initiator has to be heard before the responder will send on it.
    if (session.finish !== undefined && this.#sessions.length > 1) this.#outbox.add(new Outgoing('ping', 0))
    // One that never says anything more ends as well.
    this.#host.schedule(this, this.#nextDue())
  }

  /** Whether there is a session that a question could leave on now. */
  canSend(now: number): boolean {
    return this.#sessions.some(session => !session.isOver(now))
  }

  ask(now: number, request: Request): void {
    this.#asked.add(request)
    if (this.#current(now)?.isOld(now) === true) this.#host.redial(now, this)
    this.flush(now)
  }

  cancel(now: number, request: Request): void {
    const message = this.#asked.cancel(request)
    if (message !== undefined) {
      this.#outbox.remove(message)
      if (message.hasBegun) this.#outbox.add(new Outgoing('cancel', message.id))
    }
    this.flush(now)
  }

  answer(now: number, serving: Serving, status: Status, body: Uint8Array): void {
    if (this.#inbox.get(serving.id) !== serving || serving.answer !== undefined) return
    serving.answer = new Outgoing('answer', serving.id, Buffer.concat([Uint8Array.of(status), body]))
    this.#outbox.add(serving.answer)
    for (const evicted of this.#host.load.answer(serving)) {
      this.#host.reject('evicted')
      evicted.peer.giveUp(evicted)
    }
    this.flush(now)
  }

  /** A data packet of one of our sessions. */
  receive(
    now: number,
    from: Address,
    session: Session,
    counter: number,
    text: Uint8Array,
    bytes: number
  ): void {
    this.#heardAt = now
    session.finish = undefined
    const frames = readFrames(text)
    if (frames === undefined) {
      this.#host.reject('bad-frame')
      return
    }
    // Only what is newer than everything before says where the peer is.
    if (!this.path.is(from) && counter === session.highest && session === this.#sessions.at(-1)) {
      this.path.follow(from, this.#host.bytes(TOKEN_BYTES))
      this.#outbox.add(new Outgoing('ping', 0))
    }
    this.path.received(from, bytes)
    for (const frame of frames) {
      this.#take(now, from, session, frame)
      if (this.#isGone) return
    }
    if (frames.some(isReliable)) session.wantAck(now, counter)
    this.flush(now)
  }

  /** Sends what may be sent now, and says when to be woken. */
  flush(now: number): void {
    if (this.#isGone) return
    for (let message = this.#asked.start(); message !== undefined; message = this.#asked.start())
      this.#outbox.add(message)
    const current = this.#current(now)
    for (const session of this.#sessions)
      if (session !== current && session.ackDue <= now) this.#sendOn(now, session, false)
    while (current !== undefined && this.#hasToSay(now, current)) if (!this.#sendOn(now, current, true)) break
    this.#host.schedule(this, this.#nextDue())
  }

  wake(now: number): void {
    for (const serving of this.#inbox.all()) {
      if (serving.deadline > now) break
      this.giveUp(serving)
    }
    for (const session of this.#sessions.filter(each => each.isOver(now))) this.#drop(session)
    if (this.#recovery.dueAt <= now) {
      this.#recovery.timedOut(now, this.#sessions)
      if (this.#recovery.timeouts >= this.#host.limits.redialTimeouts && this.#asked.size > 0)
        this.#host.redial(now, this)
    }
    if (this.#sessions.length === 0 && this.#asked.size > 0) this.#host.redial(now, this)
    const idle = now - this.#heardAt >= this.#host.limits.idleMs || this.#sessions.length === 0
    if (idle && !this.isBusy) this.#host.forget(this, 'idle')
    else this.flush(now)
  }

  /** The end: tells the peer, if it can, and lets go of everything. */
  close(now: number, tell: boolean): void {
    const current = this.#current(now)
    if (tell && current !== undefined && this.path.token === undefined) {
      const writer = new Writer(MIN_TEXT_BYTES)
      writer.close()
      this.#host.send(this.path.address, current.seal(writer.text(MIN_TEXT_BYTES)))
    }
    this.#isGone = true
    for (const serving of this.#inbox.all()) this.giveUp(serving)
    while (this.#sessions.length > 0) this.#drop(this.#sessions[0]!)
    this.#asked.clear()
  }

  /** Ends a question of the peer: nobody is going to answer it. */
  giveUp(serving: Serving): void {
    const isRunning = serving.assembly === undefined && serving.answer === undefined
    this.#host.load.end(serving)
    this.#inbox.end(serving)
    if (serving.answer !== undefined) this.#outbox.remove(serving.answer)
    if (isRunning) this.#host.cancelled(serving)
  }

  #current(now: number): Session | undefined {
    const newest = this.#sessions.at(-1)
    return newest === undefined || newest.isOver(now) ? undefined : newest
  }

  #take(now: number, from: Address, session: Session, frame: Frame): void {
    switch (frame.type) {
      case 'ack':
        return this.#takeAck(now, session, frame)
      case 'question':
        return this.#takeQuestion(now, frame)
      case 'answer':
        return this.#takeAnswer(frame)
      case 'cancel':
        return this.#takeCancel(frame.id)
      case 'path-challenge':
        this.#echo = frame.token
        return undefined
      case 'path-response':
        return this.path.answered(from, frame.token)
      case 'close':
        return this.#host.forget(this, 'the peer has closed')
      default:
        return undefined
    }
  }

  #takeAck(now: number, session: Session, frame: AckFrame): void {
    if (frame.ranges[0]!.last >= session.counter) return this.#host.reject('bad-frame')
    for (const piece of this.#recovery.acked(now, session, frame)) {
      if (!this.#outbox.arrived(piece) || piece.message.kind !== 'answer') continue
      const serving = this.#inbox.get(piece.message.id)
      if (serving?.answer === piece.message) this.giveUp(serving)
    }
  }

  #takeQuestion(now: number, frame: FragmentFrame): void {
    const { load } = this.#host
    let serving = this.#inbox.get(frame.id)
    if (serving === undefined) {
      // One that is known and not in hand is over: this is a piece that was sent twice.
      if (this.#inbox.isKnown(frame.id)) return
      serving = this.#inbox.begin(now, this, frame)
      if (serving === undefined) return this.#host.reject('too-many-requests')
      for (const evicted of load.begin(serving)) {
        this.#host.reject('evicted')
        evicted.peer.refuse(now, evicted)
      }
    }
    if (serving.assembly === undefined) return
    if (!serving.assembly.add(frame)) return this.#host.reject('bad-fragment')
    if (!serving.assembly.isWhole) return
    const mayRun = load.run(serving)
    const question = readQuestion(this.#inbox.release(serving).bytes())
    if (question !== undefined && mayRun)
      return this.#host.question(serving, question.protocol, question.body)
    this.#host.reject(question === undefined ? 'bad-protocol' : 'too-many-requests')
    this.answer(now, serving, question === undefined ? STATUS.failed : STATUS.busy, nothing)
  }

  /** Refuses a question whose pieces have been too slow in coming, and that others have no room beside. */
  refuse(now: number, serving: Serving): void {
    this.#inbox.release(serving)
    this.answer(now, serving, STATUS.busy, nothing)
  }

  #takeAnswer(frame: FragmentFrame): void {
    const taken = this.#asked.take(frame)
    if (taken === false) return this.#host.reject('bad-fragment')
    if (taken === true) {
      if (!this.#asked.isKnown(frame.id)) this.#host.reject('unknown-request')
      return
    }
    this.#outbox.remove(taken.message)
    this.#host.answered(this, taken.request, taken.bytes)
  }

  #takeCancel(id: number): void {
    const serving = this.#inbox.get(id)
    if (serving !== undefined) this.giveUp(serving)
  }

  #hasToSay(now: number, current: Session): boolean {
    if (this.#echo !== undefined || current.ackDue <= now) return true
    return this.#recovery.canSend && this.#outbox.next() !== undefined
  }

  /** Sends one datagram on a session; false where the path has no room for it. */
  #sendOn(now: number, session: Session, withPieces: boolean): boolean {
    const overhead = OVERHEAD + (session.finish?.length ?? 0)
    const room = Math.min(this.#host.limits.sentDatagramBytes, this.path.room) - overhead
    this.#isHeld = room < LEAST_ROOM
    if (this.#isHeld) return false
    const writer = new Writer(room)
    const { token } = this.path
    if (token !== undefined) writer.token('path-challenge', token)
    const idle = writer.length
    if (this.#echo !== undefined) writer.token('path-response', this.#echo)
    this.#echo = undefined
    if (session.ackDue < Infinity) {
      const ack = session.ack(now)
      // The oldest ranges are left out where there is little room: their datagrams are sent again.
      const most = Math.floor((writer.room - 10) / 4) + 1
      writer.ack({ ...ack, ranges: ack.ranges.slice(0, most) })
    }
    const pieces = withPieces && this.#recovery.canSend ? this.#fill(writer) : []
    const { counter } = session
    if (pieces.length > 0) this.#recovery.sent(now, session, counter, pieces)
    if (writer.length === idle) return false
    const bytes = session.seal(writer.text(MIN_TEXT_BYTES))
    this.path.sent(bytes.length)
    this.#host.send(this.path.address, bytes)
    return true
  }

  #fill(writer: Writer): Piece[] {
    const pieces: Piece[] = []
    for (let message = this.#outbox.next(); message !== undefined; message = this.#outbox.next()) {
      const { kind, id, payload } = message
      if (kind === 'cancel' || kind === 'ping') {
        if (writer.room < 5) break
        if (kind === 'cancel') writer.cancel(id)
        else writer.ping()
        pieces.push(this.#outbox.take(message))
        continue
      }
      const size = this.#host.limits.fragmentBytes
      if (writer.room < FRAGMENT_HEAD_BYTES + Math.min(size, payload.length)) break
      const piece = this.#outbox.take(message)
      const bytes = payload.subarray(piece.index * size, (piece.index + 1) * size)
      writer.fragment(kind === 'question' ? QUESTION : ANSWER, id, payload.length, piece.index, bytes)
      pieces.push(piece)
    }
    return pieces
  }

  #drop(session: Session): void {
    this.#recovery.forget(session)
    this.#sessions.splice(this.#sessions.indexOf(session), 1)
    this.#host.dropSession(session)
  }

  #nextDue(): number {
    const { idleMs, sessionMs } = this.#host.limits
    let due = Math.min(this.#recovery.dueAt, this.#inbox.deadline)
    for (const { ackDue, createdAt } of this.#sessions)
      due = Math.min(due, this.#isHeld ? Infinity : ackDue, createdAt + sessionMs)
    return this.isBusy ? due : Math.min(due, this.#heardAt + idleMs)
  }
}
