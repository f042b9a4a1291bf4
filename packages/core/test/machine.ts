/** One machine on a seed, and short words for what goes into it and comes out. */
import { casm, gossip, Namespace } from '@pex/core'
import type {
  Ask,
  Descriptor,
  Gossip,
  GossipOptions,
  Input,
  Output,
  Policy,
  Question,
  Remembered,
  Reply,
  Response
} from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import { descriptor, message, record } from './peers.ts'

type Kind = Output['type']
export type OutputOf<K extends Kind> = Extract<Output, { type: K }>

export interface MachineOptions extends GossipOptions {
  readonly seed?: number
  readonly remembered?: Iterable<Remembered>
}

export class Machine {
  readonly gossip: Gossip
  readonly namespace: Namespace
  outputs: readonly Output[] = []
  #exchanges = 0
  #asked: OutputOf<'request'> | undefined

  constructor({ seed = 1, remembered = [], ...options }: MachineOptions = {}) {
    const own = record('self')
    // The simplest policy where a test is not about one: what it merges can be told beforehand.
    this.gossip = gossip({ policy: casm(), ...options })
    this.namespace = new Namespace({ own, gossip: this.gossip, rng: seeded(seed), remembered })
  }

  put(input: Input, now: number = 0): readonly Output[] {
    this.outputs = this.namespace.handle(now, input)
    this.#asked = this.all('request').find(({ question }) => question.type === 'ask')
    return this.outputs
  }

  /** A peer asks for an exchange in two messages, and speaks of others. */
  hear(from: string, others: readonly Descriptor[] = []): readonly Output[] {
    return this.ask(from, message(from, others))
  }

  ask(from: string, descriptors: readonly Descriptor[], settles: boolean = false): readonly Output[] {
    return this.put({ type: 'requested', from, question: askOf(++this.#exchanges, descriptors, settles) })
  }

  question(from: string, question: Question, now: number = 0): readonly Output[] {
    return this.put({ type: 'requested', from, question }, now)
  }

  /** Starts a round; gives the peer that is to be asked, or what else the round wants. */
  tick(): string | undefined {
    this.put({ type: 'tick' })
    return this.asks
  }

  /** The ask that the last input has caused. */
  get asked(): OutputOf<'request'> | undefined {
    return this.#asked
  }

  /** The peer that the last outputs ask for an exchange, or the kind of the last of them. */
  get asks(): string | undefined {
    return this.#asked?.to.id ?? this.outputs.at(-1)?.type
  }

  /** Those whom the last outputs ping, and the attempts. */
  get pings(): ReadonlyMap<string, number> {
    const pings = this.all('request').filter(({ question }) => question.type === 'ping')
    return new Map(pings.map(({ to, attempt }) => [to.id!, attempt]))
  }

  /** The records of the last ask or reply. */
  get said(): readonly Descriptor[] {
    const said = this.asked?.question ?? this.last('answer')?.response
    return (said as Ask | Reply).descriptors
  }

  /** The peer that was just asked answers, in two messages. */
  answer(others: readonly Descriptor[] = []): readonly Output[] {
    const { attempt, to } = this.#asked!
    return this.respond(attempt, to.id!, replyOf(message(to.id!, others)))
  }

  respond(attempt: number, from: string, response: Response): readonly Output[] {
    return this.put({ type: 'answered', attempt, from, response })
  }

  /** A peer that was pinged lives. */
  pong(id: string, attempt: number, seq: bigint = 1n): readonly Output[] {
    return this.respond(attempt, id, { type: 'pong', own: descriptor(id, 0, seq) })
  }

  fail(attempt: number, fault?: 'rejected' | 'refused'): readonly Output[] {
    return this.put({ type: 'unanswered', attempt, ...(fault && { fault }) })
  }

  /**
   * The peer that was just asked does not answer, nor, when it is silent, the ping that follows; gives whom to ask next, or
   * what else the round wants.
   */
  miss(fault?: 'rejected' | 'refused'): string | undefined {
    const { attempt, to } = this.#asked!
    const outputs = this.fail(attempt, fault)
    const asked = this.#asked
    for (let again = this.pings.get(to.id ?? ''); again !== undefined; again = this.pings.get(to.id ?? ''))
      this.fail(again)
    this.outputs = [...outputs, ...this.outputs]
    this.#asked = asked
    return asked?.to.id ?? outputs.at(-1)?.type
  }

  last<K extends Kind>(kind: K): OutputOf<K> | undefined {
    return this.all(kind).at(-1)
  }

  all<K extends Kind>(kind: K): OutputOf<K>[] {
    return this.outputs.filter((output): output is OutputOf<K> => output.type === kind)
  }

  get kinds(): Kind[] {
    return this.outputs.map(({ type }) => type)
  }

  get ids(): string[] {
    return this.namespace.view.entries.map(({ record }) => record.id).sort()
  }

  get recovering(): string[] {
    return this.namespace.recovery.map(({ record }) => record.id).sort()
  }
}

export function askOf(exchange: number, descriptors: readonly Descriptor[], settles: boolean = false): Ask {
  return { type: 'ask', exchange, settles, descriptors, averages: [] }
}

export function replyOf(descriptors: readonly Descriptor[], picks?: readonly number[]): Reply {
  return { type: 'reply', descriptors, picks, averages: [] }
}

/** casm, but asks its peers in the order in which they were heard of. */
export const inOrder: Policy = {
  name: 'in order',
  open(ground) {
    const { views } = ground
    return {
      ...casm().open(ground),
      partners(node, out, count) {
        const row = node * views.max
        const peers = [...views.peers.subarray(row, row + views.sizes[node]!)].sort((a, b) => a - b)
        out.set(peers.slice(0, count))
        return Math.min(peers.length, count)
      }
    }
  }
}

/** A machine that holds a, b, c … and asks them in this order. */
export function machineWith(count: number, seed: number = 1): Machine {
  const machine = new Machine({ policy: inOrder, seed })
  for (const id of 'abcdefgh'.slice(0, count)) machine.hear(id)
  return machine
}

/** Rounds until a peer is gone: it stays silent, the others answer. */
export function lose(machine: Machine, id: string): void {
  while (machine.ids.includes(id)) {
    let asked = machine.tick()
    if (asked === id) asked = machine.miss()
    if (machine.asked !== undefined) machine.answer()
  }
}
