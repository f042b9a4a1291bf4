/**
 * When a foreground command ends: the first signal asks it to, the second ends it at once.
 */
import { onReaderGone, remark } from './output.ts'

/** A clean stop that takes longer than this is given up, ms. Guess: longer than the longest exchange that a stop aborts. */
const maxStopMs = 10_000
const atOnce = 130

export interface LifetimeInit {
  /** Whether the end of standard input is a reason to stop: how a child never outlives its parent. */
  readonly withStdin?: boolean
  /** Called before the process ends at once, for what must not be left behind; nothing asynchronous happens any more. */
  readonly abandon?: () => void
}

/** Resolves to the reason to stop: the name of a signal, `stdin` or `stdout`. */
export function untilStopped({ withStdin = false, abandon }: LifetimeInit = {}): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let stopping = false
  const leave = (code: number): never => {
    abandon?.()
    process.exit(code)
  }
  const stop = (reason: string): void => {
    if (stopping) return
    stopping = true
    resolve(reason)
    const overdue = setTimeout(() => {
      remark('stopping takes too long; it ends at once')
      leave(1)
    }, maxStopMs)
    overdue.unref()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => (stopping ? leave(atOnce) : stop(signal)))
  }
  onReaderGone(() => stop('stdout'))
  if (withStdin) {
    process.stdin.on('error', () => stop('stdin'))
    process.stdin.on('end', () => stop('stdin'))
    process.stdin.on('close', () => stop('stdin'))
    process.stdin.resume()
  }
  return promise
}
