/** Runs `child.ts`, and ends it when the test wants. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('child.ts', import.meta.url))
const hook = new URL('abort-hook.ts', import.meta.url).href

export type Line = Record<string, unknown>

export interface Circumstances {
  /** Called with every line. */
  readonly hear?: (line: Line, kill: () => void) => void
  /** What a shell does before the child takes its place. */
  readonly shell?: string
  /** A table whose database ends the process with SIGABRT when it is opened. */
  readonly abortsOn?: string
}

/** Runs the child to its end, which `hear` may bring about, and returns all that it said, and how it ended. */
export function run(args: readonly string[], { hear, shell, abortsOn }: Circumstances = {}): Promise<Line[]> {
  const options = ['--conditions=@pex/source', ...(abortsOn === undefined ? [] : [`--import=${hook}`])]
  const command = [process.execPath, ...options, program, ...args]
  const env = { ...process.env, ABORT_ON: abortsOn }
  const child =
    shell === undefined
      ? spawn(command[0]!, command.slice(1), { env })
      : spawn('bash', ['-c', `${shell}; exec "$@"`, 'bash', ...command], { env })
  const lines: Line[] = []
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', text => (errors += text))
  createInterface(child.stdout).on('line', text => {
    const line = JSON.parse(text) as Line
    lines.push(line)
    hear?.(line, () => child.kill('SIGKILL'))
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      lines.push({ code, signal, errors })
      resolve(lines)
    })
  })
}
