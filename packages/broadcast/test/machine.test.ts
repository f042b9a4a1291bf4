import { describe, expect, it } from 'vitest'
import { bounds } from '../src/bounds.ts'
import { idOf } from '../src/identity.ts'
import { announce, data, kinds, message, node, T0, toldOf } from './kit.ts'

describe('a message', () => {
  it('is judged, and passed on to everybody but the one that brought it', () => {
    const self = node()
    const first = message()
    self.verdict = 'nothing'
    const outputs = self.receive('a', data(first, 3))
    expect(outputs).toContainEqual({ type: 'validate', id: idOf(first), message: first, from: 'a', hop: 3 })
    expect(toldOf(outputs, 'data')).toEqual([])
    self.handle({ type: 'judged', id: idOf(first), verdict: 'valid' })
    expect(toldOf(self.outputs, 'data')).toEqual(['b', 'c', 'd'])
    expect(self.to('b')).toEqual([data(first, 4)])
  })

  it.each(['invalid', 'ignore'] as const)('that is %s goes no further', verdict => {
    const self = node()
    self.verdict = verdict
    expect(toldOf(self.receive('a', data(message())), 'data')).toEqual([])
    expect(toldOf(self.pass(1_000), 'announce')).toEqual([])
    expect(self.machine.census.held).toBe(0)
    expect(self.receive('b', { kind: 'graft', ids: [idOf(message())] })).not.toContainEqual(
      expect.objectContaining({ type: 'send' })
    )
  })

  it('that is invalid names everybody who has sent it, before the verdict and after', () => {
    const self = node()
    self.verdict = 'nothing'
    for (const from of ['a', 'b']) self.receive(from, data(message()))
    const id = idOf(message())
    self.handle({ type: 'judged', id, verdict: 'invalid' })
    const named = (): unknown => self.outputs.filter(({ type }) => type === 'invalid')
    expect(named()).toEqual(['a', 'b'].map(from => ({ type: 'invalid', from, id, protocol: 'chat' })))
    self.receive('c', data(message()))
    expect(named()).toEqual([{ type: 'invalid', from: 'c', id, protocol: 'chat' }])
    expect(self.machine.counts.rejected.invalid).toBe(3)
  })

  it('of our own goes to everybody, and is judged by nobody', () => {
    const self = node()
    const outputs = self.handle({ type: 'published', message: message(5, { publishedAt: 0 }) })
    expect(outputs[0]).toMatchObject({ type: 'published', message: { publishedAt: T0 } })
    expect(toldOf(outputs, 'data')).toEqual(['a', 'b', 'c', 'd'])
    expect(outputs.some(({ type }) => type === 'validate')).toBe(false)
  })

  it('published twice is two messages', () => {
    const self = node()
    const ids = [1, 2].map(() => self.handle({ type: 'published', message: message() })[0])
    expect(ids[0]).not.toEqual(ids[1])
    expect(self.machine.counts.totals).toMatchObject({ published: 2, pushed: 8 })
  })

  it('comes once to the application, however often it comes', () => {
    const self = node()
    for (const from of ['a', 'b', 'c', 'a', 'stranger']) self.receive(from, data(message()))
    expect(self.machine.counts.totals).toMatchObject({ accepted: 1, duplicates: 4 })
  })

  it('is not passed on to who has sent or announced it while its verdict was awaited', () => {
    const self = node()
    self.verdict = 'nothing'
    self.receive('a', data(message()))
    self.receive('b', data(message()))
    self.receive('c', announce(message()))
    self.handle({ type: 'judged', id: idOf(message()), verdict: 'valid' })
    expect(toldOf(self.outputs, 'data')).toEqual(['d'])
    expect(toldOf(self.pass(1_000), 'announce')).toEqual([])
  })

  it('without a verdict in time is ignored, and a verdict that comes later changes nothing', () => {
    const self = node()
    self.verdict = 'nothing'
    self.receive('a', data(message()))
    self.pass(bounds.verdictMs)
    expect(self.machine.census.pending).toBe(0)
    self.handle({ type: 'judged', id: idOf(message()), verdict: 'valid' })
    expect(toldOf(self.outputs, 'data')).toEqual([])
    expect(self.machine.counts.totals.ignored).toBe(1)
  })

  it('whose time is over is neither judged, passed on nor handed out', () => {
    const self = node()
    const old = message(1, { publishedAt: T0 - bounds.lifetimeMs - 1 })
    expect(self.receive('a', data(old)).filter(({ type }) => type !== 'wake')).toEqual([])
    expect(self.machine.counts.rejected.expired).toBe(1)
    // Nor is one whose time ends while it is judged, or while it is held.
    const late = message(2, { publishedAt: T0 - bounds.lifetimeMs })
    self.verdict = 'nothing'
    self.receive('a', data(late))
    self.pass(1)
    self.handle({ type: 'judged', id: idOf(late), verdict: 'valid' })
    expect(toldOf(self.outputs, 'data')).toEqual([])
    const held = message(3, { publishedAt: T0 - bounds.lifetimeMs + 100 })
    self.verdict = 'valid'
    self.receive('a', data(held))
    self.pass(200)
    self.receive('b', { kind: 'graft', ids: [idOf(held)] })
    expect(self.to('b')).toEqual([])
  })

  it('from a clock that is too far ahead is dropped, and may come again', () => {
    const self = node()
    const early = message(1, { publishedAt: T0 + bounds.skewMs + 1 })
    self.receive('a', data(early))
    expect(self.machine.counts.rejected.early).toBe(1)
    self.pass(1)
    self.receive('a', data(early))
    expect(self.machine.counts.totals.accepted).toBe(1)
  })

  it('of a protocol that nobody registered here is dropped, and not asked for', () => {
    const self = node()
    const foreign = message(1, { protocol: 'other' })
    self.receive('b', announce(foreign))
    self.receive('a', data(foreign))
    expect(self.machine.counts.rejected['unknown-protocol']).toBe(1)
    self.receive('c', announce(foreign))
    expect(toldOf(self.pass(10_000), 'graft')).toEqual([])
    expect(self.machine.counts.rejected['never-came']).toBe(0)
    self.machine.unregister('chat')
    self.receive('a', data(message()))
    expect(self.machine.counts.rejected['unknown-protocol']).toBe(2)
  })
})

describe('the tree', () => {
  it('loses a link along which a message comes twice, at both ends', () => {
    const self = node()
    self.receive('a', data(message()))
    self.receive('b', data(message()))
    expect(kinds(self.to('b'))).toEqual(['prune'])
    self.receive('c', { kind: 'prune' })
    expect(self.machine.census.eager).toBe(2)
    self.receive('a', data(message(2)))
    expect(toldOf(self.outputs, 'data')).toEqual(['d'])
    expect(toldOf(self.pass(bounds.lazyMs), 'announce')).toEqual(['b', 'c'])
  })

  it('keeps the link to who brought a message first, though it comes again along it', () => {
    const self = node()
    self.receive('a', data(message()))
    self.receive('a', data(message()))
    expect(self.to('a')).toEqual([])
    expect(self.machine.census.eager).toBe(4)
  })

  it('gets back a link that brings something new', () => {
    const self = node()
    self.receive('a', { kind: 'prune' })
    expect(self.machine.census.eager).toBe(3)
    self.receive('a', data(message()))
    expect(self.machine.census.eager).toBe(4)
  })

  it('loses the link to who sends what is invalid', () => {
    const self = node()
    self.verdict = 'invalid'
    self.receive('a', data(message()))
    expect(self.machine.census.eager).toBe(3)
  })

  it('announces several messages at once, and none to who has it meanwhile', () => {
    const self = node({}, ['a', 'b', 'c'])
    for (const id of ['b', 'c']) self.receive(id, { kind: 'prune' })
    for (const payload of [1, 2, 3]) self.receive('a', data(message(payload)))
    self.receive('b', announce(message(2)))
    self.receive('c', data(message(1)))
    self.pass(bounds.lazyMs)
    const ids = (id: string): string[] =>
      self.to(id).flatMap(frame => (frame.kind === 'announce' ? frame.announced.map(({ id }) => id) : []))
    expect(ids('b')).toEqual([1, 3].map(payload => idOf(message(payload))))
    expect(ids('c')).toEqual([2, 3].map(payload => idOf(message(payload))))
  })

  it('asks for a message that was announced and does not come, one announcer after the other', () => {
    const self = node()
    const lost = idOf(message())
    for (const from of ['b', 'c']) self.receive(from, { kind: 'prune' })
    for (const from of ['b', 'c']) self.receive(from, announce(lost))
    expect(toldOf(self.pass(bounds.graftMs - 1), 'graft')).toEqual([])
    self.pass(1)
    expect(self.to('b')).toEqual([{ kind: 'graft', ids: [lost] }])
    expect(toldOf(self.pass(bounds.graftAgainMs), 'graft')).toEqual(['c'])
    expect(self.machine.census.eager, 'who is asked is eager').toBe(4)
    self.receive('c', data(message()))
    expect(toldOf(self.pass(60_000), 'graft')).toEqual([])
    expect(self.machine.census.missing).toBe(0)
  })

  it('asks for nothing that comes in time', () => {
    const self = node()
    self.receive('b', announce(message()))
    self.receive('a', data(message()))
    expect(toldOf(self.pass(10_000), 'graft')).toEqual([])
  })

  it('asks nobody who is gone', () => {
    const self = node()
    for (const from of ['b', 'c']) self.receive(from, announce(message()))
    self.handle({ type: 'unreachable', id: 'b' })
    expect(toldOf(self.pass(bounds.graftMs), 'graft')).toEqual(['c'])
    self.handle({ type: 'neighbours', ids: ['a', 'd'] })
    expect(self.machine.census.missing).toBe(0)
  })

  it('gives who asks for a message the message, and makes the link eager', () => {
    const self = node()
    self.receive('b', { kind: 'prune' })
    self.receive('a', data(message(), 4))
    self.receive('b', { kind: 'graft', ids: [idOf(message())] })
    expect(self.to('b')).toEqual([data(message(), 5)])
    expect(toldOf(self.receive('a', data(message(2))), 'data')).toContain('b')
  })

  it('replaces a link by one that is shorter by hops', () => {
    const self = node()
    self.receive('b', { kind: 'prune' })
    self.receive('a', data(message(), 1 + bounds.optimizeHops))
    self.receive('b', announce(message()))
    expect(self.to('b')).toEqual([{ kind: 'graft', ids: [] }])
    expect(self.to('a')).toEqual([{ kind: 'prune' }])
    expect(self.machine.counts.totals.optimized).toBe(1)
  })

  it('replaces none for one that is hardly shorter', () => {
    const self = node()
    self.receive('b', { kind: 'prune' })
    self.receive('a', data(message(), bounds.optimizeHops))
    expect(self.receive('b', announce(message()))).toEqual([])
  })

  it('replaces one for a claim that was not kept only once, until it is', () => {
    const self = node()
    self.receive('b', { kind: 'prune' })
    const swap = (payload: number): number => {
      const before = self.machine.counts.totals.optimized
      self.receive('a', data(message(payload), 30))
      self.receive('b', { kind: 'prune' })
      self.receive('b', announce(message(payload)))
      return self.machine.counts.totals.optimized - before
    }
    expect([swap(1), swap(2), swap(3)]).toEqual([1, 0, 0])
    self.receive('b', data(message(4)))
    self.receive('b', { kind: 'prune' })
    expect(swap(5)).toBe(1)
  })
})

describe('neighbours', () => {
  it('that are new are eager, and told of the latest messages', () => {
    const self = node({}, ['a'])
    for (let payload = 1; payload <= bounds.history + 10; payload++) self.receive('a', data(message(payload)))
    self.handle({ type: 'neighbours', ids: ['a', 'b'] })
    self.pass(bounds.lazyMs)
    const [frame] = self.to('b')
    expect(frame).toMatchObject({ kind: 'announce' })
    expect(frame?.kind === 'announce' && frame.announced.map(({ id }) => id)).toEqual(
      Array.from({ length: bounds.history }, (_, i) => idOf(message(11 + i)))
    )
    expect(toldOf(self.receive('a', data(message(200))), 'data')).toEqual(['b'])
  })

  it('that stay keep what they are', () => {
    const self = node()
    self.receive('b', { kind: 'prune' })
    self.handle({ type: 'neighbours', ids: ['b', 'a'] })
    expect(self.machine.census).toMatchObject({ neighbours: 2, eager: 1 })
  })

  it('that are gone get nothing, and come back as new ones', () => {
    const self = node()
    self.receive('b', { kind: 'prune' })
    self.handle({ type: 'unreachable', id: 'b' })
    self.handle({ type: 'unreachable', id: 'nobody' })
    expect(self.machine.counts.totals.unreachable).toBe(1)
    expect(toldOf(self.receive('a', data(message())), 'data')).toEqual(['c', 'd'])
    self.handle({ type: 'neighbours', ids: ['a', 'b', 'c', 'd'] })
    expect(self.machine.census.eager).toBe(4)
  })

  it('to which nothing is said for long are spoken to all the same', () => {
    const self = node({}, ['a', 'b'])
    self.receive('a', data(message()))
    self.pass(bounds.idleMs - 1)
    expect(self.outputs.filter(({ type }) => type === 'send')).toEqual([])
    self.pass(1)
    expect(self.to('b')).toEqual([{ kind: 'announce', announced: [] }])
    self.pass(bounds.idleMs)
    expect(toldOf(self.outputs, 'announce').toSorted()).toEqual(['a', 'b'])
  })

  it('no more than there is room for', () => {
    const self = node(
      {},
      Array.from({ length: 200 }, (_, i) => `peer ${i}`)
    )
    expect(self.machine.census.neighbours).toBe(bounds.neighbours)
  })
})

describe('flooding, the rival in the same code', () => {
  it('pushes to everybody, prunes nobody, announces nothing and asks for nothing', () => {
    const self = node({ mode: 'flood' })
    self.receive('a', data(message()))
    expect(toldOf(self.outputs, 'data')).toEqual(['b', 'c', 'd'])
    self.receive('b', data(message()))
    expect(self.to('b')).toEqual([])
    self.receive('b', { kind: 'prune' })
    self.receive('c', announce(message(9)))
    expect(self.pass(5_000)).toEqual([])
    expect(toldOf(self.receive('a', data(message(2))), 'data')).toEqual(['b', 'c', 'd'])
  })
})
