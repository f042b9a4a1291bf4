/**
 * How often a peer may ask. CometBFT: the first two requests of a connection are free, from the third on 10 s must have passed
 * since the last one that was answered. Versions that ask in every round which a seed's answer sets off (v0.34 to v0.38.15,
 * v0.39, v0.40: cometbft#4620, mended in v0.38.16 and v1 only) send more at once and no more on average.
 */
import type { Pacing } from './options.ts'

/** Requests that a lenient responder answers at once. Guess: one at the handshake, and one in a round after each of five seeds. */
const BURST = 6
const FREE = 2

/** Requests of one peer, on one connection. */
export class Pace {
  readonly #everyMs: number
  readonly #isLenient: boolean
  /** Strict: requests answered, up to `FREE`. Lenient: those that may still come at once. */
  #count: number
  #last: number

  constructor(everyMs: number, pacing: Pacing, version: string, now: number) {
    this.#everyMs = everyMs
    this.#isLenient = pacing === 'lenient' || (pacing === 'auto' && asksInFastRounds(version))
    this.#count = this.#isLenient ? BURST : 0
    this.#last = now
  }

  /** Whether the peer may ask now, and if so, it has. */
  take(now: number): boolean {
    return this.#isLenient ? this.#takeToken(now) : this.#takeTurn(now)
  }

  #takeTurn(now: number): boolean {
    if (this.#count >= FREE && now - this.#last < this.#everyMs) return false
    this.#count = Math.min(this.#count + 1, FREE)
    this.#last = now
    return true
  }

  /** A bucket that is full at first and gets one more every 10 s. */
  #takeToken(now: number): boolean {
    const earned = Math.floor(Math.max(0, now - this.#last) / this.#everyMs)
    this.#last += earned * this.#everyMs
    this.#count = Math.min(BURST, this.#count + earned)
    if (this.#count === 0) return false
    if (this.#count === BURST) this.#last = now
    this.#count--
    return true
  }
}

/** Whether a node of that version sends requests in rounds that a seed's answer has set off. */
export function asksInFastRounds(version: string): boolean {
  const [, major, minor, patch] = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})/.exec(version) ?? []
  if (major !== '0') return false
  return minor !== '38' || Number(patch) < 16
}
