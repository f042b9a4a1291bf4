/**
 * Standard output and standard error. With `--json` standard output carries JSON lines and nothing else; people's lines
 * and complaints never mix with them.
 */
import type { DemoEvent, ErrorEvent, HostEvent } from './events.ts'
import { oneLine } from './failure.ts'
import type { Failure } from './failure.ts'

/** A line as the code says it: the moment is added when it is printed. */
export type Untimed<Line> = Line extends unknown ? Omit<Line, 'at'> : never

/** Prints an event as one JSON line; `host` is its name in a demo. */
export function printEvent(event: Untimed<HostEvent | ErrorEvent | DemoEvent>): void {
  printJson({ ...event, at: Date.now() })
}

export function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** How many characters a line of the terminal has; undefined where standard output is none. */
export function terminalWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined
}

/** A remark for people on standard error, so that standard output stays what was asked for. */
export function remark(text: string): void {
  process.stderr.write(`pex: ${oneLine(text)}\n`)
}

/** Says what went wrong: one line on standard error, and with `--json` one on standard output too. */
export function printFailure(failure: Failure, json: boolean): void {
  const { code, message, next } = failure
  remark(`${message}; try ${next}`)
  if (json) printEvent({ event: 'error', code, message: oneLine(message), next })
}

/**
 * Calls back once when nobody reads standard output any more (`pex … | head -1`); what is written afterwards is lost
 * without harm.
 */
export function onReaderGone(callback: () => void): void {
  let gone = false
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (!gone) callback()
    gone = true
  })
  process.stderr.on('error', () => {})
}
