/** A Go peer by casm's rules in a process of its own, driven by JSON lines. */
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { afterEach } from 'vitest'

export interface GoRecord {
  readonly id: string
  /** Absent where only the address is known. */
  readonly seq?: string
  readonly addrs: readonly string[]
}

/** A line that the program writes. */
interface Line {
  readonly event: 'ready' | 'answer' | 'updated' | 'failed' | 'asked' | 'error'
  readonly n?: number
  readonly id?: string
  readonly addrs?: readonly string[]
  readonly peers?: readonly GoRecord[]
  readonly error?: string
  readonly ttl?: number
  /** In base64. */
  readonly answer?: string
  readonly reset?: boolean
  readonly bytes?: number
}

export interface GoOptions {
  /** Keeps its key and its views. @default a directory that is gone after the test */
  readonly data?: string
  readonly args?: readonly string[]
}

interface Command {
  readonly ns?: string
  readonly peers?: readonly string[]
  readonly listen?: string
  readonly bytes?: Uint8Array
}

let running: GoPeer[] = []
let directories: string[] = []

/** A directory that is gone after the test. */
export async function directory(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'pex-interop-'))
  directories.push(made)
  return made
}

export class GoPeer {
  id = ''
  addresses: readonly string[] = []
  /** Everything that it has told, the latest last. Bounded by a test's length. */
  readonly lines: Line[] = []
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  // Who waits for a line. Bounded by what a test waits for.
  readonly #waiting = new Set<(line: Line | undefined) => void>()
  #asked = 0

  private constructor(process: ChildProcessByStdio<Writable, Readable, null>) {
    this.#process = process
    createInterface({ input: process.stdout }).on('line', text => this.#tell(JSON.parse(text) as Line))
    process.once('exit', () => this.#tell(undefined))
    // What is written to a process that has gone is lost, as it would be to one that is about to go.
    process.stdin.on('error', () => {})
  }

  static async start(program: string, { data, args = [] }: GoOptions = {}): Promise<GoPeer> {
    const kept = data ?? (await directory())
    const child = spawn(program, ['peer', '--data', kept, '--listen', '/ip4/127.0.0.1/tcp/0', ...args], {
      stdio: ['pipe', 'pipe', 'inherit']
    })
    const peer = new GoPeer(child)
    running.push(peer)
    const { id, addrs } = await peer.until(({ event }) => event === 'ready')
    peer.id = id!
    peer.addresses = addrs!
    return peer
  }

  /** Has it do something. Fails with what it says went wrong. */
  async do(what: string, { bytes, ...rest }: Command = {}): Promise<Line> {
    const n = ++this.#asked
    const answered = this.until(line => line.event === 'answer' && line.n === n)
    const encoded = bytes === undefined ? {} : { bytes: Buffer.from(bytes).toString('base64') }
    this.#process.stdin.write(`${JSON.stringify({ n, do: what, ...rest, ...encoded })}\n`)
    const answer = await answered
    if (answer.error !== undefined) throw new Error(answer.error)
    if (answer.addrs !== undefined) this.addresses = answer.addrs
    return answer
  }

  /** The ids of its view. */
  async view(ns: string): Promise<readonly string[]> {
    return ((await this.do('view', { ns })).peers ?? []).map(({ id }) => id)
  }

  /** Resolves with the next line of which that holds. */
  until(holds: (line: Line) => boolean): Promise<Line> {
    return new Promise((resolve, reject) => {
      const look = (line: Line | undefined): void => {
        if (line !== undefined && !holds(line)) return
        this.#waiting.delete(look)
        if (line === undefined) reject(new Error('the Go peer has ended'))
        else resolve(line)
      }
      this.#waiting.add(look)
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) look(undefined)
    })
  }

  /** The last view that it has told of. */
  get told(): readonly GoRecord[] {
    return this.lines.findLast(({ event }) => event === 'updated')?.peers ?? []
  }

  /** Resolves when a view that it has told of, the last one or a later one, holds what is asked for. */
  async learns(holds: (peers: readonly GoRecord[]) => boolean): Promise<void> {
    if (!holds(this.told)) await this.until(({ event, peers }) => event === 'updated' && holds(peers ?? []))
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await exited
  }

  #tell(line: Line | undefined): void {
    if (line !== undefined) this.lines.push(line)
    for (const look of this.#waiting) look(line)
  }
}

afterEach(async () => {
  await Promise.all(running.map(peer => peer.kill()))
  await Promise.all(directories.map(each => rm(each, { recursive: true, force: true })))
  running = []
  directories = []
})
