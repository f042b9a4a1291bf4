/**
 * The machine against any sequence of inputs. PEX_FUZZ_RUNS=100000 runs more of them than the default.
 */
import { casm, healerSwapper, limits, policies } from '@pex/core'
import type { Descriptor, Input, PeerRecord, Policy, Question, Response } from '@pex/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { askOf, Machine, replyOf } from './machine.ts'
import type { OutputOf } from './machine.ts'
import { descriptor, ids, message, record } from './peers.ts'
import { swapping } from './swapping.ts'

const numRuns = Number(process.env['PEX_FUZZ_RUNS'] ?? 3_000)

const anyPolicy: fc.Arbitrary<Policy> = fc.oneof(
  fc
    .record({ size: fc.nat(16), protect: fc.nat(6), decay: fc.constantFrom(0, 0.5, 1) })
    .map(({ size, ...options }) => casm({ swap: size, ...options })),
  fc.record({ healer: fc.nat(6), swapper: fc.nat(16) }).map(options => healerSwapper(options)),
  fc.record({ size: fc.nat(6), probing: fc.boolean() }).map(({ size, probing }) => {
    const ping = (_: number, out: Uint32Array) => {
      for (let i = 0; i < 5; i++) out[i] = i + 1
      return 5
    }
    return swapping(size, probing ? { probes: ping } : {})
  }),
  fc.constantFrom(...Object.values(policies)).map(make => make())
)

/** Mostly strangers of whom one hears again, now and then ourselves. */
const anyId = fc.integer({ min: -1, max: 14 }).map(i => (i < 0 ? 'self' : `p${i}`))
const anySeq = fc.bigInt({ min: 0n, max: 3n })
const anyHop = fc.oneof(
  fc.integer({ min: 1, max: 5 }),
  fc.constantFrom(0, limits.maxHop, limits.maxHop + 1, 2 ** 28 - 1)
)
const anyRecord: fc.Arbitrary<PeerRecord> = fc
  .tuple(anyId, anySeq, fc.integer({ min: 0, max: 9 }))
  .map(([id, seq, addresses]) => record(id, seq, addresses === 0 ? [] : ['/memory/1']))
const anyDescriptor: fc.Arbitrary<Descriptor> = fc
  .tuple(anyRecord, anyHop)
  .map(([record, hop]) => ({ record, hop }))
const wildMessage = fc.array(anyDescriptor, { maxLength: 6 })
/** Well formed but for what its records say. */
const soundMessage = fc
  .tuple(
    anyId,
    anySeq,
    fc.uniqueArray(fc.tuple(anyId, anySeq, fc.integer({ min: 1, max: 9 })), {
      maxLength: 6,
      selector: ([id]) => id
    })
  )
  .map(([from, seq, others]) => ({
    from,
    message: [
      ...others.filter(([id]) => id !== from).map(([id, seq, hop]) => descriptor(id, hop, seq)),
      descriptor(from, 0, seq)
    ]
  }))
const anyContact = fc.record({
  id: fc.option(anyId, { nil: undefined }),
  addresses: fc.constant(['/memory/1'])
})

const anyPicks = fc.array(fc.integer({ min: -1, max: 6 }), { maxLength: 4 })
const soundPicks = fc.uniqueArray(fc.nat(2), { maxLength: 3 })
const anyExchange = fc.nat(3)
const anyQuestion: fc.Arbitrary<Question> = fc.oneof(
  fc
    .tuple(anyExchange, wildMessage, fc.boolean())
    .map(([exchange, message, settles]) => askOf(exchange, message, settles)),
  fc.tuple(anyExchange, anyPicks).map(([exchange, picks]) => ({ type: 'settle', exchange, picks }) as const),
  fc.constant({ type: 'ping' } as const)
)
const anyResponse: fc.Arbitrary<Response> = fc.oneof(
  fc
    .tuple(wildMessage, fc.option(anyPicks, { nil: undefined }))
    .map(([message, picks]) => replyOf(message, picks)),
  fc.constant({ type: 'ack' } as const),
  anyDescriptor.map(own => ({ type: 'pong', own }) as const)
)

type Step =
  | Input
  | {
      readonly type: 'reply'
      readonly which: number
      readonly others: readonly Descriptor[]
      picks?: readonly number[]
    }
  | { readonly type: 'silence'; readonly which: number }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.constant({ type: 'tick' } as const),
  fc.nat(9).map(which => ({ type: 'silence', which }) as const),
  fc
    .tuple(soundMessage, anyExchange, fc.boolean())
    .map(
      ([{ from, message }, exchange, settles]) =>
        ({ type: 'requested', from, question: askOf(exchange, message, settles) }) as const
    ),
  fc
    .tuple(anyId, anyExchange, soundPicks)
    .map(
      ([from, exchange, picks]) =>
        ({ type: 'requested', from, question: { type: 'settle', exchange, picks } }) as const
    ),
  fc
    .tuple(
      fc.nat(9),
      fc.array(fc.tuple(anyId, anySeq), { maxLength: 4 }),
      fc.option(soundPicks, { nil: undefined })
    )
    .map(([which, others, picks]) => {
      const unique = new Map(others.map(([id, seq], i) => [id, descriptor(id, i + 1, seq)]))
      return { type: 'reply', which, others: [...unique.values()], ...(picks && { picks }) } as const
    }),
  fc.tuple(anyId, anyQuestion).map(([from, question]) => ({ type: 'requested', from, question }) as const),
  fc
    .tuple(fc.nat(20), anyId, anyResponse)
    .map(([attempt, from, response]) => ({ type: 'answered', attempt, from, response }) as const),
  fc.nat(20).map(attempt => ({ type: 'unanswered', attempt, fault: 'rejected' }) as const),
  fc.nat(20).map(attempt => ({ type: 'unanswered', attempt, fault: 'refused' }) as const),
  anyContact.map(contact => ({ type: 'found', contact }) as const),
  fc.constant({ type: 'discovered' } as const),
  fc.array(anyRecord, { maxLength: 5 }).map(records => ({ type: 'offered', records }) as const),
  anyId.map(from => ({ type: 'called', from }) as const),
  anySeq.map(seq => ({ type: 'renewed', own: record('self', seq) }) as const),
  fc.array(anyContact, { maxLength: 3 }).map(contacts => ({ type: 'bootstrap', contacts }) as const)
)

/** Runs the steps and checks, after each, what must always be so. */
class Watch {
  readonly machine: Machine
  /** The requests that have not been reported on. */
  readonly #open = new Map<number, OutputOf<'request'>>()
  #inRound = false
  readonly #view = new Set<string>()
  readonly #seqs = new Map<string, bigint>()

  constructor(machine: Machine) {
    this.machine = machine
  }

  run(step: Step): void {
    const input = this.#translate(step)
    if (input === undefined) return
    if (input.type === 'answered' || input.type === 'unanswered') this.#open.delete(input.attempt)
    this.machine.put(input)
    this.#checkOutputs(input)
    this.#checkState()
  }

  #translate(step: Step): Input | undefined {
    if (step.type === 'bootstrap' && this.#inRound) return undefined
    if (step.type !== 'reply' && step.type !== 'silence') return step
    const request = [...this.#open.values()][step.which % Math.max(this.#open.size, 1)]
    if (request === undefined) return undefined
    const { attempt, to, question } = request
    const from = to.id ?? 'p0'
    if (step.type === 'silence') return { type: 'unanswered', attempt }
    if (question.type === 'settle') return { type: 'answered', attempt, from, response: { type: 'ack' } }
    const response =
      question.type === 'ping'
        ? ({ type: 'pong', own: descriptor(from, 0) } as const)
        : replyOf(message(from, step.others), step.picks)
    return { type: 'answered', attempt, from, response }
  }

  #checkOutputs(input: Input): void {
    const { machine } = this
    expect(machine.outputs.length).toBeLessThanOrEqual(60)
    for (const output of machine.outputs) {
      if (output.type === 'wake') expect(input.type).toBe('tick')
      if (output.type === 'request') this.#checkRequest(output)
      if (output.type === 'discover') this.#inRound = true
      if (output.type === 'round') this.#inRound = false
      if (output.type === 'answer' && output.response.type === 'reply')
        this.#checkMessage(output.response.descriptors)
      if (output.type === 'view') {
        for (const { id } of output.removed) this.#view.delete(id)
        for (const { id } of output.added) this.#view.add(id)
      }
    }
    if (input.type === 'requested')
      expect(machine.all('answer').length + machine.all('refuse').length, 'one answer').toBe(1)
  }

  #checkRequest(output: OutputOf<'request'>): void {
    const { question } = output
    if (question.type === 'ask') {
      const asks = [...this.#open.values()].filter(open => open.question.type === 'ask')
      expect(asks, 'never two asks at a time').toEqual([])
      this.#inRound = true
      this.#checkMessage(question.descriptors)
    }
    expect(output.ms).toBeGreaterThan(0)
    expect(this.#open.has(output.attempt)).toBe(false)
    this.#open.set(output.attempt, output)
    expect(this.#open.size).toBeLessThanOrEqual(limits.maxRequests)
  }

  #checkMessage(message: readonly Descriptor[]): void {
    expect(message.at(-1)).toMatchObject({ record: { id: 'self' }, hop: 0 })
    const others = message.slice(0, -1)
    expect(message.length).toBeLessThanOrEqual(this.machine.gossip.exchangeSize)
    expect(new Set(ids(message)).size).toBe(message.length)
    expect(others.every(({ hop }) => hop >= 1 && hop <= limits.maxHop)).toBe(true)
  }

  #checkState(): void {
    const { namespace } = this.machine
    const { view, recovery } = namespace
    expect(view.size).toBeLessThanOrEqual(view.max)
    expect(new Set(ids(view.entries)).size).toBe(view.size)
    expect(view.has('self')).toBe(false)
    expect(this.#view, 'the events tell what is in the view').toEqual(new Set(ids(view.entries)))
    expect(recovery.length).toBeLessThanOrEqual(limits.recoverySize)
    expect(recovery.filter(({ record }) => view.has(record.id))).toEqual([])
    expect(namespace.remember().length).toBeLessThanOrEqual(view.max + limits.recoverySize)
    for (const { record, since } of view.entries) {
      expect(since).toBeLessThanOrEqual(namespace.round)
      expect(record.addresses.length).toBeGreaterThan(0)
      expect(record.seq >= (this.#seqs.get(record.id) ?? 0n), 'no older record').toBe(true)
      this.#seqs.set(record.id, record.seq)
    }
  }
}

describe('the machine', () => {
  it('keeps its laws and never throws, whatever is put into it in whatever order', () => {
    const anySizes = fc.integer({ min: 2, max: 9 }).chain(viewSize =>
      fc.record({
        viewSize: fc.constant(viewSize),
        exchangeSize: fc.integer({ min: 2, max: Math.max(Math.floor(viewSize / 2), 2) })
      })
    )
    const scene = fc.record({
      steps: fc.array(anyStep, { maxLength: 40, size: 'max' }),
      sizes: anySizes,
      seed: fc.integer(),
      policy: anyPolicy
    })
    fc.assert(
      fc.property(scene, ({ steps, sizes, ...options }) => {
        const watch = new Watch(new Machine({ ...options, ...sizes }))
        for (const step of steps) watch.run(step)
      }),
      { numRuns }
    )
  }, 600_000)

  it('does the same again on the same seed', () => {
    fc.assert(
      fc.property(fc.array(anyStep), fc.integer(), (steps, seed) => {
        const [first, second] = [0, 1].map(() => {
          const machine = new Machine({ seed, viewSize: 5 })
          const inputs = steps.filter(
            ({ type }) => !['bootstrap', 'reply', 'silence'].includes(type)
          ) as Input[]
          return inputs.map(input => machine.put(input))
        })
        expect(first).toEqual(second)
      })
    )
  })
})

/** All orders of a list. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map(rest => [item, ...rest]))
}

describe('records of one peer', () => {
  it('whatever order they come in, and though the peer leaves the view in between: the newest wins', () => {
    // Each way for a record of p with that seq to come; between two of them others push p out of a view of two.
    const ways = {
      hearsay: (machine: Machine, seq: bigint) => void machine.hear('x', [descriptor('p', 3, seq)]),
      itself: (machine: Machine, seq: bigint) => void machine.ask('p', [descriptor('p', 0, seq)]),
      offered: (machine: Machine, seq: bigint) =>
        void machine.put({ type: 'offered', records: [record('p', seq)] })
    }
    const crowd = (machine: Machine) => {
      for (let i = 0; i < 6; i++) machine.hear(`y${i}`, [descriptor(`z${i}`), descriptor(`w${i}`)])
    }
    const names = ['hearsay', 'itself', 'offered', 'hearsay'] as const
    const orders = permutations([0, 1, 2, 3])
    expect(orders.length).toBe(24)
    for (const [round, order] of orders.entries()) {
      for (const evicting of [false, true]) {
        const machine = new Machine({
          viewSize: evicting ? 2 : 16,
          seed: round,
          policy: casm({ protect: 0 })
        })
        let newest = -1n
        for (const i of order) {
          const before = machine.namespace.view
          ways[names[i]!](machine, BigInt(i))
          const held = machine.namespace.view.get('p')?.record.seq
          // What is offered renews whom we hold and fills free places; elsewhere it is as if it had not been.
          const counts = names[i] !== 'offered' || before.has('p') || before.size < before.max
          if (counts && newest < BigInt(i)) newest = BigInt(i)
          if (held !== undefined)
            expect(held >= newest, `${order.join()}: ${held} after ${newest}`).toBe(true)
          if (evicting) crowd(machine)
        }
        if (!evicting) expect(machine.namespace.view.get('p')!.record.seq).toBe(newest)
      }
    }
  })
})
