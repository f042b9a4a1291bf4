/** A peer on casm's wire, ours or Go's, in a process of its own: JSON lines in and out. What it costs is read from outside. */
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** What a peer is told; the README of `apps/interop` has the commands. */
export interface Command {
  readonly do: 'offer' | 'repeat' | 'view'
  readonly ns: string
  /** Addresses with ids. */
  readonly peers?: readonly string[]
  /** Signed records, in base64. */
  readonly envelopes?: readonly string[]
  readonly times?: number
}

export interface Answer {
  readonly event: 'ready' | 'answer' | 'failed' | 'error'
  readonly n?: number
  readonly addrs?: readonly string[]
  readonly peers?: readonly { readonly id: string }[]
  /** How long each exchange has taken, ms. */
  readonly took?: readonly number[]
  readonly error?: string
}

/** Linux counts in hundredths of a second, whatever its clock does. */
const TICK_MS = 10

export class PeerProcess {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #ended: Promise<unknown>
  // Whoever waits for an answer, by its number; 0 for `ready`. Bounded by what a benchmark asks at once.
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>()
  #asked = 0
  #failure: Error | undefined
  #addresses: readonly string[] = []

  private constructor(process: ChildProcessByStdio<Writable, Readable, null>) {
    this.#process = process
    this.#ended = once(process, 'close').then(([code, signal]) =>
      this.#fail(`it has ended with ${signal ?? `status ${code}`}`)
    )
    // An error to start with is followed by `close`; what is written to a process that has gone is lost.
    process.on('error', error => this.#fail(String(error)))
    process.stdin.on('error', () => {})
    createInterface({ input: process.stdout }).on('line', text => this.#hear(JSON.parse(text) as Answer))
  }

  static async start(program: string, args: readonly string[]): Promise<PeerProcess> {
    const peer = new PeerProcess(spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] }))
    const { addrs = [] } = await peer.#answer(0)
    peer.#addresses = addrs
    return peer
  }

  /** Where it listens, with its id. */
  get addresses(): readonly string[] {
    return this.#addresses
  }

  /** Has it do something. Fails with what went wrong there, then or in an exchange before. */
  do(command: Command): Promise<Answer> {
    const n = ++this.#asked
    const answer = this.#answer(n)
    this.#process.stdin.write(`${JSON.stringify({ n, ...command })}\n`)
    return answer
  }

  /** Processor time that it has used so far, of all its threads, ms; no number where there is no /proc. */
  async processor(): Promise<number> {
    const stat = await readFile(`/proc/${this.#process.pid}/stat`, 'utf8').catch(() => '')
    // Behind the name, which may hold anything: state and ten more, then utime and stime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11] ?? NaN) + Number(fields[12] ?? NaN)) * TICK_MS
  }

  /** Ends it, by the end of its input. */
  async stop(): Promise<void> {
    this.#process.stdin.end()
    await this.#ended
  }

  #answer(n: number): Promise<Answer> {
    const waiting = Promise.withResolvers<Answer>()
    if (this.#failure !== undefined) waiting.reject(this.#failure)
    else this.#waiting.set(n, waiting)
    return waiting.promise
  }

  #hear(line: Answer): void {
    if (line.error !== undefined) return this.#fail(line.error)
    const n = line.event === 'ready' ? 0 : line.n!
    this.#waiting.get(n)?.resolve(line)
    this.#waiting.delete(n)
  }

  #fail(why: string): void {
    this.#failure ??= new Error(`a peer on casm's wire: ${why}`)
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
  }
}
