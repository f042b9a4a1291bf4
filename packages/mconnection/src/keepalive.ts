/**
 * Pings at an interval, and a deadline for each pong. While our own receiver keeps us from reading, a pong may lie unread:
 * the deadline then begins again when reading goes on, so that a slow receiver never loses an honest peer.
 */
import type { Options } from './options.ts'

export interface KeepaliveEvents {
  readonly onPingDue: () => void
  readonly onTimeout: () => void
}

export class Keepalive {
  readonly #options: Options
  readonly #events: KeepaliveEvents
  #cancelPing = (): void => {}
  #cancelPong: (() => void) | undefined
  #isHeld = false
  #isOverdue = false

  constructor(options: Options, events: KeepaliveEvents) {
    this.#options = options
    this.#events = events
  }

  start(): void {
    const { clock, pingIntervalMs } = this.#options
    this.#cancelPing = clock.after(pingIntervalMs, () => {
      this.start()
      this.#events.onPingDue()
    })
  }

  stop(): void {
    this.#cancelPing()
    this.ponged()
  }

  /** A ping goes out now. One that went out before and has no pong yet keeps its deadline. */
  pinged(): void {
    if (this.#cancelPong !== undefined || this.#isOverdue) return
    const { clock, pongTimeoutMs } = this.#options
    this.#cancelPong = clock.after(pongTimeoutMs, () => {
      this.#cancelPong = undefined
      if (this.#isHeld) this.#isOverdue = true
      else this.#events.onTimeout()
    })
  }

  /** A pong has come, asked for or not: somebody is there. */
  ponged(): void {
    this.#cancelPong?.()
    this.#cancelPong = undefined
    this.#isOverdue = false
  }

  /** Whether we ourselves keep what comes from being read. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    if (isHeld || !this.#isOverdue) return
    this.#isOverdue = false
    this.pinged()
  }
}
