/**
 * The hosts of the demo together: the first one first, the others through it, and back again whoever is killed, then
 * without any bootstrap address.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { DemoEvent, ErrorEvent, HostEvent } from '../events.ts'
import { Failure } from '../failure.ts'
import type { Untimed } from '../output.ts'
import { spawnHost } from './child.ts'
import type { Child, Ending } from './child.ts'
import { Model } from './model.ts'

export interface ClusterInit {
  readonly nodes: number
  /** As on the command line. */
  readonly tick: string
  /** How long a killed host stays away, ms. */
  readonly absenceMs: number
  /** Whether convergence is the end: nothing is told after it. */
  readonly endsConverged: boolean
  /** Where the hosts' data directories go. */
  readonly directory: string
  /** Whether each host has a dashboard of its own. */
  readonly dashboards: boolean
  /** Hears everything that a host says. */
  readonly onLine: (host: string, event: HostEvent | ErrorEvent) => void
  /** Hears what the demo has to add. */
  readonly onEvent: (event: Untimed<DemoEvent>) => void
}

export class Cluster {
  readonly model: Model
  readonly #init: ClusterInit
  // Bounded by the number of hosts; keyed by their names: the processes that run.
  readonly #children = new Map<string, Child>()
  // Bounded by the number of hosts: the returns that are due.
  readonly #returns = new Set<NodeJS.Timeout>()
  readonly #failed = Promise.withResolvers<never>()
  readonly #converged = Promise.withResolvers<void>()
  #empty = Promise.withResolvers<void>()
  #bootstrap: string | undefined
  #isConverged = false
  #since: number
  #stopping = false
  /** Called when a host is up, or will never be. */
  #settled: (name: string) => void = () => {}

  constructor(init: ClusterInit) {
    this.#init = init
    this.#since = performance.now()
    this.model = new Model(init.nodes)
    // Whoever starts or waits hears of a failure; nobody else has to.
    this.#failed.promise.catch(() => {})
  }

  /** Rejects when a host does not start; never resolves. */
  get failed(): Promise<never> {
    return this.#failed.promise
  }

  /** Resolves when every host knows every other one for the first time. */
  get converged(): Promise<void> {
    return this.#converged.promise
  }

  /** Begins to start all hosts: the first one alone, then as many at a time as the machine has processors. */
  start(): void {
    const waiting = this.model.hosts.map(host => host.name)
    let room = 1
    const fill = (): void => {
      for (; room > 0 && waiting.length > 0 && !this.#stopping; room--) this.#spawn(waiting.shift()!)
    }
    this.#settled = name => {
      room += name === 'n1' ? Math.max(2, availableParallelism()) : 1
      fill()
    }
    fill()
  }

  /** Stops all hosts and resolves when no process is left. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const timer of this.#returns) clearTimeout(timer)
    for (const child of this.#children.values()) child.stop()
    if (this.#children.size > 0) await this.#empty.promise
  }

  /** Kills all hosts at once. */
  kill(): void {
    this.#stopping = true
    for (const child of this.#children.values()) child.kill()
  }

  #spawn(name: string): void {
    const { tick, directory, dashboards, onEvent } = this.#init
    const data = join(directory, name)
    const bootstrap = this.#bootstrap === undefined ? [] : ['--bootstrap', this.#bootstrap]
    const dashboard = dashboards ? ['--dashboard', '127.0.0.1:0'] : []
    const fresh = this.model.hosts.find(host => host.name === name)?.pid === undefined
    const child = spawnHost({
      args: ['--data', data, '--tick', tick, '--listen', '/ip4/127.0.0.1/tcp/0'].concat(
        fresh ? bootstrap : [],
        dashboard
      ),
      onEvent: event => this.#hear(name, event),
      onExit: ending => this.#bury(name, child.pid, ending)
    })
    this.#children.set(name, child)
    this.model.spawned(name, child.pid)
    onEvent({ event: 'started', host: name, pid: child.pid, data })
  }

  #hear(name: string, event: HostEvent | ErrorEvent): void {
    if (this.#stopping) return
    this.#init.onLine(name, event)
    if (event.event === 'error') return
    this.model.heard(name, event)
    if (event.event === 'listening') {
      this.#bootstrap ??= event.addrs[0]
      this.#settled(name)
    }
    this.#look()
  }

  #bury(name: string, pid: number, { code, signal, words }: Ending): void {
    this.#children.delete(name)
    if (this.#children.size === 0) this.#empty.resolve()
    if (this.#stopping) return
    const wasUp = this.model.hosts.find(host => host.name === name)?.state === 'up'
    this.model.exited(name)
    this.#init.onEvent({ event: 'exited', host: name, pid, code, signal })
    this.#look()
    if (!wasUp) {
      const why = words || `it ended with ${signal ?? code}`
      this.#failed.reject(
        new Failure('PEX_DEMO', `host ${name} has not started: ${why}`, 'again, or fewer --nodes')
      )
      return
    }
    const timer = setTimeout(() => {
      this.#returns.delete(timer)
      this.#spawn(name)
    }, this.#init.absenceMs)
    this.#returns.add(timer)
  }

  /** Notices when the hosts have come to know each other, and when they have lost each other again. */
  #look(): void {
    const { model } = this
    if (model.converged === this.#isConverged) return
    this.#isConverged = model.converged
    const now = performance.now()
    if (this.#isConverged) {
      const ms = Math.round(now - this.#since)
      const { rounds, exchanges } = model
      this.#init.onEvent({ event: 'converged', nodes: model.hosts.length, ms, rounds, exchanges })
      // Now, not when somebody has heard of it: the rest of what the hosts have said may be on its way here.
      this.#stopping = this.#init.endsConverged
      this.#converged.resolve()
    } else this.#since = now
  }
}
