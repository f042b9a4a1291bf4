/** CometBFT's own connections, in the Go program beside this file. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const program = join(import.meta.dirname, 'go')
const cache = join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'mconnection-go')

export const hasGo: boolean = spawnSync('go', ['version']).status === 0

/** Each version of CometBFT, and the module file that asks for it. */
export const versions = [
  ['0.38.12', 'go.mod'],
  ['1.0.1', 'v1.mod']
] as const

/** The program built with that version; Go builds only what has changed. */
export function build(modFile: string): string {
  mkdirSync(cache, { recursive: true })
  const binary = join(cache, modFile.replace('.mod', ''))
  execFileSync('go', ['build', `-modfile=${modFile}`, '-o', binary, '.'], { cwd: program, stdio: 'pipe' })
  return binary
}

/** Where Go keeps the sources of that version. */
export function sourcesOf(modFile: string): string {
  const args = ['list', '-m', `-modfile=${modFile}`, '-f', '{{.Dir}}', 'github.com/cometbft/cometbft']
  return execFileSync('go', args, { cwd: program, encoding: 'utf8' }).trim()
}

export interface GoEvent {
  readonly event: string
  readonly key?: string
  readonly address?: string
  readonly channel?: number
  readonly size?: number
  readonly sha256?: string
  readonly error?: string
  readonly ok?: boolean
}

export class GoPeer {
  readonly #child: ChildProcess
  /** Bounded by the test. */
  readonly #events: GoEvent[] = []
  #read = 0
  #heard: () => void = () => {}

  constructor(binary: string) {
    this.#child = spawn(binary, ['peer'], { stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface(this.#child.stdout!).on('line', line => {
      this.#events.push(JSON.parse(line) as GoEvent)
      this.#heard()
    })
  }

  tell(what: string, details: object = {}): void {
    this.#child.stdin!.write(`${JSON.stringify({ do: what, ...details })}\n`)
  }

  /** The next event of one of these kinds; others before it are passed over. */
  async next(...kinds: string[]): Promise<GoEvent> {
    for (;;) {
      while (this.#read < this.#events.length) {
        const event = this.#events[this.#read++]!
        if (kinds.includes(event.event)) return event
      }
      await new Promise<void>(resolve => {
        this.#heard = resolve
      })
    }
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL')
    await once(this.#child, 'close')
  }
}

export async function dial(address: string): Promise<Socket> {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host)
  await once(socket, 'connect')
  return socket
}

/** A listener on loopback; sockets come by `once(server, 'connection')`. */
export async function listen(): Promise<{ server: Server; address: string }> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}
