/**
 * One epoch of keys between two peers: what a handshake leaves behind. Counters are never used twice in one direction, and
 * what was received is remembered in a window, so that a recorded datagram says nothing when it comes again.
 */
import type { UdpLimits } from './constants.ts'
import { open, seal } from './crypto.ts'
import { writeDataHead } from './datagram.ts'
import type { AckFrame, Range } from './frames.ts'
import type { Keys } from './noise.ts'
import type { Piece } from './outgoing.ts'
import type { Peer } from './peer.ts'
import type { DatagramRejection } from './rejections.ts'
import { ReplayWindow } from './replay.ts'

/** A datagram on its way. */
export interface Sent {
  readonly at: number
  readonly pieces: readonly Piece[]
}

export interface SessionInit {
  /** By which the other side names the session to us, and we to it. */
  readonly index: number
  readonly remoteIndex: number
  readonly keys: Keys
  readonly createdAt: number
  /** The initiator's last message of the handshake: it goes before each datagram until there is any answer. */
  readonly finish: Uint8Array | undefined
}

export class Session {
  readonly kind = 'session' as const
  readonly index: number
  readonly createdAt: number
  /** Whose it is; set when it is adopted. */
  owner: Peer | undefined
  finish: Uint8Array | undefined
  // Bounded by the peer's window: what is neither acknowledged nor lost.
  readonly sent: Map<number, Sent> = new Map()
  /** When an ack has to leave; Infinity while none is wanted. */
  ackDue: number = Infinity
  readonly #limits: UdpLimits
  readonly #remoteIndex: number
  readonly #keys: Keys
  readonly #received: ReplayWindow
  #counter = 0
  #unacknowledged = 0
  #highestAt = 0

  constructor(init: SessionInit, limits: UdpLimits) {
    this.index = init.index
    this.createdAt = init.createdAt
    this.finish = init.finish
    this.#remoteIndex = init.remoteIndex
    this.#keys = init.keys
    this.#limits = limits
    this.#received = new ReplayWindow(limits.replayWindow)
  }

  /** The counter of the next datagram. */
  get counter(): number {
    return this.#counter
  }

  get highest(): number {
    return this.#received.highest
  }

  /** Whether the next question had better begin a new session. */
  isOld(now: number): boolean {
    return now - this.createdAt >= this.#limits.rekeyMs || this.#counter >= this.#limits.rekeyDatagrams
  }

  isOver(now: number): boolean {
    return now - this.createdAt >= this.#limits.sessionMs || this.#counter >= this.#limits.maxDatagrams
  }

  /** A data packet around a text. */
  seal(text: Uint8Array): Uint8Array {
    const counter = this.#counter++
    const parts = [writeDataHead(this.#remoteIndex, counter), ...seal(this.#keys.sending, counter, text)]
    return Buffer.concat(this.finish === undefined ? parts : [this.finish, ...parts])
  }

  /** The text of a data packet that is authentic and new; it will not be so again. */
  open(counter: number, sealed: Uint8Array): Uint8Array | DatagramRejection {
    if (this.#received.has(counter)) return 'replayed'
    const text = open(this.#keys.receiving, counter, sealed)
    if (text === undefined) return 'bad-ciphertext'
    this.#received.add(counter)
    return text
  }

  /** Something that wants an ack has come; one that came out of turn wants it at once. */
  wantAck(now: number, counter: number): void {
    const inTurn = counter === this.highest && (counter === 0 || this.#received.has(counter - 1))
    if (counter === this.highest) this.#highestAt = now
    this.#unacknowledged++
    const waits = inTurn && this.#unacknowledged < this.#limits.ackEvery
    this.ackDue = Math.min(this.ackDue, waits ? now + this.#limits.ackDelayMs : now)
  }

  /** The ack of all that has come lately; with it nothing is owed any more. */
  ack(now: number): AckFrame {
    this.#unacknowledged = 0
    this.ackDue = Infinity
    const ranges: Range[] = []
    const lowest = Math.max(this.highest - this.#limits.ackSpan, 0)
    let last = this.highest
    while (last >= lowest && ranges.length < this.#limits.maxAckRanges) {
      let first = last
      while (first > lowest && this.#received.has(first - 1)) first--
      ranges.push({ first, last })
      last = first - 1
      while (last >= lowest && !this.#received.has(last)) last--
    }
    return { type: 'ack', delayMs: Math.max(now - this.#highestAt, 0), ranges }
  }
}
