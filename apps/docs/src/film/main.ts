/**
 * The film in the README: `npm start` in a terminal, one host killed from another one, and what happens then; every row as the command
 * wrote it, at the time at which it did. Make it again where the demo has changed its looks, on a machine that has nothing else to do:
 * `node --conditions=@pex/source apps/docs/src/film/main.ts`. It takes the `script` of util-linux, which lends the demo a terminal.
 */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { drawFilm } from './drawing.ts'
import type { Frame } from './drawing.ts'
import { Terminal } from './terminal.ts'
import type { Run } from './terminal.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')
/** How long a picture stays when something has been reached, ms: time to read it. */
const PAUSE_MS = 4_000
/** More pictures in a second than this nobody sees, and each takes room. */
const FRAME_MS = 100
/** Nobody waits for longer. */
const LONGEST_MS = 120_000

/** The film so far. Bounded by LONGEST_MS / FRAME_MS. */
const frames: Frame[] = []
let begin = performance.now()
/** What is typed into another terminal, shown below. Bounded: replaced as a whole. */
let typed: readonly Run[] = []

const prompt: readonly Run[] = [
  { column: 0, text: '$', colour: 'dim' },
  { column: 2, text: 'npm start', colour: 'bold' }
]

function take(terminal: Terminal): void {
  const rows = terminal.rows()
  const at = Math.round(performance.now() - begin)
  const last = frames.at(-1)
  const frame: Frame = { at: frames.length === 0 ? 0 : at, rows: [prompt, [], ...padded(rows), [], typed] }
  if (JSON.stringify(last?.rows) === JSON.stringify(frame.rows)) return
  if (last !== undefined && frames.length > 1 && at - last.at < FRAME_MS / 2) frames.pop()
  frames.push(frame)
}

/** So that what is typed below stays where it is. */
function padded(rows: readonly (readonly Run[])[]): readonly (readonly Run[])[] {
  return Array.from({ length: 17 }, (_, i) => rows[i] ?? [])
}

const terminal = new Terminal()
const command = `stty cols 80 rows 24; exec "${process.execPath}" --conditions=@pex/source scripts/start.mjs`
const child = spawn('script', ['-qefc', command, '/dev/null'], {
  cwd: root,
  env: { ...process.env, npm_lifecycle_event: 'start', TERM: 'xterm-256color' },
  stdio: ['pipe', 'pipe', 'inherit']
})
const overdue = setTimeout(() => child.kill(), LONGEST_MS)
/** Bounded by the calls of `until` below, one at a time. */
const waiting = new Set<() => void>()
child.stdout.setEncoding('utf8').on('data', (text: string) => {
  if (frames.length === 0) begin = performance.now()
  terminal.write(text)
  take(terminal)
  for (const look of waiting) look()
})

function text(): string {
  return stripVTControlCharacters(
    terminal
      .rows()
      .map(row => row.map(run => run.text).join('  '))
      .join('\n')
  )
}

function until(form: RegExp): Promise<RegExpExecArray> {
  const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>()
  const look = (): void => {
    const found = form.exec(text())
    if (found === null) return
    waiting.delete(look)
    resolve(found)
  }
  waiting.add(look)
  child.once('close', () => reject(new Error(`the demo has ended:\n${text()}`)))
  look()
  return promise
}

const pause = (): Promise<void> => new Promise(resolve => void setTimeout(resolve, PAUSE_MS))

await until(/Converged in/)
const stillMs = Math.round(performance.now() - begin)
await pause()
const [, pid = ''] = await until(/kill -9 (\d+)/)
typed = [
  { column: 0, text: '$', colour: 'dim' },
  { column: 2, text: `kill -9 ${pid}`, colour: 'bold' },
  { column: 60, text: 'another terminal', colour: 'dim' }
]
process.kill(Number(pid), 'SIGKILL')
take(terminal)
await until(/n5\s+down/)
await until(/Converged again in/)
await pause()
const endMs = Math.round(performance.now() - begin)
clearTimeout(overdue)
child.removeAllListeners('close')
child.stdin.write('\u0003')
await new Promise(resolve => child.once('close', resolve))

const title =
  'pex demo: five hosts that know only the first one come to know each other; one is killed, comes back and finds them again'
const svg = drawFilm({ title, frames: frames.filter(({ at }) => at < endMs), endMs, stillMs: stillMs + 200 })
writeFileSync(join(root, 'docs', 'figures', 'demo.svg'), svg)
console.log(
  `docs/figures/demo.svg: ${frames.length} pictures in ${(endMs / 1_000).toFixed(1)} s, ${(svg.length / 1_024).toFixed(0)} KiB`
)
