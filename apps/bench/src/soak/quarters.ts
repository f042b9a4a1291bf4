/** Where hosts live: child processes, which can be killed for real, or the main process itself. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { extname, join } from 'node:path'
import { Household } from './household.ts'
import type { Ask, Deeds, Heard, Tell } from './words.ts'

/** A process with hosts, or as good as one. */
export interface Quarters extends Deeds {
  /** Ends a host without a goodbye: with kill -9, and all others there with it, where it is a process. */
  kill(host: number): Promise<void>
  /** Resolves to whether it has ended by itself, with nothing to complain of, after `close`. */
  readonly end: () => Promise<boolean>
}

/** A process that has nothing left to do has so long to end, ms. */
const ENDING_MS = 10_000

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

class Child implements Quarters {
  readonly #child: ChildProcess
  // Bounded by what the main process asks for.
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #isExpectedToEnd = false

  constructor(heard: (heard: Heard) => void, died: (why: string) => void) {
    const worker = join(import.meta.dirname, `worker${extname(import.meta.filename)}`)
    this.#child = fork(worker, [], {
      execArgv: ['--conditions=@pex/source', '--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc']
    })
    this.#child.on('message', message => {
      const told = message as Tell
      if ('heard' in told) return heard(told.heard)
      const waiting = this.#waiting.get(told.id)
      this.#waiting.delete(told.id)
      if (told.error === undefined) waiting?.resolve(told.result)
      else waiting?.reject(new Error(told.error))
    })
    this.#child.on('exit', (code, signal) => {
      const why = `a process with hosts has ended with ${signal ?? `status ${code}`}`
      for (const { reject } of this.#waiting.values()) reject(new Error(why))
      this.#waiting.clear()
      if (!this.#isExpectedToEnd) died(why)
    })
  }

  start(...args: Parameters<Deeds['start']>): ReturnType<Deeds['start']> {
    return this.#ask('start', args)
  }

  stop(...args: Parameters<Deeds['stop']>): ReturnType<Deeds['stop']> {
    return this.#ask('stop', args)
  }

  broadcast(...args: Parameters<Deeds['broadcast']>): ReturnType<Deeds['broadcast']> {
    return this.#ask('broadcast', args)
  }

  sample(...args: Parameters<Deeds['sample']>): ReturnType<Deeds['sample']> {
    return this.#ask('sample', args)
  }

  close(): ReturnType<Deeds['close']> {
    return this.#ask('close', [])
  }

  async kill(): Promise<void> {
    this.#isExpectedToEnd = true
    if (this.#hasEnded) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }

  readonly end = async (): Promise<boolean> => {
    this.#isExpectedToEnd = true
    if (this.#hasEnded) return this.#child.exitCode === 0
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), ENDING_MS)
    const exit = once(this.#child, 'exit')
    this.#child.disconnect()
    const [code] = (await exit) as [number | null]
    clearTimeout(patience)
    return code === 0
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  #ask<Result>(deed: keyof Deeds, args: readonly unknown[]): Promise<Result> {
    return new Promise<unknown>((resolve, reject) => {
      const id = ++this.#lastId
      this.#waiting.set(id, { resolve, reject })
      const ask: Ask = { id, deed, args }
      this.#child.send(ask, error => {
        if (error === null) return
        this.#waiting.delete(id)
        reject(error)
      })
    }) as Promise<Result>
  }
}

/** A child process. Who listens for it hears when it ends unasked. */
export function childProcess(heard: (heard: Heard) => void, died: (why: string) => void): Quarters {
  return new Child(heard, died)
}

/** Within this process. */
export function inProcess(heard: (heard: Heard) => void): Quarters {
  const household = new Household(heard)
  return Object.assign(household, {
    kill: (host: number) => household.drop(host),
    end: async () => true
  })
}
