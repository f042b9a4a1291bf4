/**
 * What the doctor says of one thing: whether it is well, what was found, and how to mend it. The words are for people; the
 * area and the verdict are closed lists, for programs.
 */
import { asFailure, oneLine } from '../failure.ts'

/** What is looked at, in this order. */
export const areas = [
  'node',
  'settings',
  'data',
  'key',
  'store',
  'clock',
  'limits',
  'ports',
  'reach',
  'bootstrap',
  'discovery',
  'host'
] as const
export type Area = (typeof areas)[number]

/** A warning is of what a host can live with. */
export const verdicts = ['well', 'warning', 'wrong'] as const
export type Verdict = (typeof verdicts)[number]

export interface Finding {
  readonly area: Area
  readonly verdict: Verdict
  /** A sentence without its full stop: what was looked at, and what was found. */
  readonly found: string
  /** What to do about it, as a phrase that fits after "try"; null where all is well. */
  readonly mend: string | null
}

export function well(area: Area, found: string): Finding {
  return { area, verdict: 'well', found: oneLine(found), mend: null }
}

export function warning(area: Area, found: string, mend: string): Finding {
  return { area, verdict: 'warning', found: oneLine(found), mend: oneLine(mend) }
}

export function wrong(area: Area, found: string, mend: string): Finding {
  return { area, verdict: 'wrong', found: oneLine(found), mend: oneLine(mend) }
}

/** What a command would have failed with. */
export function failed(area: Area, error: unknown): Finding {
  const { message, next } = asFailure(error)
  return wrong(area, message, next)
}

/** What a check found; nothing where it did not fail. */
export function failureOf(area: Area, check: () => void): Finding | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return failed(area, error)
  }
}
