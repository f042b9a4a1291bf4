import { ageOf, hopOf, limits } from '@pex/core'
import { describe, expect, it } from 'vitest'
import { lose, Machine, machineWith, replyOf } from './machine.ts'
import { descriptor, ids, message, record } from './peers.ts'

describe('the first contact', () => {
  it('comes from discovery: who is found is asked, by id or by address alone', () => {
    const machine = new Machine()
    machine.tick()
    machine.put({ type: 'found', contact: { addresses: ['/memory/7'] } })
    const { attempt, to } = machine.asked!
    expect([to, ids(machine.said)]).toEqual([{ addresses: ['/memory/7'] }, ['self']])
    machine.put({ type: 'found', contact: { id: 'y', addresses: [] } })
    expect(machine.outputs, 'one at a time').toEqual([])
    machine.respond(attempt, 'x', replyOf(message('x')))
    expect([machine.ids, machine.last('round')?.reached]).toEqual([['x'], 'x'])
  })

  it('that does not answer is followed by the next one, and by the end of the round', () => {
    const machine = new Machine()
    machine.tick()
    for (const id of ['x', 'y']) machine.put({ type: 'found', contact: { id, addresses: [] } })
    machine.put({ type: 'discovered' })
    const first = machine.namespace.handle(0, { type: 'unanswered', attempt: 1 })
    expect(first).toMatchObject([{ type: 'request', attempt: 2, to: { id: 'y' } }])
    expect(machine.namespace.handle(0, { type: 'unanswered', attempt: 2 })).toEqual([
      { type: 'round', reached: undefined }
    ])
  })

  it('what is found outside of a round does nothing', () => {
    const machine = machineWith(1)
    expect(machine.put({ type: 'found', contact: { id: 'x', addresses: [] } })).toEqual([])
    expect(machine.put({ type: 'discovered' })).toEqual([])
    expect(machine.tick()).toBe('a')
  })

  it('can be given: bootstrap asks these and nobody else, and no discovery', () => {
    const machine = machineWith(2)
    machine.put({ type: 'bootstrap', contacts: ['x', 'self', 'y'].map(id => ({ id, addresses: [] })) })
    expect([machine.asks, machine.miss(), machine.miss()]).toEqual(['x', 'y', 'round'])
    machine.put({ type: 'bootstrap', contacts: [] })
    expect(machine.outputs).toEqual([{ type: 'round', reached: undefined }])
  })

  it('bootstrap during a round is a mistake of ours', () => {
    const machine = machineWith(1)
    machine.tick()
    expect(() => machine.put({ type: 'bootstrap', contacts: [] })).toThrow('one round at a time')
  })
})

describe('records from elsewhere', () => {
  it('fill free places, the newest of each peer, and tell so', () => {
    const machine = new Machine({ viewSize: 3 })
    machine.put({
      type: 'offered',
      records: [record('a', 1n), record('a', 3n), record('a', 2n), record('b')]
    })
    expect(machine.outputs).toEqual([
      { type: 'view', added: [record('a', 3n), record('b')], removed: [] },
      { type: 'persist' }
    ])
    machine.put({ type: 'offered', records: [record('c'), record('d')] })
    expect(machine.ids, 'never more than the bound').toEqual(['a', 'b', 'c'])
  })

  it('take the place of an older record of a peer that we hold, in a full view too; its age and hop run on', () => {
    const machine = new Machine({ viewSize: 2 })
    machine.hear('a', [descriptor('b', 7)])
    for (let i = 0; i < 10; i++) machine.tick()
    machine.put({ type: 'offered', records: [record('new'), record('b', 2n), record('b', 9n)] })
    expect(machine.outputs).toEqual([
      { type: 'view', added: [record('b', 9n)], removed: [] },
      { type: 'persist' }
    ])
    const { view, round } = machine.namespace
    expect(machine.ids).toEqual(['a', 'b'])
    expect([ageOf(view.get('b')!, round), hopOf(view.get('b')!, round)]).toEqual([10, 18])
    machine.hear('a', [descriptor('b', 1, 8n)])
    expect(machine.last('rejected')?.reason, 'and the older one does not come back').toBe('stale-seq')
  })

  it('change nothing in a peer that we hold when they are not newer, however often they are offered', () => {
    const machine = new Machine()
    machine.hear('a', [descriptor('b', 7, 5n)])
    const held = machine.namespace.view.get('b')
    for (const seq of [5n, 4n, 5n]) {
      machine.tick()
      expect(machine.put({ type: 'offered', records: [record('b', seq)] })).toEqual([])
      expect(machine.namespace.view.get('b')).toEqual(held)
    }
  })

  it('push nobody out, and bring in nobody who does not count', () => {
    const machine = machineWith(2)
    machine.hear('c', [descriptor('old', 1, 5n)])
    machine.put({
      type: 'offered',
      records: [record('self', 9n), record('mute', 1n, []), record('a', 9n, []), record('old', 4n)]
    })
    expect(machine.outputs).toEqual([])
    expect(machine.ids).toEqual(['a', 'b', 'c', 'old'])
  })

  it('do not bring back an older record of a peer that is long gone; a newer one does', () => {
    const machine = new Machine()
    machine.put({ type: 'offered', records: [record('a', 5n)] })
    expect(machine.tick()).toBe('a')
    machine.miss('rejected')
    machine.put({ type: 'discovered' })
    for (let i = 0; i <= limits.tombstoneRounds; i++) machine.tick()
    expect(machine.put({ type: 'offered', records: [record('a', 4n)] })).toEqual([])
    machine.put({ type: 'offered', records: [record('a', 6n)] })
    expect(machine.ids).toEqual(['a'])
  })

  it('that find no place leave no trace: what we know of others is not theirs to push out', () => {
    const machine = new Machine({ viewSize: 2 })
    machine.hear('a', [descriptor('b', 1, 5n)])
    const strangers = Array.from({ length: 2 * limits.maxKnown }, (_, i) => record(`x${i}`))
    expect(machine.put({ type: 'offered', records: strangers })).toEqual([])
    machine.hear('a', [descriptor('b', 1, 4n)])
    expect(machine.last('rejected')?.reason).toBe('stale-seq')
  })
})

describe('a restart', () => {
  it('goes on with the view and the recovery memory, hops and ages of the run before', () => {
    const before = machineWith(3)
    lose(before, 'a')
    for (let i = 0; i < 10; i++) before.tick()
    const remembered = before.namespace.remember()
    expect(remembered.map(({ record, age, place }) => [record.id, age, place])).toContainEqual([
      'c',
      11,
      'view'
    ])
    const after = new Machine({ remembered })
    expect([after.ids, after.recovering]).toEqual([before.ids, before.recovering])
    expect(after.namespace.remember()).toEqual(remembered)
  })

  it('into a smaller view keeps the rest in recovery memory, and nobody in both places', () => {
    const at = (id: string, place: 'view' | 'recovery') => ({ record: record(id), hop: 1, age: 0, place })
    const remembered = [at('a', 'view'), at('b', 'view'), at('c', 'view'), at('a', 'recovery')]
    const machine = new Machine({ viewSize: 2, remembered: [...remembered, at('self', 'view')] })
    expect(machine.ids).toEqual(['a', 'b'])
    const places = machine.namespace.remember().map(({ record, place }) => [record.id, place])
    expect(places.sort()).toEqual([
      ['a', 'view'],
      ['b', 'view'],
      ['c', 'recovery']
    ])
  })

  it('never brings back an older record than one that is remembered', () => {
    const at = (seq: bigint, place: 'view' | 'recovery') => ({
      record: record('a', seq),
      hop: 1,
      age: 1,
      place
    })
    const machine = new Machine({ remembered: [at(5n, 'recovery'), at(4n, 'view')] })
    expect([machine.ids, machine.recovering]).toEqual([[], ['a']])
    machine.hear('b', [descriptor('a', 1, 4n)])
    expect(machine.last('rejected')?.reason).toBe('stale-seq')
  })

  it('gives no place to somebody who cannot be called any more', () => {
    const at = (id: string, addresses?: readonly string[]) => {
      return { record: record(id, 1n, addresses), hop: 1, age: 1, place: 'view' } as const
    }
    const machine = new Machine({ viewSize: 2, remembered: [at('mute', []), at('a'), at('b')] })
    expect(machine.ids).toEqual(['a', 'b'])
  })

  it('believes no age that rounds could not count', () => {
    const age = 0xffff_ffff
    const machine = new Machine({ remembered: [{ record: record('a'), hop: 1, age, place: 'view' }] })
    expect(machine.namespace.round).toBe(2 ** 30)
    machine.tick()
    expect(machine.namespace.remember()).toMatchObject([{ age: 2 ** 30 + 1, place: 'view' }])
  })

  it('passes on no hop that peers would refuse, whatever a store holds', () => {
    const at = (id: string, hop: number) => ({ record: record(id), hop, age: 3, place: 'view' }) as const
    const machine = new Machine({ remembered: [at('a', 0), at('b', -5), at('c', 99_999)] })
    machine.hear('z')
    expect(machine.said.slice(0, -1).map(({ hop }) => hop)).toEqual(
      expect.arrayContaining([1, 1, limits.maxHop])
    )
  })
})

describe('a sample', () => {
  it('is so many different peers of the view, or all of them', () => {
    const { namespace } = machineWith(4)
    expect(namespace.sample(0)).toEqual([])
    expect(new Set(namespace.sample(3).map(({ id }) => id)).size).toBe(3)
    expect(
      namespace
        .sample(9)
        .map(({ id }) => id)
        .sort()
    ).toEqual(['a', 'b', 'c', 'd'])
  })

  it('names nobody again before everybody of the present view has been named', () => {
    const { namespace } = machineWith(7)
    for (let generation = 0; generation < 20; generation++) {
      const named = [2, 1, 3, 1].flatMap(count => namespace.sample(count)).map(({ id }) => id)
      expect(new Set(named).size).toBe(7)
    }
  })

  it('that outlasts the view holds each peer once, and the next one goes on from there', () => {
    const { namespace } = machineWith(5)
    const first = namespace.sample(3).map(({ id }) => id)
    const second = namespace.sample(4).map(({ id }) => id)
    expect(new Set(second).size).toBe(4)
    expect(new Set([...first, ...second]).size).toBe(5)
    const third = namespace.sample(3).map(({ id }) => id)
    expect(new Set(third).size, 'three were left of the generation that the second had begun').toBe(3)
    expect(third.filter(id => second.slice(2).includes(id))).toEqual([])
  })

  it('begins with newcomers when old ones have all been named', () => {
    const machine = machineWith(3)
    machine.namespace.sample(3)
    machine.namespace.sample(2)
    machine.hear('x')
    const ids = machine.namespace.sample(2).map(({ id }) => id)
    expect(ids).toContain('x')
  })

  it('names everybody equally often', () => {
    const counts = new Map<string, number>()
    for (let seed = 1; seed <= 300; seed++)
      for (const { id } of machineWith(6, seed).namespace.sample(2)) counts.set(id, (counts.get(id) ?? 0) + 1)
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(30)
  })
})
