/**
 * How far a simulation is, on standard error: a bar that moves where somebody watches, a line now and then where it goes
 * into a file.
 */
import { formatDuration } from '../duration.ts'
import { remark } from '../output.ts'

/** What the progress is written to; `process.stderr` has it all. */
export interface Sink {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Redraws at most so often, ms: smooth to the eye. */
const frameMs = 100
/** A line in a file at most so often, ms: enough to see that it lives. */
const lineMs = 10_000
/** A guess from the first moments would jump about, ms. */
const settledMs = 1_000
const maxBar = 30

export interface Progress {
  update(done: number, total: number): void
  /** Takes the bar away. */
  close(): void
}

/** Progress on a terminal or in a file; `now` is a clock in ms. */
export function showProgress(sink: Sink, isWatched: boolean, now: () => number): Progress {
  const start = now()
  // Where it goes into a file, a run that is over at once says nothing.
  let last = isWatched ? -Infinity : start
  return {
    update: (done, total) => {
      const at = now()
      if (at - last < (isWatched ? frameMs : lineMs)) return
      last = at
      const text = words(done, total, at - start)
      if (isWatched) sink.write(`\r\u001B[2K${bar(done, total, text, sink.columns ?? 80)}`)
      else remark(text)
    },
    close: () => {
      if (isWatched && last > -Infinity) sink.write('\r\u001B[2K')
    }
  }
}

/** "42 % done, 3.0 s left" */
export function words(done: number, total: number, elapsedMs: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0
  const said = `${Math.floor(share * 100)} % done`
  if (done <= 0 || elapsedMs < settledMs) return said
  return `${said}, ${formatDuration((elapsedMs / share) * (1 - share))} left`
}

/** One line no wider than the terminal: the bar takes what the words leave. */
export function bar(done: number, total: number, text: string, columns: number): string {
  const width = Math.min(maxBar, columns - text.length - 3)
  if (width < 5) return text.slice(0, Math.max(0, columns - 1))
  const full = Math.round(width * (total > 0 ? Math.min(1, done / total) : 0))
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}  ${text}`
}
