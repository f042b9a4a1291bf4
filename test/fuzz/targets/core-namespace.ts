/** The machine of a namespace against any history: what strangers say in any order, answers that fit and others, silence. */
import { gossip, limits, Namespace, policies } from '@pex/core'
import type { Descriptor, Input, Output, PeerRecord, Response } from '@pex/core'
import { seeded } from '@pex/testkit'
import { must } from '../kit/oracle.ts'
import { Tape } from '../kit/tape.ts'
import { randomBytes } from '../kit/inputs.ts'
import type { Target } from '../kit/target.ts'

type Request = Extract<Output, { type: 'request' }>

const none = new Uint8Array()
const hops = [
  0,
  1,
  2,
  3,
  limits.memoryHop - 1,
  limits.memoryHop,
  limits.maxHop,
  limits.maxHop + 1,
  2 ** 28 - 1
]
const makers = Object.values(policies)

class World {
  readonly machine: Namespace
  readonly #tape: Tape
  readonly #open = new Map<number, Request>()
  readonly #seqs = new Map<string, bigint>()
  readonly #view = new Set<string>()
  readonly #exchangeSize: number
  #isInRound = false
  exchanges = 0

  constructor(tape: Tape) {
    this.#tape = tape
    const viewSize = 2 + tape.below(12)
    const options = gossip({ viewSize, policy: tape.pick(makers)() })
    this.#exchangeSize = options.exchangeSize
    this.machine = new Namespace({ own: this.#record('self'), gossip: options, rng: seeded(tape.byte()) })
  }

  step(now: number): void {
    const input = this.#input()
    if (input.type === 'bootstrap' && this.#isInRound) return
    if (input.type === 'answered' || input.type === 'unanswered') this.#open.delete(input.attempt)
    const outputs = this.machine.handle(now, input)
    must(outputs.length <= 60, `one input has ${outputs.length} outputs`)
    const answers = outputs.filter(({ type }) => type === 'answer' || type === 'refuse')
    if (input.type === 'requested') must(answers.length === 1, `a question has ${answers.length} answers`)
    for (const output of outputs) this.#look(output)
    this.#checkState()
  }

  #record(id: string): PeerRecord {
    const seq = BigInt(this.#tape.below(4))
    return { id, seq, addresses: this.#tape.below(8) === 0 ? [] : ['/memory/1'], envelope: none }
  }

  #id(): string {
    const n = this.#tape.below(16)
    return n === 15 ? 'self' : `p${n}`
  }

  #list(from: string): Descriptor[] {
    const others = Array.from({ length: this.#tape.below(6) }, () => ({
      record: this.#record(this.#id()),
      hop: this.#tape.pick(hops)
    }))
    // Mostly as a service would let it pass.
    const isSound = this.#tape.below(4) > 0
    const sound = new Map(
      others.map(one => [one.record.id, { ...one, hop: Math.min(Math.max(one.hop, 1), limits.maxHop) }])
    )
    sound.delete(from)
    return isSound ? [...sound.values(), { record: this.#record(from), hop: 0 }] : others
  }

  #picks(): number[] {
    return Array.from({ length: this.#tape.below(4) }, () => this.#tape.below(8) - 1)
  }

  #averages(): { epoch: number; instance: number; value: number }[] {
    return Array.from({ length: this.#tape.below(3) }, () => ({
      epoch: this.#tape.pick([0, 1, 2, 2 ** 31, 2 ** 32 - 1]),
      instance: this.#tape.byte(),
      value: this.#tape.byte() / 128 - 1
    }))
  }

  #input(): Input {
    const tape = this.#tape
    const from = this.#id()
    const exchange = tape.below(3)
    switch (tape.below(14)) {
      case 0:
      case 1:
        return { type: 'tick' }
      case 2:
      case 3:
      case 4:
        return {
          type: 'requested',
          from,
          question: {
            type: 'ask',
            exchange,
            settles: tape.flag(),
            descriptors: this.#list(from),
            averages: this.#averages()
          }
        }
      case 5:
        return { type: 'requested', from, question: { type: 'settle', exchange, picks: this.#picks() } }
      case 6:
        return { type: 'requested', from, question: { type: 'ping' } }
      case 7:
        return { type: 'found', contact: { id: tape.flag() ? from : undefined, addresses: ['/memory/1'] } }
      case 8:
        return { type: 'discovered' }
      case 9:
        return {
          type: 'offered',
          records: Array.from({ length: tape.below(5) }, () => this.#record(this.#id()))
        }
      case 10:
        return tape.flag() ? { type: 'called', from } : { type: 'renewed', own: this.#record('self') }
      case 11:
        return { type: 'bootstrap', contacts: [{ id: from, addresses: ['/memory/1'] }] }
      case 12:
        return {
          type: 'unanswered',
          attempt: this.#attempt(),
          ...(tape.flag() ? { fault: tape.pick(['rejected', 'refused'] as const) } : {})
        }
      default:
        return this.#answer()
    }
  }

  /** One of ours, or any. */
  #attempt(): number {
    const open = [...this.#open.keys()]
    return open.length > 0 && this.#tape.below(8) > 0 ? this.#tape.pick(open) : this.#tape.byte()
  }

  #answer(): Input {
    const attempt = this.#attempt()
    const request = this.#open.get(attempt)
    const from = request?.to.id ?? this.#id()
    const picks = this.#tape.flag() ? this.#picks() : undefined
    const reply: Response = {
      type: 'reply',
      descriptors: this.#list(from),
      picks,
      averages: this.#averages()
    }
    const kind =
      this.#tape.below(8) > 0 ? request?.question.type : this.#tape.pick(['ask', 'settle', 'ping'] as const)
    const pong: Response = { type: 'pong', own: { record: this.#record(from), hop: 0 } }
    return {
      type: 'answered',
      attempt,
      from,
      response: kind === 'settle' ? { type: 'ack' } : kind === 'ping' ? pong : reply
    }
  }

  #look(output: Output): void {
    if (output.type === 'exchange') this.exchanges++
    if (output.type === 'discover') this.#isInRound = true
    if (output.type === 'round') this.#isInRound = false
    if (output.type === 'answer' && output.response.type === 'reply')
      this.#checkList(output.response.descriptors)
    if (output.type === 'view') {
      for (const { id } of output.removed) this.#view.delete(id)
      for (const { id } of output.added) this.#view.add(id)
    }
    if (output.type !== 'request') return
    must(!this.#open.has(output.attempt) && output.ms > 0, 'an attempt is begun twice')
    this.#open.set(output.attempt, output)
    must(this.#open.size <= limits.maxRequests, `${this.#open.size} requests are under way`)
    if (output.question.type !== 'ask') return
    this.#isInRound = true
    this.#checkList(output.question.descriptors)
    const asks = [...this.#open.values()].filter(({ question }) => question.type === 'ask')
    must(asks.length === 1, 'two asks are under way')
  }

  #checkList(list: readonly Descriptor[]): void {
    const last = list.at(-1)
    must(last?.record.id === 'self' && last.hop === 0, 'the own record is not the last')
    must(list.length <= Math.max(this.#exchangeSize, limits.maxRecords), 'too many are shown')
    must(new Set(list.map(({ record }) => record.id)).size === list.length, 'somebody is shown twice')
    must(
      list.slice(0, -1).every(({ hop }) => hop >= 1 && hop <= limits.maxHop),
      'a hop is out of range'
    )
  }

  #checkState(): void {
    const { view, recovery, round } = this.machine
    const ids = view.entries.map(({ record }) => record.id)
    must(
      view.size <= view.max && new Set(ids).size === view.size,
      'the view is too large or holds somebody twice'
    )
    must(!view.has('self'), 'the view holds its owner')
    must(
      ids.length === this.#view.size && ids.every(id => this.#view.has(id)),
      'the events do not tell of the view'
    )
    must(recovery.length <= limits.recoverySize, 'recovery memory is too large')
    must(
      recovery.every(({ record }) => !view.has(record.id)),
      'somebody is in view and in recovery memory'
    )
    must(this.machine.remember().length <= view.max + limits.recoverySize, 'too much is remembered')
    for (const { record, since } of view.entries) {
      must(since <= round && record.addresses.length > 0, 'an entry cannot be')
      must(record.seq >= (this.#seqs.get(record.id) ?? 0n), 'an older record has replaced a newer one')
      this.#seqs.set(record.id, record.seq)
    }
    must(
      this.machine.sample(3).every(({ id }) => view.has(id)),
      'somebody is drawn who is not in view'
    )
  }
}

export const target: Target = () => ({
  seeds: [Uint8Array.from({ length: 120 }, (_, i) => (i * 37) % 256)],
  make: rng => randomBytes(rng, 40 + (rng() % 500)),
  maxBytes: 700,
  check(input) {
    const tape = new Tape(input)
    const world = new World(tape)
    for (let now = 0; !tape.isOver; now += tape.below(4) * 10_000) world.step(now)
    return world.exchanges > 0 ? 'exchanges' : world.machine.view.size > 0 ? 'view' : 'alone'
  }
})
