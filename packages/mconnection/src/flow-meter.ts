/**
 * How much flows in one direction: a limit by windows of 100 ms as CometBFT's, and the rates that a status shows. Unlike
 * there, what a window has had too much of counts against the next ones, so that the rate holds in the long run as well.
 */

/** One window, ms. From CometBFT (`libs/flowrate`). */
export const WINDOW_MS = 100
/** The time over which the shown rate is averaged, ms. From CometBFT. */
const AVERAGE_MS = 1_000

export interface Flow {
  /** Bytes since the connection began. */
  readonly bytes: number
  /** Bytes per second, averaged over the last second or so. */
  readonly rate: number
  /** Bytes per second in the busiest window so far. */
  readonly peak: number
}

export class FlowMeter {
  /** Bytes per second, 0 for no limit. */
  readonly #limit: number
  #bytes = 0
  #windowStart: number
  /** Bytes of this window; and those that the limit has yet to make up for. */
  #inWindow = 0
  #owed = 0
  #rate = 0
  #peak = 0

  constructor(limit: number, now: number) {
    this.#limit = limit
    this.#windowStart = now
  }

  /** So many bytes have passed. */
  count(bytes: number, now: number): void {
    this.#roll(now)
    this.#bytes += bytes
    this.#inWindow += bytes
    if (this.#limit > 0) this.#owed += bytes
  }

  /** After how many ms more may pass; 0 for at once. */
  waitMs(now: number): number {
    if (this.#limit <= 0) return 0
    this.#roll(now)
    const windows = Math.floor(this.#owed / this.#perWindow)
    return windows === 0 ? 0 : this.#windowStart + windows * WINDOW_MS - now
  }

  flow(now: number): Flow {
    this.#roll(now)
    return { bytes: this.#bytes, rate: this.#rate, peak: this.#peak }
  }

  /** One byte at least is allowed in each window. */
  get #perWindow(): number {
    return Math.max((this.#limit * WINDOW_MS) / 1_000, 1)
  }

  #roll(now: number): void {
    const elapsed = now - this.#windowStart
    if (elapsed < WINDOW_MS) return
    const sample = (this.#inWindow * 1_000) / elapsed
    const weight = Math.exp(-elapsed / AVERAGE_MS)
    this.#rate = sample + weight * (this.#rate - sample)
    this.#peak = Math.max(this.#peak, sample)
    const windows = Math.floor(elapsed / WINDOW_MS)
    this.#windowStart += windows * WINDOW_MS
    this.#inWindow = 0
    this.#owed = Math.max(this.#owed - windows * this.#perWindow, 0)
  }
}
