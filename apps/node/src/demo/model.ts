/**
 * What the demo knows about its hosts, from what they say: who is up, and who knows whom. Pure: events in, facts out.
 */
import type { HostEvent } from '../events.ts'
import type { Untimed } from '../output.ts'

export interface DemoHost {
  readonly name: string
  readonly state: 'starting' | 'up' | 'down'
  /** Undefined before the first start. */
  readonly pid: number | undefined
  /** Undefined before the first start is complete. */
  readonly id: string | undefined
  /** Ids in the host's view. Bounded by the view's own size; chosen by the hosts of the demo. */
  readonly view: ReadonlySet<string>
  readonly rounds: number
  /** Exchanges that the host has begun and completed in all its lives, so that the sum over hosts counts each once. */
  readonly exchanges: number
}

export class Model {
  // Bounded by the number of hosts, which the user chose; keyed by their names.
  readonly #hosts: Map<string, DemoHost>

  constructor(nodes: number) {
    const names = Array.from({ length: nodes }, (_, i) => `n${i + 1}`)
    this.#hosts = new Map(names.map(name => [name, { ...asleep, ...unborn, name }]))
  }

  get hosts(): readonly DemoHost[] {
    return [...this.#hosts.values()]
  }

  /** The host's process has begun. */
  spawned(name: string, pid: number): void {
    this.#change(name, () => ({ ...asleep, state: 'starting', pid }))
  }

  /** The host's process is gone, and what it knew with it. */
  exited(name: string): void {
    this.#change(name, () => ({ ...asleep, state: 'down' }))
  }

  /** The host has said something. */
  heard(name: string, event: Untimed<HostEvent>): void {
    this.#change(name, host => {
      switch (event.event) {
        case 'listening':
          return { state: 'up', id: event.id }
        case 'view': {
          const view = new Set(host.view)
          for (const id of event.removed) view.delete(id)
          for (const id of event.added) view.add(id)
          return { view }
        }
        case 'round':
          return { rounds: event.round }
        case 'exchange':
          return { exchanges: host.exchanges + (event.role === 'initiator' ? 1 : 0) }
        default:
          return {}
      }
    })
  }

  /** Whether a host has another one in its view. */
  knows(host: DemoHost, other: DemoHost): boolean {
    return other.id !== undefined && host.view.has(other.id)
  }

  /** How many of the other hosts a host knows. */
  known(host: DemoHost): number {
    return this.hosts.filter(other => other !== host && this.knows(host, other)).length
  }

  /** Whether every host is up and knows every other one. */
  get converged(): boolean {
    return this.hosts.every(host => host.state === 'up' && this.known(host) === this.#hosts.size - 1)
  }

  /** The most rounds that any host has had since it was started. */
  get rounds(): number {
    return Math.max(...this.hosts.map(host => host.rounds))
  }

  get exchanges(): number {
    return this.hosts.reduce((sum, host) => sum + host.exchanges, 0)
  }

  #change(name: string, change: (host: DemoHost) => Partial<DemoHost>): void {
    const host = this.#hosts.get(name)
    if (host !== undefined) this.#hosts.set(name, { ...host, ...change(host) })
  }
}

/** A host that does not run: what it has exchanged before still counts. */
const asleep: Pick<DemoHost, 'view' | 'rounds'> = { view: new Set(), rounds: 0 }

const unborn = { state: 'starting', pid: undefined, id: undefined, exchanges: 0 } as const
