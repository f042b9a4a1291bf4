/**
 * One host of the demo: `pex start --json` in a process of its own, whose standard input ends when this process does, so
 * that it never outlives the demo.
 */
import { spawn } from 'node:child_process'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ErrorEvent, HostEvent } from '../events.ts'
import { oneLine } from '../failure.ts'

export interface Child {
  readonly pid: number
  /** Asks the host to stop; one that does not is killed after a while. */
  stop(): void
  /** Kills it now. */
  kill(): void
}

/** How a host has ended: its exit status or the signal that ended it, and what it complained of. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly words: string
}

export interface ChildInit {
  /** What follows `pex start`. */
  readonly args: readonly string[]
  readonly onEvent: (event: HostEvent | ErrorEvent) => void
  readonly onExit: (ending: Ending) => void
}

/** How long a host may take to stop, ms. Guess: shorter than what it allows itself, since there is nothing to keep here. */
const maxStopMs = 5_000

export function spawnHost({ args, onEvent, onExit }: ChildInit): Child {
  const here = import.meta.url
  const main = fileURLToPath(new URL(`../main${extname(here)}`, here))
  const execArgv = process.execArgv.filter(argument => !argument.startsWith('--inspect'))
  const child = spawn(
    process.execPath,
    [...execArgv, main, 'start', '--json', '--stop-with-stdin', ...args],
    {
      env: withoutSettings(process.env),
      stdio: 'pipe'
    }
  )
  let words = ''
  let overdue: NodeJS.Timeout | undefined
  createInterface({ input: child.stdout }).on('line', line =>
    onEvent(JSON.parse(line) as HostEvent | ErrorEvent)
  )
  createInterface({ input: child.stderr }).on('line', line => (words = oneLine(line)))
  child.stdin.on('error', () => {})
  child.on('error', error => (words = oneLine(error.message)))
  child.on('close', (code, signal) => {
    clearTimeout(overdue)
    onExit({ code, signal, words })
  })
  return {
    pid: child.pid ?? 0,
    stop: () => {
      child.stdin.end()
      overdue ??= setTimeout(() => child.kill('SIGKILL'), maxStopMs)
    },
    kill: () => void child.kill('SIGKILL')
  }
}

/** What the user has set for hosts of their own is not meant for those of the demo. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('PEX_')))
}
