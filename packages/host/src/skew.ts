/**
 * Whether this host's clock is right, by what its neighbours' clocks say: one that is wrong among them is outvoted, and if most
 * of them say the same, it is ours.
 */

export interface SkewInit {
  /** A host whose clock is further off is not talked to, ms. @default 600_000 (libonomy) */
  readonly mostMs?: number | undefined
  /** How far off this host's own clock must be for an alarm, ms. @default 10_000 (libonomy: max drift) */
  readonly alarmMs?: number | undefined
}

/** A judgement on this host's own clock. */
export interface ClockHealth {
  /** How far most neighbours' clocks are ahead of ours, ms: the middle one. */
  readonly skewMs: number
  /** How many were asked. */
  readonly count: number
  readonly isWrong: boolean
}

/** Fewer than this say nothing. */
const LEAST = 3

export class ClockCheck {
  readonly mostMs: number
  readonly #alarmMs: number

  constructor({ mostMs = 600_000, alarmMs = 10_000 }: SkewInit = {}) {
    this.mostMs = mostMs
    this.#alarmMs = alarmMs
  }

  isAcceptable(skewMs: number): boolean {
    return Math.abs(skewMs) <= this.mostMs
  }

  /** Undefined where too few have been asked. */
  judge(skews: readonly number[]): ClockHealth | undefined {
    if (skews.length < LEAST) return undefined
    const sorted = [...skews].sort((a, b) => a - b)
    const middle = sorted[Math.floor((sorted.length - 1) / 2)]!
    // The one nearer to zero of the two in the middle: an even vote is no alarm.
    const other = sorted[Math.ceil((sorted.length - 1) / 2)]!
    const skewMs = Math.abs(other) < Math.abs(middle) ? other : middle
    return { skewMs, count: sorted.length, isWrong: Math.abs(skewMs) > this.#alarmMs }
  }
}
