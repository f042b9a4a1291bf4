/** What can be wrong with a book's file, from a closed list, and what that means for the entry. */

/** Something must change before the book can be used: the entry is lost, or not as it was written. */
export const errors = [
  /** The text is cut off or is no JSON. */
  'not-whole',
  'bad-key',
  /** It is no object, or its address is none. */
  'bad-entry',
  'bad-id',
  'bad-ip',
  'bad-port',
  'bad-source',
  'bad-count',
  'bad-time',
  'duplicate-id',
  'no-bucket',
  /** A bucket that there is none of, or too many of them. */
  'bad-bucket',
  /** Not the bucket in which the book's key places it. */
  'wrong-bucket',
  'overfull-bucket',
  'bad-ban'
] as const

/** The entry is sound, and of little use. */
export const warnings = ['unroutable', 'port-0', 'same-place', 'from-the-future', 'stale'] as const

export type ErrorProblem = (typeof errors)[number]
export type WarningProblem = (typeof warnings)[number]
export type Problem = ErrorProblem | WarningProblem

export interface Finding {
  /** In the file, from 1. */
  readonly line: number
  /** `addrs[3]`; the file itself: an empty text. */
  readonly where: string
  readonly problem: Problem
  readonly severity: 'error' | 'warning'
  /** As a sentence without its end. */
  readonly message: string
}

const light: ReadonlySet<string> = new Set(warnings)

export function finding(line: number, where: string, problem: Problem, message: string): Finding {
  return { line, where, problem, severity: light.has(problem) ? 'warning' : 'error', message }
}

/** Notes what is wrong with one entry. */
export type Note = (problem: Problem, message: string) => void

/** A value of a stranger's file for a message: short and on one line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
