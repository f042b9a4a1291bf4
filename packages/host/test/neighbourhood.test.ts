import { below, sample } from '@pex/core'
import { seeded } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import type { Input, Output, Terms } from '../src/neighbourhood/events.ts'
import { neighbourLimits } from '../src/neighbourhood/limits.ts'
import type { NeighbourLimits } from '../src/neighbourhood/limits.ts'
import { Neighbourhood } from '../src/neighbourhood/neighbourhood.ts'

const terms: Terms = { agent: 'test/1.0.0', skewMs: 0, rttMs: 1 }
const contact = (id: string, address = '/memory/x'): { id: string; addresses: string[] } => ({
  id,
  addresses: [address]
})

function machine(limits: Partial<NeighbourLimits> = {}): Neighbourhood {
  return new Neighbourhood('self', { ...neighbourLimits, ...limits })
}

/** Everybody answers as asked: whom the machine greets takes it. */
function befriend(it: Neighbourhood, now: number, ids: readonly string[]): Output[] {
  it.handle(now, { type: 'wake' })
  const greets = it.handle(now, { type: 'candidates', contacts: ids.map(id => contact(id)) })
  return greets.flatMap(output =>
    output.type === 'greet'
      ? it.handle(now, { type: 'welcome', id: output.to.id, contact: contact(output.to.id), terms })
      : []
  )
}

const of = <T extends Output['type']>(outputs: readonly Output[], type: T): Extract<Output, { type: T }>[] =>
  outputs.filter((output): output is Extract<Output, { type: T }> => output.type === type)

/** Offers `a` to a machine at a time: whether it is greeted. */
function greeter(it: Neighbourhood): (now: number) => boolean {
  return now => {
    it.handle(now, { type: 'wake' })
    return of(it.handle(now, { type: 'candidates', contacts: [contact('a')] }), 'greet').length > 0
  }
}

describe('a neighbourhood', () => {
  it('searches at once, and greets no more than it wants', () => {
    const it = machine({ outbound: 2 })
    expect(of(it.handle(0, { type: 'wake' }), 'search')).toHaveLength(1)
    const outputs = it.handle(0, { type: 'candidates', contacts: ['a', 'b', 'c'].map(id => contact(id)) })
    expect(of(outputs, 'greet').map(({ to }) => to.id)).toEqual(['a', 'b'])
  })

  it('never greets itself, a neighbour, or whom it is greeting', () => {
    const it = machine({ outbound: 5 })
    befriend(it, 0, ['a'])
    it.handle(2_000, { type: 'wake' })
    it.handle(2_000, { type: 'candidates', contacts: [contact('b')] })
    const outputs = it.handle(5_000, {
      type: 'candidates',
      contacts: ['self', 'a', 'b', 'c'].map(id => contact(id))
    })
    expect(of(outputs, 'greet').map(({ to }) => to.id)).toEqual(['c'])
  })

  it('looks again with doubling waits while nobody is found, and in a short while once somebody was', () => {
    const it = machine({ outbound: 1, retryMs: 1_000, longestRetryMs: 4_000 })
    const waits: number[] = []
    let now = 0
    for (let i = 0; i < 5; i++) {
      it.handle(now, { type: 'wake' })
      const [{ at } = { at: 0 }] = of(it.handle(now, { type: 'candidates', contacts: [] }), 'wake')
      waits.push(at - now)
      now = at
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 4_000, 4_000])
  })

  it('takes leave of a chosen one that has missed three signs of life, and replaces it at once', () => {
    const it = machine({ outbound: 1 })
    befriend(it, 0, ['a'])
    let now = 10_000
    const removed: Output[] = []
    for (let i = 0; i < 3; i++) {
      expect(of(it.handle(now, { type: 'wake' }), 'greet').map(({ to }) => to.id)).toEqual(['a'])
      const outputs = it.handle(now, { type: 'unanswered', id: 'a' })
      removed.push(...of(outputs, 'removed'))
      expect(of(outputs, 'search')).toHaveLength(i === 2 ? 1 : 0)
      now += 1_000
    }
    expect(removed).toMatchObject([{ why: 'silent', neighbour: { id: 'a' } }])
  })

  it('asks one at once for a sign of life to which something could not be sent, and for no second one', () => {
    const it = machine({ outbound: 1 })
    befriend(it, 0, ['a'])
    it.handle(0, { type: 'greeting', id: 'b', contact: contact('b'), terms })
    for (const id of ['a', 'b']) {
      expect(of(it.handle(1_000, { type: 'broken', id }), 'greet').map(({ to }) => to.id)).toEqual([id])
      expect(of(it.handle(1_000, { type: 'broken', id }), 'greet')).toEqual([])
      it.handle(1_001, { type: 'welcome', id, contact: contact(id), terms })
      it.handle(2_000, { type: 'broken', id })
      expect(of(it.handle(2_001, { type: 'unanswered', id }), 'removed')).toMatchObject([{ why: 'silent' }])
    }
  })

  it('takes leave at once of one that is there and of no use, and looks for another', () => {
    const it = machine({ outbound: 1 })
    befriend(it, 0, ['a'])
    const outputs = it.handle(1_000, { type: 'useless', id: 'a' })
    expect(of(outputs, 'removed')).toMatchObject([{ why: 'useless' }])
    expect([of(outputs, 'farewell').length, of(outputs, 'greet').length]).toEqual([1, 0])
    expect(of(outputs, 'search')).toHaveLength(1)
    expect(of(it.handle(2_000, { type: 'candidates', contacts: [contact('a')] }), 'greet')).toEqual([])
    expect(it.handle(2_000, { type: 'useless', id: 'nobody' }).filter(({ type }) => type !== 'wake')).toEqual(
      []
    )
  })

  it('asks nobody for a sign of life who has just given one', () => {
    const it = machine({ outbound: 1 })
    befriend(it, 0, ['a'])
    it.handle(9_000, { type: 'alive', id: 'a' })
    expect(of(it.handle(10_000, { type: 'wake' }), 'greet')).toEqual([])
    expect(of(it.handle(19_000, { type: 'wake' }), 'greet')).toHaveLength(1)
  })

  it('takes leave of one that came by itself and gives no signs of life any more', () => {
    const it = machine({ outbound: 0 })
    it.handle(0, { type: 'greeting', id: 'a', contact: contact('a'), terms })
    expect(of(it.handle(27_999, { type: 'wake' }), 'removed')).toEqual([])
    expect(of(it.handle(28_000, { type: 'wake' }), 'removed')).toMatchObject([{ why: 'silent' }])
  })

  it('never counts one that came by itself among the chosen', () => {
    const it = machine({ outbound: 1 })
    it.handle(0, { type: 'greeting', id: 'a', contact: contact('a'), terms })
    it.handle(0, { type: 'wake' })
    it.handle(0, { type: 'candidates', contacts: [contact('a')] })
    expect(it.get('a')?.side).toBe('inbound')
    expect(it.count('outbound')).toBe(0)
  })

  it('counts one as chosen that came while it was being greeted, at both ends', () => {
    const [a, b] = [new Neighbourhood('a', neighbourLimits), new Neighbourhood('b', neighbourLimits)]
    for (const [one, other] of [
      [a, 'b'],
      [b, 'a']
    ] as const) {
      one.handle(0, { type: 'wake' })
      one.handle(0, { type: 'candidates', contacts: [contact(other)] })
    }
    for (const [one, other] of [
      [a, 'b'],
      [b, 'a']
    ] as const)
      one.handle(1, { type: 'greeting', id: other, contact: contact(other), terms })
    for (const [one, other] of [
      [a, 'b'],
      [b, 'a']
    ] as const)
      one.handle(2, { type: 'welcome', id: other, contact: contact(other), terms })
    expect([a.get('b')?.side, b.get('a')?.side]).toEqual(['outbound', 'outbound'])
  })

  it('declines when it is full, and when one group is too much of it', () => {
    const it = machine({ inbound: 3, inboundOfGroup: 2 })
    const greet = (id: string, address: string): unknown =>
      of(it.handle(0, { type: 'greeting', id, contact: contact(id, address), terms }), 'answer')[0]?.decline
    expect(greet('a', '/ip4/8.8.1.1/tcp/1')).toBeUndefined()
    expect(greet('b', '/ip4/8.8.2.2/tcp/1')).toBeUndefined()
    expect(greet('c', '/ip4/8.8.3.3/tcp/1')).toBe('crowded')
    expect(greet('d', '/ip4/9.9.9.9/tcp/1')).toBeUndefined()
    expect(greet('e', '/ip4/7.7.7.7/tcp/1')).toBe('full')
    expect(greet('a', '/ip4/8.8.1.1/tcp/1')).toBeUndefined()
  })

  it('does not greet again for a while who has declined', () => {
    const it = machine({ outbound: 1, avoidMs: 60_000 })
    const greets = greeter(it)
    expect(greets(0)).toBe(true)
    it.handle(0, { type: 'declined', id: 'a' })
    expect(greets(59_999)).toBe(false)
    expect(greets(60_000)).toBe(true)
  })

  it('greets who was silent again soon, and less and less soon, for a silence may be over', () => {
    const it = machine({ outbound: 1, avoidMs: 60_000 })
    const greets = greeter(it)
    let now = 0
    expect(greets(now)).toBe(true)
    for (const wait of [7_500, 15_000, 30_000, 60_000, 60_000]) {
      it.handle(now, { type: 'unanswered', id: 'a' })
      expect(greets(now + wait - 1)).toBe(false)
      now += wait
      expect(greets(now)).toBe(true)
    }
    it.handle(now, { type: 'welcome', id: 'a', contact: contact('a'), terms })
    for (let i = 0; i <= neighbourLimits.misses; i++) {
      now += 20_000
      it.handle(now, { type: 'wake' })
      it.handle(now, { type: 'unanswered', id: 'a' })
    }
    expect(it.neighbours).toEqual([])
    expect(greets(now + 7_499)).toBe(false)
    expect(greets(now + 7_500)).toBe(true)
  })

  it('looks again soon when it has lost somebody, however long it had looked in vain', () => {
    const it = machine({ outbound: 2, retryMs: 1_000, longestRetryMs: 30_000 })
    befriend(it, 0, ['a'])
    for (const now of [1_000, 3_000, 7_000, 15_000]) {
      it.handle(now, { type: 'alive', id: 'a' })
      it.handle(now, { type: 'wake' })
      it.handle(now, { type: 'candidates', contacts: [] })
    }
    it.handle(16_000, { type: 'farewell', id: 'a' })
    const [{ at } = { at: 0 }] = of(it.handle(16_000, { type: 'candidates', contacts: [] }), 'wake')
    expect(at).toBe(17_000)
  })

  it('takes leave of everybody when it stops, and of a welcome that comes too late', () => {
    const it = machine({ outbound: 2 })
    befriend(it, 0, ['a'])
    it.handle(2_000, { type: 'wake' })
    it.handle(2_000, { type: 'candidates', contacts: [contact('b')] })
    const outputs = it.handle(3_000, { type: 'stop' })
    expect(of(outputs, 'farewell').map(({ to }) => to.id)).toEqual(['a'])
    expect(of(outputs, 'wake')).toEqual([])
    const late = it.handle(3_001, { type: 'welcome', id: 'b', contact: contact('b'), terms })
    expect(of(late, 'farewell').map(({ to }) => to.id)).toEqual(['b'])
    const [answer] = of(
      it.handle(3_002, { type: 'greeting', id: 'c', contact: contact('c'), terms }),
      'answer'
    )
    expect(answer?.decline).toBe('stopping')
    expect(it.neighbours).toEqual([])
  })

  it('tells of everybody who comes and goes exactly once, whatever happens', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const rng = seeded(seed)
      const it = machine({ outbound: 3, inbound: 4, misses: 1 })
      const known = new Map<string, unknown>()
      let now = 0
      for (let step = 0; step < 200; step++) {
        now += below(rng, 4_000)
        const id = 'abcdefghij'[below(rng, 10)]!
        const inputs: readonly Input[] = [
          { type: 'wake' },
          { type: 'candidates', contacts: sample(rng, 'abcdefghij'.split(''), 4).map(each => contact(each)) },
          { type: 'welcome', id, contact: contact(id), terms },
          { type: 'greeting', id, contact: contact(id), terms },
          { type: 'declined', id },
          { type: 'unanswered', id },
          { type: 'alive', id },
          { type: 'broken', id },
          { type: 'farewell', id },
          { type: 'dismiss', id },
          { type: 'useless', id }
        ]
        for (const output of it.handle(now, inputs[below(rng, inputs.length)]!)) {
          if (output.type === 'added') {
            expect(known.has(output.neighbour.id), `seed ${seed}`).toBe(false)
            known.set(output.neighbour.id, output)
          }
          if (output.type === 'removed') expect(known.delete(output.neighbour.id), `seed ${seed}`).toBe(true)
          if (output.type === 'wake') expect(output.at).toBeGreaterThanOrEqual(now)
        }
        expect(it.neighbours.map(each => each.id).sort()).toEqual([...known.keys()].sort())
        expect(it.count('outbound')).toBeLessThanOrEqual(3)
        expect(it.count('inbound')).toBeLessThanOrEqual(4)
      }
    }
  })
})
