/** One machine on a seed, and short words for what goes into it and comes out. */
import { casm, gossip, Namespace } from '@pex/core'
import type { Descriptor, Gossip, GossipOptions, Input, Output, Policy, Remembered } from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import { message, record } from './peers.ts'

type Kind = Output['type']
type OutputOf<K extends Kind> = Extract<Output, { type: K }>

export interface MachineOptions extends GossipOptions {
  readonly seed?: number
  readonly remembered?: Iterable<Remembered>
}

export class Machine {
  readonly gossip: Gossip
  readonly namespace: Namespace
  outputs: readonly Output[] = []

  constructor({ seed = 1, remembered = [], ...options }: MachineOptions = {}) {
    const own = record('self')
    this.gossip = gossip(options)
    this.namespace = new Namespace({ own, gossip: this.gossip, rng: seeded(seed), remembered })
  }

  put(input: Input, now: number = 0): readonly Output[] {
    this.outputs = this.namespace.handle(now, input)
    return this.outputs
  }

  /** A peer asks, and speaks of others. */
  hear(from: string, others: readonly Descriptor[] = []): readonly Output[] {
    return this.put({ type: 'requested', from, message: message(from, others) })
  }

  /** Starts a round; gives the peer that is to be asked, or what else the round wants. */
  tick(): string | undefined {
    this.put({ type: 'tick' })
    return this.asks
  }

  /** The peer that the last outputs ask, or the kind of the last of them. */
  get asks(): string | undefined {
    return this.last('request')?.to.id ?? this.outputs.at(-1)?.type
  }

  /** The peer that was just asked answers. */
  answer(others: readonly Descriptor[] = []): readonly Output[] {
    const { attempt, to } = this.last('request')!
    return this.put({ type: 'answered', attempt, from: to.id!, message: message(to.id!, others) })
  }

  /** The peer that was just asked does not answer; gives whom to ask next, or what else the round wants. */
  miss(fault?: 'rejected' | 'refused'): string | undefined {
    const { attempt } = this.last('request')!
    this.put({ type: 'unanswered', attempt, ...(fault && { fault }) })
    return this.asks
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

/** Asks its peers in the order of their names. */
export const inOrder: Policy = {
  ...casm(),
  partners: (view, _, count) =>
    [...view.entries].sort((a, b) => a.record.id.localeCompare(b.record.id)).slice(0, count)
}

/** A machine that holds a, b, c … and asks them in this order. */
export function machineWith(count: number, seed: number = 1): Machine {
  const machine = new Machine({ policy: inOrder, seed })
  for (const id of 'abcdefgh'.slice(0, count)) machine.hear(id)
  return machine
}

/** Ticks until a round starts with that peer; the others answer. */
export function tickFor(machine: Machine, id: string): void {
  for (let asked = machine.tick(); asked !== id; asked = machine.tick())
    while (machine.last('request') !== undefined) machine.answer()
}
