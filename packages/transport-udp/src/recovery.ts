/**
 * When to send again, and how much at a time: the timeout of RFC 6298 with exponential backoff and jitter, loss by reordering
 * as RFC 9002 has it, and a window that grows and halves like NewReno's, counted in datagrams.
 */
import { between } from '@pex/core'
import type { Rng } from '@pex/core'
import type { UdpLimits } from './constants.ts'
import type { AckFrame } from './frames.ts'
import type { Piece } from './outgoing.ts'
import type { Sent, Session } from './session.ts'

export class Recovery {
  readonly #limits: UdpLimits
  readonly #rng: Rng
  #smoothed: number | undefined
  #variation = 0
  #timeout: number
  /** Timeouts since anything was acknowledged. */
  #timeouts = 0
  #window: number
  #threshold = Infinity
  /** What was sent before does not halve the window again. */
  #halvedAt = -Infinity
  #underWay = 0
  #dueAt = Infinity

  constructor(limits: UdpLimits, rng: Rng) {
    this.#limits = limits
    this.#rng = rng
    this.#timeout = limits.initialTimeoutMs
    this.#window = limits.initialWindow
  }

  /** When the timeout fires; Infinity while nothing is under way. */
  get dueAt(): number {
    return this.#dueAt
  }

  get timeouts(): number {
    return this.#timeouts
  }

  get underWay(): number {
    return this.#underWay
  }

  get canSend(): boolean {
    return this.#underWay < this.#window
  }

  sent(now: number, session: Session, counter: number, pieces: readonly Piece[]): void {
    session.sent.set(counter, { at: now, pieces })
    this.#underWay++
    if (this.#dueAt === Infinity) this.#arm(now)
  }

  /** A round trip that was measured by other means, ms. */
  measured(ms: number): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = ms
      this.#variation = ms / 2
    } else {
      this.#variation += (Math.abs(this.#smoothed - ms) - this.#variation) / 4
      this.#smoothed += (ms - this.#smoothed) / 8
    }
    const { minTimeoutMs, maxTimeoutMs } = this.#limits
    this.#timeout = Math.min(Math.max(this.#smoothed + 4 * this.#variation, minTimeoutMs), maxTimeoutMs)
  }

  /** Takes an ack. Returns the pieces that have arrived; those that are lost know it. */
  acked(now: number, session: Session, { ranges, delayMs }: AckFrame): Piece[] {
    const arrived: Piece[] = []
    let newest: Sent | undefined
    let count = 0
    for (const [counter, sent] of session.sent) {
      if (!ranges.some(({ first, last }) => counter >= first && counter <= last)) continue
      if (counter === ranges[0]!.last) newest = sent
      session.sent.delete(counter)
      arrived.push(...sent.pieces)
      count++
    }
    if (count === 0) return arrived
    this.#underWay -= count
    this.#timeouts = 0
    if (newest !== undefined) this.measured(Math.max(now - newest.at - Math.min(delayMs, now - newest.at), 0))
    this.#window += this.#window < this.#threshold ? count : count / this.#window
    this.#window = Math.min(this.#window, this.#limits.maxWindow)
    this.#findLost(now, session, ranges[0]!.last)
    this.#arm(now)
    return arrived
  }

  /** The timeout has fired: all that was under way counts as lost. */
  timedOut(now: number, sessions: readonly Session[]): void {
    this.#timeouts++
    this.#halve(now, now)
    for (const session of sessions) this.forget(session)
    this.#dueAt = Infinity
  }

  /** Nothing of a session will be acknowledged any more. */
  forget(session: Session): void {
    for (const sent of session.sent.values()) this.#lose(sent)
    session.sent.clear()
    if (this.#underWay === 0) this.#dueAt = Infinity
  }

  #findLost(now: number, session: Session, highest: number): void {
    for (const [counter, sent] of session.sent) {
      if (counter > highest - this.#limits.reorderingDatagrams) break
      session.sent.delete(counter)
      this.#lose(sent)
      this.#halve(now, sent.at)
    }
  }

  #lose(sent: Sent): void {
    this.#underWay--
    for (const { message, index } of sent.pieces) message.lost(index)
  }

  #halve(now: number, sentAt: number): void {
    if (sentAt <= this.#halvedAt) return
    this.#halvedAt = now
    this.#window = Math.max(this.#window / 2, this.#limits.minWindow)
    this.#threshold = this.#window
  }

  #arm(now: number): void {
    if (this.#underWay === 0) {
      this.#dueAt = Infinity
      return
    }
    const backedOff = Math.min(this.#timeout * 2 ** this.#timeouts, this.#limits.maxTimeoutMs)
    // Jitter, so that two peers that lose together do not repeat together.
    this.#dueAt = now + backedOff * between(this.#rng, 1, 1.2)
  }
}
