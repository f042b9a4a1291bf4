/**
 * spray-wrtc, the Spray of npm (Nédelec et al. 2018), as a network in memory: its own rules, and in place of WebRTC arcs that are
 * there as soon as both sides of an exchange have chosen. The package cannot be loaded as it is published: it says that its
 * dependencies are inside, which they are not, and requires a further one that it does not name. So its files run with what
 * they require handed in.
 */
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { compileFunction } from 'node:vm'
import { below, shuffle } from '@pex/core'
import type { Rng } from '@pex/core'

/** What it says to whom: it knows a neighbour by the name of its incoming side. */
interface Message {
  readonly type: string
}

/** What of its class is used here. */
interface Spray extends Arcs {
  /** One round: an exchange with the oldest neighbour. */
  _exchange(): void
}

/** An arc to open, from one node to another. */
type Arc = readonly [from: string, to: string]

interface Options {
  readonly name: string
  readonly network: SprayNetwork
}

/** What it builds on: a node's arcs, as n2n-overlay-wrtc keeps them, by the name of the other side, with how many there are. */
class Arcs extends EventEmitter {
  readonly options: Options
  readonly PID = 'spray'
  readonly PEER: string
  // Bounded by the arcs of the network, whose number an exchange leaves as it is.
  readonly i: Map<string, number> = new Map()
  readonly o: Map<string, number> = new Map()

  constructor(options: Options) {
    super()
    this.options = options
    this.PEER = options.name
  }

  getInviewId(): string {
    return `${this.PEER}-I`
  }

  /** From a neighbour to a neighbour, or where one of them is nobody, from or to this node. */
  connect(from: string | null, to: string | null = null): void {
    const { network } = this.options
    network.later([from === null ? this.PEER : nameOf(from), to === null ? this.PEER : nameOf(to)])
  }

  /** Takes one arc away. It does not hear of that, or it would look five seconds later whether the arc has come back. */
  disconnect(to: string): void {
    take(this.o, to)
    take(this.options.network.member(nameOf(to)).i, `${this.PEER}-O`)
  }

  async send(to: string, message: Message): Promise<void> {
    this.options.network.member(nameOf(to)).emit('receive', `${this.PEER}-O`, message)
  }
}

const require = createRequire(import.meta.url)

const handedIn: Readonly<Record<string, unknown>> = {
  debug: () => () => {},
  'lodash.merge': Object.assign,
  'n2n-overlay-wrtc': Arcs
}

export class SprayNetwork {
  // Bounded by the nodes that the network is made of.
  readonly #members = new Map<string, Spray>()
  readonly #rng: Rng
  // Bounded by the arcs that one exchange opens: each exchange ends by emptying it.
  #opening: Arc[] = []

  /** Nodes with as many arcs each, to random others. */
  constructor(nodes: number, arcs: number, rng: Rng) {
    this.#rng = rng
    const Spray = load(require.resolve('spray-wrtc')) as new (options: Options) => Spray
    for (let node = 0; node < nodes; node++) {
      const name = String(node)
      this.#members.set(name, new Spray({ name, network: this }))
    }
    for (let node = 0; node < nodes; node++) {
      for (let arc = 0; arc < arcs; arc++) {
        const other = (node + 1 + below(rng, nodes - 1)) % nodes
        this.later([String(node), String(other)])
      }
    }
    this.#open()
  }

  member(name: string): Spray {
    return this.#members.get(name)!
  }

  /** An arc that is there when both sides of the exchange under way have chosen. */
  later(arc: Arc): void {
    this.#opening.push(arc)
  }

  async round(): Promise<void> {
    const { random } = Math
    // It draws from the platform: for the round it is lent our seeded source.
    Math.random = () => this.#rng() / 2 ** 32
    try {
      for (const member of shuffle(this.#rng, [...this.#members.values()])) {
        member._exchange()
        // The other side has been asked at once; this one goes on when it hears that it has been.
        await undefined
        this.#open()
      }
    } finally {
      Math.random = random
    }
  }

  /** Arcs from each node. */
  get sizes(): readonly number[] {
    return [...this.#members.values()].map(({ o }) => o.values().reduce((sum, count) => sum + count, 0))
  }

  #open(): void {
    for (const [from, to] of this.#opening) {
      const [source, target] = [this.member(from), this.member(to)]
      add(source.o, `${to}-I`)
      add(target.i, `${from}-O`)
      source.emit('open', `${to}-I`)
    }
    this.#opening = []
  }
}

/** Without which side it is of. */
function nameOf(id: string): string {
  return id.slice(0, -2)
}

function add(arcs: Map<string, number>, to: string): void {
  arcs.set(to, (arcs.get(to) ?? 0) + 1)
}

function take(arcs: Map<string, number>, to: string): void {
  const count = arcs.get(to) ?? 0
  if (count > 1) arcs.set(to, count - 1)
  else arcs.delete(to)
}

/** Runs a file of the package, and those that it requires. */
function load(file: string): unknown {
  const module: { exports: unknown } = { exports: {} }
  const run = compileFunction(readFileSync(file, 'utf8'), ['module', 'require'], { filename: file }) as (
    module: { exports: unknown },
    require: (name: string) => unknown
  ) => void
  run(module, name => (name.startsWith('.') ? load(join(dirname(file), name)) : handedIn[name]))
  return module.exports
}
