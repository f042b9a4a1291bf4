/**
 * Exchanges of three messages, between two machines and every loss that can happen to them.
 */
import { casm, limits, Namespace, gossip, verdict } from '@pex/core'
import type { Output, Question, Response } from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { askOf, Machine, replyOf } from './machine.ts'
import { descriptor, ids, message, record } from './peers.ts'
import { swapping } from './swapping.ts'
import type { SwappingOptions } from './swapping.ts'

/** What becomes of one message: `twice` of a question is asked twice. */
type Fate = 'arrives' | 'lost' | 'twice'

/** A holds b and a few others, b as many; each question and each answer meets its fate, in turn. */
class Pair {
  readonly nodes = new Map<string, Namespace>()
  readonly complete: string[] = []
  messages = 0
  /** When true, the last settle of an exchange, in the round after it, gets through. */
  sparing = false
  readonly #tries = new Map<number, number>()
  #time = 0
  readonly #fates: readonly Fate[]
  readonly #late: { to: string; from: string; question: Question }[] = []

  constructor(fates: readonly Fate[], policies = [swapping(2), swapping(2)]) {
    this.#fates = fates
    for (const [i, id] of ['a', 'b'].entries()) {
      const options = gossip({ policy: policies[i]!, exchangeSize: 8, tickMs: 1_000 })
      const node = new Namespace({ own: record(id), gossip: options, rng: seeded(i + 1) })
      const others = Array.from({ length: 6 }, (_, k) => record(`${id}${k}`))
      node.handle(0, { type: 'offered', records: id === 'a' ? [record('b')] : others })
      this.nodes.set(id, node)
    }
    // a begins with b alone, so that its round goes there; the rest comes from a message.
    const a = this.nodes.get('a')!
    const told = message(
      'b',
      Array.from({ length: 6 }, (_, k) => descriptor(`a${k}`))
    )
    a.handle(0, { type: 'requested', from: 'b', question: askOf(0, told) })
  }

  /** How often each peer is held by the two, beside themselves. */
  copies(): string[] {
    return [...this.nodes.values()].flatMap(node => ids(node.view.entries).filter(id => id.length > 1)).sort()
  }

  /** A round of a in which it asks b and nobody else. */
  round(): void {
    this.#time += 1_000
    const a = this.nodes.get('a')!
    this.#carryOut(a.handle(this.#time, { type: 'bootstrap', contacts: [{ id: 'b', addresses: [] }] }))
    for (const { to, from, question } of this.#late.splice(0)) this.#deliver(to, from, question)
  }

  #fate(): Fate {
    return this.#fates[this.messages++] ?? 'arrives'
  }

  #carryOut(outputs: readonly Output[]): void {
    const a = this.nodes.get('a')!
    for (const output of outputs) {
      if (output.type === 'exchange') this.complete.push('a')
      if (output.type !== 'request') continue
      const { attempt, to, question } = output
      const response = to.id === 'b' ? this.#ask('a', 'b', question) : undefined
      this.#carryOut(
        a.handle(
          this.#time,
          response === 'refused'
            ? { type: 'unanswered', attempt, fault: 'refused' }
            : response === undefined
              ? { type: 'unanswered', attempt }
              : { type: 'answered', attempt, from: 'b', response }
        )
      )
    }
  }

  #ask(from: string, to: string, question: Question): Response | 'refused' | undefined {
    const exchange = question.type === 'settle' ? question.exchange : -1
    const tries = (this.#tries.get(exchange) ?? 0) + 1
    this.#tries.set(exchange, tries)
    const spared = this.sparing && exchange >= 0 && tries > limits.settleRepeats + 1
    const fate = spared ? 'arrives' : this.#fate()
    if (fate === 'lost') return undefined
    const response = this.#deliver(to, from, question)
    if (fate === 'twice') {
      this.#deliver(to, from, question)
      this.#late.push({ to, from, question })
    }
    return !spared && this.#fate() === 'lost' ? undefined : response
  }

  #deliver(to: string, from: string, question: Question): Response | 'refused' {
    const outputs = this.nodes.get(to)!.handle(this.#time, { type: 'requested', from, question })
    if (outputs.some(output => output.type === 'exchange')) this.complete.push(to)
    const answer = outputs.find(output => output.type === 'answer')
    return answer?.response ?? 'refused'
  }
}

const everybody = ['a', 'b'].flatMap(id => Array.from({ length: 6 }, (_, k) => `${id}${k}`)).sort()

describe('an exchange of three messages', () => {
  it('swaps: what one side takes the other one gives, and both tell once that it is complete', () => {
    const pair = new Pair([])
    expect(pair.copies()).toEqual(everybody)
    pair.round()
    expect(pair.copies()).toEqual(everybody)
    expect(pair.complete.sort()).toEqual(['a', 'b'])
    const [a, b] = [...pair.nodes.values()].map(node => ids(node.view.entries))
    expect(a!.filter(id => id.startsWith('b') && id !== 'b').length).toBe(2)
    expect(b!.filter(id => id.startsWith('a') && id !== 'a').length).toBe(2)
  })

  it('any one message lost, or any question asked twice: nothing is lost and nothing doubled', () => {
    for (const fate of ['lost', 'twice'] as const) {
      for (let at = 0; at < 4; at++) {
        const pair = new Pair([...Array.from({ length: at }, () => 'arrives' as const), fate])
        pair.round()
        expect(pair.copies(), `message ${at} ${fate}`).toEqual(everybody)
        // Without the ask or the reply there is no exchange, and neither side says that there was one.
        const complete = fate === 'lost' && at < 2 ? [] : ['a', 'b']
        expect(pair.complete.sort(), `message ${at} ${fate}`).toEqual(complete)
        for (let i = 0; i < 5; i++) pair.round()
        expect(pair.copies()).toEqual(everybody)
      }
    }
  })

  it('whatever is lost or comes twice, as long as one of the settles of an exchange gets its ack', () => {
    const anyFate = fc.constantFrom<Fate>('arrives', 'arrives', 'lost', 'twice')
    const fates = fc.array(anyFate, { maxLength: 80, size: 'max' })
    fc.assert(
      fc.property(fates, all => {
        const pair = new Pair(all)
        pair.sparing = true
        while (pair.messages < all.length) pair.round()
        for (let i = 0; i < 3; i++) pair.round()
        expect(pair.copies()).toEqual(everybody)
        const [a, b] = ['a', 'b'].map(id => pair.complete.filter(who => who === id).length)
        expect(a).toBe(b)
      }),
      { numRuns: 300 }
    )
  })

  it('whose settle gets no ack in four tries is settled in the next round, while that has its own exchange', () => {
    // The ask and its reply, four settles of which the acks are lost, and then all is well.
    const acks = Array.from({ length: 4 }, () => ['arrives', 'lost'] as const).flat()
    const pair = new Pair(['arrives', 'arrives', ...acks])
    pair.round()
    expect(pair.complete, 'b has settled, a does not know').toEqual(['b'])
    pair.round()
    expect(pair.complete.sort()).toEqual(['a', 'a', 'b', 'b'])
    expect(pair.copies()).toEqual(everybody)
  })

  it('whose settle never comes is given up on both sides, and nothing has changed', () => {
    const settles = Array.from({ length: 4 }, () => 'lost' as const)
    const pair = new Pair(['arrives', 'arrives', ...settles, 'lost', 'lost'])
    pair.round()
    pair.round()
    expect(pair.complete).toEqual([])
    expect(pair.copies()).toEqual(everybody)
    const late: Question = { type: 'settle', exchange: 1, picks: [] }
    expect(pair.nodes.get('b')!.handle(0, { type: 'requested', from: 'a', question: late })).toMatchObject([
      { type: 'rejected', reason: 'unknown-exchange' },
      { type: 'refuse', reason: 'unknown-exchange' }
    ])
  })

  it.each([
    ['the responder', [swapping(2), undefined]],
    ['the initiator', [undefined, swapping(2)]]
  ])('is one of two when %s cannot settle: both merge', (_, [first, second]) => {
    const plain = casm()
    const pair = new Pair([], [first ?? plain, second ?? plain])
    pair.round()
    expect(pair.messages).toBe(2)
    expect(pair.complete.sort()).toEqual(['a', 'b'])
    expect(pair.copies().length).toBeGreaterThan(everybody.length)
  })
})

/** A machine that settles and holds eight peers. */
function swapper(options?: SwappingOptions): Machine {
  const machine = new Machine({ policy: swapping(2, options) })
  machine.put({ type: 'offered', records: 'abcdefgh'.split('').map(id => record(id)) })
  return machine
}

const strangers = message(
  'z',
  Array.from({ length: 5 }, (_, i) => descriptor(`z${i}`))
)

describe('the responder of three messages', () => {
  it('changes nothing before the settle has come', () => {
    const machine = swapper()
    const before = machine.ids
    machine.ask('z', strangers, true)
    expect(machine.kinds).toEqual(['answer'])
    expect(machine.last('answer')!.response).toMatchObject({ type: 'reply', picks: [0, 1] })
    expect(machine.ids).toEqual(before)
  })

  it('speaks of places as they stood in the message, also where records of it were dropped', () => {
    const machine = swapper()
    const question = askOf(1, message('z', [descriptor('self'), descriptor('y'), descriptor('x')]), true)
    machine.put({ type: 'requested', from: 'z', question, places: [0, 2, 5, 6] })
    expect(machine.last('answer')!.response).toMatchObject({ picks: [2, 5] })
  })

  it('gives the same answer to the same ask, and acks the same settle again', () => {
    const machine = swapper()
    machine.put({ type: 'offered', records: 'ijklmnop'.split('').map(id => record(id)) })
    const ask = askOf(7, strangers, true)
    const first = machine.question('z', ask)
    for (let i = 0; i < 20; i++) expect(machine.question('z', ask)).toEqual(first)
    machine.question('z', { type: 'settle', exchange: 7, picks: [0] })
    expect(machine.kinds).toEqual(['answer', 'exchange', 'view', 'persist'])
    const after = machine.ids
    expect(machine.question('z', { type: 'settle', exchange: 7, picks: [0] })).toEqual([
      { type: 'answer', response: { type: 'ack' } }
    ])
    expect(machine.question('z', ask)).toContainEqual({ type: 'refuse', reason: 'unknown-exchange' })
    expect(machine.ids).toEqual(after)
  })

  it('does not merge twice what comes twice in two messages', () => {
    const machine = new Machine({ viewSize: 4 })
    const ask = askOf(7, strangers)
    machine.question('z', ask)
    const after = machine.ids
    expect(machine.question('z', ask)).toContainEqual({ type: 'refuse', reason: 'unknown-exchange' })
    expect(machine.ids).toEqual(after)
  })

  it.each([[[99]], [[0, 0]], [[-1]]])(
    'refuses picks that are none (%o), and a good settle still counts',
    picks => {
      const machine = swapper()
      machine.question('z', askOf(7, strangers, true))
      machine.question('z', { type: 'settle', exchange: 7, picks })
      expect(machine.last('refuse')).toEqual({ type: 'refuse', reason: 'bad-picks' })
      machine.question('z', { type: 'settle', exchange: 7, picks: [1] })
      expect(machine.last('exchange')).toMatchObject({ peer: 'z', role: 'responder', received: 6 })
    }
  )

  it('forgets an ask when the caller asks anew, and when its time is over', () => {
    const machine = swapper()
    machine.question('z', askOf(7, strangers, true))
    machine.question('z', askOf(8, strangers, true))
    machine.question('z', { type: 'settle', exchange: 7, picks: [] })
    expect(machine.last('refuse')?.reason).toBe('unknown-exchange')
    machine.question('z', { type: 'settle', exchange: 8, picks: [] }, limits.settleMs + 1)
    expect(machine.last('refuse')?.reason).toBe('unknown-exchange')
  })

  it('waits for no more settles than it may: whoever asked longest ago is forgotten', () => {
    const machine = swapper()
    machine.question('z', askOf(7, strangers, true))
    for (let i = 0; i < limits.maxSettling; i++) machine.ask(`x${i}`, message(`x${i}`), true)
    machine.question('z', { type: 'settle', exchange: 7, picks: [] })
    expect(machine.last('refuse')?.reason).toBe('unknown-exchange')
  })

  it('that is busy says so, which is no fault; whoever knows next to nobody is shown somebody all the same', () => {
    const machine = swapper({ admits: () => false })
    expect(machine.ask('z', strangers, true)).toEqual([{ type: 'refuse', reason: 'busy' }])
    const before = machine.ids
    machine.ask('z', message('z', [descriptor('y')]), true)
    expect(machine.kinds).toEqual(['answer'])
    expect(machine.last('answer')!.response).toMatchObject({ type: 'reply', picks: undefined })
    expect(machine.said.length).toBe(8)
    expect(machine.ids, 'and nothing is taken from it').toEqual(before)
  })

  it('refuses a message that its policy finds overrepresented', () => {
    const machine = swapper({ judges: () => verdict.overrepresented })
    expect(machine.ask('z', strangers, true)).toEqual([
      { type: 'rejected', peer: 'z', reason: 'overrepresented' },
      { type: 'refuse', reason: 'overrepresented' }
    ])
  })

  it('teaches whoever shows too few records for its policy, so that it has enough one day', () => {
    const machine = swapper({ judges: () => verdict.tooShort })
    const before = machine.ids
    machine.ask('z', strangers, true)
    expect(machine.kinds).toEqual(['answer'])
    expect(machine.last('answer')!.response).toMatchObject({ type: 'reply', picks: undefined })
    expect(machine.ids, 'and nothing is taken from it').toEqual(before)
  })
})

describe('the initiator of three messages', () => {
  it('gives ask and settles together one deadline, and holds back the change until the ack', () => {
    const machine = swapper()
    machine.tick()
    const { attempt, to, ms, question } = machine.asked!
    const before = machine.ids
    machine.respond(attempt, to.id!, replyOf(message(to.id!, [descriptor('x'), descriptor('y')]), [0, 1]))
    expect(machine.kinds).toEqual(['request'])
    const settle = machine.last('request')!
    expect(settle.question).toEqual({
      type: 'settle',
      exchange: question.type === 'ask' ? question.exchange : -1,
      picks: [0, 1]
    })
    expect(ms + settle.ms * (1 + limits.settleRepeats)).toBe(machine.gossip.exchangeMs)
    expect(machine.ids).toEqual(before)
    machine.respond(settle.attempt, to.id!, { type: 'ack' })
    expect(machine.kinds).toEqual(['exchange', 'view', 'persist', 'round'])
    expect(machine.last('round')!.reached).toBe(to.id)
    expect(machine.ids).toEqual(expect.arrayContaining(['x', 'y']))
    expect(machine.ids.length).toBe(before.length)
  })

  it('speaks of places as they stood in the reply, also where records of it were dropped', () => {
    const machine = swapper()
    machine.tick()
    const { attempt, to } = machine.asked!
    const said = message(to.id!, [descriptor('self'), descriptor('y'), descriptor('x')])
    const response = replyOf(said, [])
    machine.put({ type: 'answered', attempt, from: to.id!, response, places: [0, 2, 5, 6] })
    expect(machine.last('request')!.question).toMatchObject({ type: 'settle', picks: [2, 5] })
  })

  it('merges when the reply has no picks', () => {
    const machine = swapper()
    machine.tick()
    machine.answer([descriptor('x')])
    expect(machine.kinds).toEqual(['exchange', 'view', 'persist', 'round'])
    expect(machine.ids).toContain('x')
  })

  it.each([[[0, 0]], [[8]]])('rejects picks that are none: %o', picks => {
    const machine = swapper()
    machine.tick()
    const { attempt, to } = machine.asked!
    machine.respond(attempt, to.id!, replyOf(message(to.id!), picks))
    expect(machine.last('rejected')).toEqual({ type: 'rejected', peer: to.id, reason: 'bad-picks' })
    expect(machine.ids).not.toContain(to.id)
  })

  it('rejects picks when it has not offered to settle, and any answer that is no reply', () => {
    for (const response of [replyOf(message('a'), []), { type: 'ack' }] as const) {
      const machine = new Machine()
      machine.hear('a')
      machine.tick()
      machine.respond(machine.asked!.attempt, 'a', response)
      expect(machine.last('rejected')?.reason).toBe(response.type === 'ack' ? 'unknown-kind' : 'bad-picks')
      expect(machine.ids).toEqual([])
    }
  })

  it('tries another partner when its policy does not want the reply; its giver stays', () => {
    const machine = swapper({ judges: () => verdict.tooShort })
    machine.tick()
    const { attempt, to } = machine.asked!
    machine.respond(attempt, to.id!, replyOf(message(to.id!), []))
    expect(machine.last('rejected')?.reason).toBe('too-few-records')
    expect(machine.asked!.to.id).not.toBe(to.id)
    expect(machine.ids).toContain(to.id)
  })

  it('tries another partner when the settle is refused, or answered with nonsense', () => {
    for (const wrong of ['refused', 'nonsense'] as const) {
      const machine = swapper()
      machine.tick()
      const { attempt, to } = machine.asked!
      machine.respond(attempt, to.id!, replyOf(message(to.id!), []))
      const settle = machine.last('request')!.attempt
      if (wrong === 'refused') machine.fail(settle, 'refused')
      else machine.respond(settle, to.id!, replyOf(message(to.id!), []))
      expect(machine.asked!.to.id).not.toBe(to.id)
      expect(machine.ids.includes(to.id!)).toBe(wrong === 'refused')
    }
  })
})
