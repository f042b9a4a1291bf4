/**
 * The `pex` command in processes of its own, as a user runs it: from its sources, on this Node. Whatever a test leaves
 * running is killed after it, and its directories are removed.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'
import * as v from 'valibot'
import { crawlShapes, seedShapes } from '../src/chain-shapes.ts'
import { parseLine } from '../src/shapes.ts'
import type { Shape } from '../src/shapes.ts'

export type Line = { readonly [field: string]: unknown }

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const running = new Set<Running>()
const directories: string[] = []

afterEach(async () => {
  for (const each of running) each.child.kill('SIGKILL')
  await Promise.all([...running].map(each => each.ended))
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pex-test-'))
  directories.push(directory)
  return directory
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A command that runs. With `--json` each line is held to its documented shape. */
export class Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  readonly lines: Line[] = []
  stdout = ''
  stderr = ''
  readonly #waiting: Set<() => void> = new Set()
  #fault: Error | undefined

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PEX_')))
    this.child = spawn(process.execPath, ['--conditions=@pex/source', main, ...args], {
      env: { ...clean, ...env },
      stdio: 'pipe'
    })
    running.add(this)
    this.child.stderr!.on('data', (part: Buffer) => (this.stderr += part.toString()))
    createInterface({ input: this.child.stdout! }).on('line', line =>
      this.#read(line, args.includes('--json') ? parserOf(args[0]) : undefined)
    )
    this.ended = new Promise(resolve => {
      this.child.on('close', (code, signal) => {
        running.delete(this)
        resolve({ code, signal })
        this.#look()
      })
    })
  }

  get pid(): number {
    return this.child.pid!
  }

  /** Resolves as soon as the condition holds, which is looked at with every line; rejects when the command ends first. */
  when(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const fault =
          this.#fault ?? (running.has(this) ? undefined : new Error(`pex ended first: ${this.stderr}`))
        const holds = condition()
        if (!holds && fault === undefined) return
        this.#waiting.delete(look)
        if (holds && this.#fault === undefined) resolve()
        else reject(fault ?? new Error('unreachable'))
      }
      this.#waiting.add(look)
      look()
    })
  }

  /** The first line, from line number `from` on, for which the predicate holds. */
  async until(predicate: (line: Line) => boolean, from = 0): Promise<Line> {
    const find = (): Line | undefined => this.lines.slice(from).find(predicate)
    await this.when(() => find() !== undefined)
    return find()!
  }

  event(name: string, from = 0): Promise<Line> {
    return this.until(line => line['event'] === name, from)
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  #read(line: string, parse: ((line: string) => Line) | undefined): void {
    this.stdout += `${line}\n`
    if (parse !== undefined) {
      try {
        this.lines.push(parse(line))
      } catch (error) {
        this.#fault ??= error as Error
      }
    }
    this.#look()
  }

  #look(): void {
    for (const look of this.#waiting) look()
  }
}

const shapesOf: ReadonlyMap<string, ReadonlyMap<string, Shape>> = new Map([
  ['crawl', crawlShapes],
  ['seed', seedShapes]
])

/** Holds a line to what the command says that it prints. */
function parserOf(command: string | undefined): (line: string) => Line {
  const shapes = shapesOf.get(command ?? '')
  if (shapes === undefined) return parseLine
  return line => {
    const fields = v.parse(v.looseObject({ event: v.string() }), JSON.parse(line))
    const shape = shapes.get(fields.event)
    if (shape === undefined) throw new TypeError(`pex ${command} prints no event "${fields.event}"`)
    return v.parse(shape, fields)
  }
}

/** Runs a command to its end. Its standard output is not held to any shape. */
export async function pex(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {}
): Promise<Ended & { readonly stdout: string; readonly stderr: string }> {
  const run = new Running(args, env)
  const ended = await run.ended
  return { ...ended, stdout: run.stdout, stderr: run.stderr }
}

/** A host on a free local port, and whom it has in its view now. */
export class TestHost extends Running {
  readonly data: string

  constructor(data: string, options: readonly string[] = []) {
    super(['start', '--json', '--data', data, '--tick', '200ms', ...options])
    this.data = data
  }

  /** The ids in the host's view, by what it has told of it. */
  get view(): ReadonlySet<string> {
    const view = new Set<string>()
    for (const { event, added, removed } of this.lines) {
      if (event !== 'view') continue
      for (const id of removed as string[]) view.delete(id)
      for (const id of added as string[]) view.add(id)
    }
    return view
  }

  async listening(): Promise<{ readonly id: string; readonly address: string }> {
    const { id, addrs } = await this.event('listening')
    return { id: String(id), address: (addrs as string[])[0]! }
  }

  /** Resolves when the view holds all of these. */
  knows(ids: readonly string[]): Promise<void> {
    return this.when(() => {
      const { view } = this
      return ids.every(id => view.has(id))
    })
  }
}
