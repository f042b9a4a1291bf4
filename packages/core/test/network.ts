/**
 * Many machines in one process, without a clock: in a round every node, in a fresh random order, makes one exchange. The
 * shipped core is all there is; what a driver does for it takes ten lines.
 */
import { below, chance, gossip, limits, Namespace, shuffle } from '@pex/core'
import type {
  Descriptor,
  GossipOptions,
  Output,
  PeerRecord,
  Question,
  RejectionReason,
  Response
} from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import type { SeededRng } from '@pex/testkit/chance'
import { askOf, replyOf } from './machine.ts'
import { record } from './peers.ts'

/** What a hostile node says whenever it says something; its own record comes last. */
export type Speech = (rng: SeededRng) => readonly Descriptor[]

export class Network {
  readonly nodes = new Map<string, Namespace>()
  readonly dead = new Set<string>()
  /** Why live honest nodes refused each other. */
  readonly refused: RejectionReason[] = []
  /** The chance of each message to be lost. */
  loss = 0
  readonly #rng: SeededRng
  readonly #attackers = new Map<string, Speech>()
  #side: ((id: string) => number) | undefined
  #time = 0

  /** `size` honest nodes; every one knows only the first, through discovery. */
  constructor(seed: number, size: number, options: () => GossipOptions) {
    this.#rng = seeded(seed)
    for (let i = 0; i < size; i++) {
      const own = record(`n${i}`)
      const rng = this.#rng.fork(own.id)
      this.nodes.set(own.id, new Namespace({ own, gossip: gossip(options()), rng }))
    }
  }

  attack(id: string, speech: Speech): void {
    this.#attackers.set(id, speech)
  }

  /** From now on only nodes on the same side hear each other; `undefined` ends it. */
  split(side: ((id: string) => number) | undefined): void {
    this.#side = side
  }

  run(rounds: number): void {
    for (let i = 0; i < rounds; i++) this.#round()
  }

  /** Peers in the views of live honest nodes, those of one node in a row. */
  views(): PeerRecord[][] {
    return this.#live().map(([, node]) => node.view.entries.map(({ record }) => record))
  }

  /** How many live views hold each id. */
  inDegrees(): Map<string, number> {
    const degrees = new Map(this.#live().map(([id]) => [id, 0]))
    for (const { id } of this.views().flat()) degrees.set(id, (degrees.get(id) ?? 0) + 1)
    return degrees
  }

  /** The share of the places in honest views that hold one of these. */
  share(wanted: (id: string) => boolean): number {
    const all = this.views().flat()
    return all.filter(({ id }) => wanted(id)).length / all.length
  }

  /** Whether every live node can reach every other one over views. */
  connected(): boolean {
    const live = new Map(this.#live())
    const links = new Map([...live.keys()].map(id => [id, new Set<string>()]))
    for (const [id, node] of live) {
      for (const { record } of node.view.entries) {
        links.get(id)!.add(record.id)
        links.get(record.id)?.add(id)
      }
    }
    const [first] = links.keys()
    const seen = new Set([first!])
    for (const id of seen) for (const next of links.get(id) ?? []) if (live.has(next)) seen.add(next)
    return seen.size === live.size
  }

  #live(): [string, Namespace][] {
    return [...this.nodes].filter(([id]) => !this.dead.has(id))
  }

  #round(): void {
    this.#time += limits.tickMs
    const turns = shuffle(this.#rng, [...this.#live().map(([id]) => id), ...this.#attackers.keys()])
    for (const id of turns) {
      const node = this.nodes.get(id)
      if (node !== undefined) this.#carryOut(id, node, node.handle(this.#time, { type: 'tick' }))
      else {
        const [victim] = this.#live()[below(this.#rng, this.#live().length)]!
        const speech = this.#attackers.get(id)!(this.#rng)
        this.#ask(victim, id, askOf(this.#rng(), speech))
      }
    }
  }

  #carryOut(id: string, node: Namespace, outputs: readonly Output[]): void {
    for (const output of outputs) {
      if (output.type === 'request') {
        const { attempt, to, question } = output
        const answer = this.#ask(to.id!, id, question)
        const input =
          answer === undefined
            ? ({ type: 'unanswered', attempt } as const)
            : answer === 'refused'
              ? ({ type: 'unanswered', attempt, fault: 'refused' } as const)
              : ({ type: 'answered', attempt, from: to.id!, response: answer } as const)
        this.#carryOut(id, node, node.handle(this.#time, input))
      } else if (output.type === 'discover') {
        const contact = { id: 'n0', addresses: ['/memory/1'] }
        this.#carryOut(id, node, node.handle(this.#time, { type: 'found', contact }))
        this.#carryOut(id, node, node.handle(this.#time, { type: 'discovered' }))
      }
    }
  }

  /** What comes of a question; nothing where nobody is, or the question or its answer is lost. */
  #ask(to: string, from: string, question: Question): Response | 'refused' | undefined {
    if (this.#side !== undefined && this.#side(to) !== this.#side(from)) return undefined
    const speech = this.#attackers.get(to)
    if (speech !== undefined) return lie(question, speech(this.#rng))
    const node = this.nodes.get(to)
    if (node === undefined || this.dead.has(to) || chance(this.#rng, this.loss)) return undefined
    const called = node.handle(this.#time, { type: 'called', from })
    const outputs =
      called.length > 0 ? called : node.handle(this.#time, { type: 'requested', from, question })
    if (chance(this.#rng, this.loss)) return undefined
    for (const output of outputs) {
      if (output.type === 'answer') return output.response
      if (output.type === 'refuse' && this.nodes.has(from)) this.refused.push(output.reason)
    }
    return 'refused'
  }
}

/** Attackers live, and always answer with their own. */
function lie(question: Question, descriptors: readonly Descriptor[]): Response {
  if (question.type === 'ask') return replyOf(descriptors)
  return question.type === 'ping' ? { type: 'pong', own: descriptors.at(-1)! } : { type: 'ack' }
}

export function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
