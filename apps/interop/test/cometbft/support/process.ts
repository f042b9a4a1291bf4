/** A program in a process of its own, driven by JSON lines. */
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { afterEach } from 'vitest'

/** A line that a program writes; what answers a command has its number. */
export interface Line {
  readonly event?: string
  readonly n?: number
  readonly error?: string
}

let running: Program<Line>[] = []
let directories: string[] = []

/** A directory that is gone after the test. */
export async function directory(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'pex-interop-'))
  directories.push(made)
  return made
}

export class Program<Said extends Line> {
  /** Everything that it has told, the latest last. Bounded by a test's length. */
  readonly lines: Said[] = []
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  // Who waits for a line. Bounded by what a test waits for.
  readonly #waiting = new Set<() => void>()
  #asked = 0
  #hasEnded = false

  constructor(binary: string, args: readonly string[]) {
    this.#process = spawn(binary, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: this.#process.stdout })
    lines.on('line', text => {
      // What is no JSON is for people.
      if (!text.startsWith('{')) return
      this.lines.push(JSON.parse(text) as Said)
      this.#wake()
    })
    // When everything that it has written is read.
    lines.once('close', () => {
      this.#hasEnded = true
      this.#wake()
    })
    // What is written to a process that has gone is lost, as it would be to one that is about to go.
    this.#process.stdin.on('error', () => {})
    running.push(this)
  }

  /** Has it do something. Fails with what it says went wrong. */
  async do(what: string, details: object = {}): Promise<Said> {
    const n = ++this.#asked
    this.#process.stdin.write(`${JSON.stringify({ n, do: what, ...details })}\n`)
    const answer = await this.said(line => line.event === 'answer' && line.n === n)
    if (answer.error !== undefined) throw new Error(`${what}: ${answer.error}`)
    return answer
  }

  /** Resolves with the line of which that holds, whether it has come or is yet to come; with the second such one and so on, where asked. */
  async said(holds: (line: Said) => boolean, count = 1): Promise<Said> {
    for (;;) {
      const line = this.lines.filter(holds)[count - 1]
      if (line !== undefined) return line
      if (this.#hasEnded) throw new Error('the program has ended')
      await this.#news()
    }
  }

  /** Resolves with its exit status when it has ended and everything that it has written is read. */
  async ended(): Promise<number | null> {
    await this.#exited()
    while (!this.#hasEnded) await this.#news()
    return this.#process.exitCode
  }

  /** Ends it in order: everything that it keeps is on the disk. */
  async end(): Promise<void> {
    this.#process.stdin.end()
    await this.#exited()
  }

  /** Ends it as a power cut would; or as somebody who asks it to end. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    this.#process.kill(signal)
    await this.#exited()
  }

  #news(): Promise<void> {
    return new Promise(resolve => {
      const wake = (): void => {
        this.#waiting.delete(wake)
        resolve()
      }
      this.#waiting.add(wake)
    })
  }

  async #exited(): Promise<void> {
    const { exitCode, signalCode } = this.#process
    if (exitCode === null && signalCode === null) await once(this.#process, 'exit')
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }
}

afterEach(async () => {
  await Promise.all(running.map(program => program.kill()))
  await Promise.all(directories.map(each => rm(each, { recursive: true, force: true })))
  running = []
  directories = []
})
