/** What `pex book` prints for programs, and its rows for people. */
import { groupOfIp, parseIp } from '@pex/address-book'
import { formatDuration } from '../duration.ts'
import type { Finding } from './finding.ts'
import type { Left, ReadBook, ReadEntry } from './types.ts'

export interface ShownEntry {
  readonly id: string
  readonly address: string
  readonly tried: boolean
  readonly group: string
  readonly attempts: number
  /** ms since the epoch; null for never. */
  readonly lastSeen: number | null
  readonly lastAttempt: number | null
  readonly lastSuccess: number | null
  readonly source: string
  readonly buckets: readonly number[]
  readonly line: number
}

export interface ShowAnswer {
  readonly file: string
  readonly format: string
  readonly tried: number
  readonly fresh: number
  readonly banned: number
  readonly groups: number
  readonly entries: readonly ShownEntry[]
}

export interface CheckAnswer {
  readonly file: string
  readonly format: string
  readonly entries: number
  readonly errors: number
  readonly warnings: number
  readonly findings: readonly Finding[]
}

/** Of `repair`, `merge` and `convert`. */
export interface WrittenAnswer {
  readonly files: readonly string[]
  readonly format: string
  /** Null where nothing was written: to standard output, or because nothing was wrong. */
  readonly out: string | null
  readonly backup: string | null
  /** Entries in the files; as many as `kept` and `left` together. */
  readonly read: number
  readonly kept: number
  readonly moved: number
  readonly left: readonly Left[]
  /** Of `convert` alone: the list itself, where it is not written to a file. */
  readonly addresses?: readonly string[] | null
}

export function showAnswer(book: ReadBook, wanted: (entry: ReadEntry) => boolean): ShowAnswer {
  const tried = book.entries.filter(({ known }) => known.isTried).length
  return {
    file: book.path,
    format: book.type.file,
    tried,
    fresh: book.entries.length - tried,
    banned: book.rest.bans.length,
    groups: new Set(book.entries.map(entry => groupOf(book, entry))).size,
    entries: book.entries.filter(wanted).map(entry => shownEntry(book, entry))
  }
}

function shownEntry(book: ReadBook, entry: ReadEntry): ShownEntry {
  const { address, source, isTried, attempts, lastSeen, lastAttempt, lastSuccess, buckets } = entry.known
  const time = (ms: number): number | null => (ms === 0 ? null : ms)
  return {
    id: address.id,
    address: book.type.textOf(address),
    tried: isTried,
    group: groupOf(book, entry),
    attempts,
    lastSeen: time(lastSeen),
    lastAttempt: time(lastAttempt),
    lastSuccess: time(lastSuccess),
    source: book.type.textOf(source),
    buckets,
    line: entry.line
  }
}

/** The network group that the book's own nodes would put it in. */
export function groupOf(book: ReadBook, { known }: ReadEntry): string {
  return groupOfIp(parseIp(known.address.ip)!, book.type.routability)
}

export function checkAnswer(book: ReadBook): CheckAnswer {
  const errors = book.findings.filter(({ severity }) => severity === 'error').length
  return {
    file: book.path,
    format: book.type.file,
    entries: book.count,
    errors,
    warnings: book.findings.length - errors,
    findings: book.findings
  }
}

export const heading: readonly string[] = ['address', '', 'group', 'failed', 'last good', 'last tried']

export function rowOf(
  { address, tried, group, attempts, lastAttempt, lastSuccess }: ShownEntry,
  now: number
): string[] {
  const ago = (ms: number | null): string =>
    ms === null ? 'never' : ms > now ? 'to come' : `${formatDuration(now - ms)} ago`
  return [address, tried ? 'tried' : 'new', group, `${attempts}`, ago(lastSuccess), ago(lastAttempt)]
}

/** "2 duplicate-id, 1 bad-ip" */
export function reasons(left: readonly Left[]): string {
  const counts = new Map<string, number>()
  for (const { why } of left) counts.set(why, (counts.get(why) ?? 0) + 1)
  return [...counts].map(([why, count]) => `${count} ${why}`).join(', ')
}
