/** What strangers and neighbours can do to a node: nothing without a bound, and nothing that is not counted. */
import type { Frame } from '@pex/broadcast'
import { describe, expect, it } from 'vitest'
import { bounds } from '../src/bounds.ts'
import { idOf } from '../src/identity.ts'
import { SeenMessages } from '../src/seen.ts'
import { HeldMessages } from '../src/held.ts'
import { announce, data, message, node, T0, toldOf } from './kit.ts'

/** An id that belongs to nothing. */
const phantom = (i: number): string => i.toString(16).padStart(64, '0')
const flood = (from: number, count: number): Frame =>
  announce(...Array.from({ length: count }, (_, i) => phantom(from + i)))

describe('announcements of what does not exist', () => {
  it('fill the share of the neighbour that makes them, and nobody else’s', () => {
    const self = node()
    for (let i = 0; i < 100; i++) self.receive('a', flood(1_000 * i, bounds.announced))
    expect(self.machine.census.missing).toBe(bounds.missingPerPeer)
    expect(self.machine.counts.rejected['too-many-announced']).toBe(
      100 * bounds.announced - bounds.missingPerPeer
    )
    self.receive('b', announce(message()))
    self.pass(bounds.graftMs)
    expect(self.to('b')).toEqual([{ kind: 'graft', ids: [idOf(message())] }])
  })

  it('are asked for once of each announcer, counted, and forgotten', () => {
    const self = node()
    self.receive('a', flood(0, 10))
    const asked = toldOf(self.pass(60_000), 'graft')
    expect(asked).toEqual(['a'])
    expect(self.machine.counts.rejected['never-came']).toBe(10)
    expect(self.machine.census.missing).toBe(0)
  })

  it('cost their author its share, until it brings something', () => {
    const self = node()
    const share = (from: number): number => {
      self.receive('a', flood(from, 50))
      const { missing } = self.machine.census
      self.pass(60_000)
      return missing
    }
    expect([share(0), share(1_000)]).toEqual([50, 1])
    self.receive('a', data(message(1, { publishedAt: self.now })))
    expect(share(2_000)).toBe(50)
  })

  it('do not delay what others announce and have', () => {
    const self = node()
    const real = idOf(message())
    self.receive('a', announce(real))
    self.receive('b', announce(real))
    self.pass(bounds.graftMs)
    self.pass(bounds.graftAgainMs)
    expect(self.to('b')).toEqual([{ kind: 'graft', ids: [real] }])
  })

  it('by many neighbours of one id are remembered up to a bound', () => {
    const names = Array.from({ length: 64 }, (_, i) => `peer ${i}`)
    const self = node({}, names)
    for (const name of names) self.receive(name, announce(phantom(1)))
    expect(toldOf(self.pass(60_000), 'graft')).toHaveLength(bounds.announcers)
  })
})

describe('grafts', () => {
  it('are answered once for each message and neighbour: a storm of them gets no more than a push', () => {
    const self = node()
    self.receive('a', data(message(new Uint8Array(60_000))))
    const ids = [idOf(message(new Uint8Array(60_000)))]
    const graft: Frame = { kind: 'graft', ids }
    const sent = Array.from({ length: 1_000 }, () => toldOf(self.receive('b', graft), 'data').length)
    expect(sent.reduce((sum, count) => sum + count, 0)).toBe(1)
    expect(self.machine.counts.rejected['graft-again']).toBe(999)
    expect(
      toldOf(self.receive('b', { kind: 'graft', ids: Array.from({ length: 64 }, () => ids[0]!) }), 'data')
    ).toEqual([])
  })

  it('for what we do not have are counted', () => {
    const self = node()
    self.receive('a', { kind: 'graft', ids: [phantom(1), phantom(2)] })
    expect(self.machine.counts.rejected['graft-unknown']).toBe(2)
    expect(self.to('a')).toEqual([])
  })

  it('announcements and prunes of strangers do nothing', () => {
    const self = node()
    self.receive('a', data(message()))
    for (const frame of [
      { kind: 'graft', ids: [idOf(message())] },
      announce(phantom(1)),
      { kind: 'prune' }
    ] as const)
      expect(self.receive('stranger', frame).filter(({ type }) => type === 'send')).toEqual([])
    expect(self.machine.counts.rejected.stranger).toBe(3)
    expect(self.machine.census).toMatchObject({ missing: 0, eager: 4 })
  })

  it('of neighbours that come and go are answered for so many of them', () => {
    const self = node()
    self.receive('a', data(message()))
    const answered = Array.from({ length: 1_000 }, (_, i) => {
      self.handle({ type: 'neighbours', ids: [`peer ${i}`] })
      return toldOf(self.receive(`peer ${i}`, { kind: 'graft', ids: [idOf(message())] }), 'data').length
    })
    expect(answered.reduce((sum, count) => sum + count, 0)).toBe(bounds.askers)
  })
})

describe('a neighbour that is slow', () => {
  it('is told of what had no room in its line, and may ask for it again', () => {
    const self = node()
    self.receive('a', data(message()))
    const graft: Frame = { kind: 'graft', ids: [idOf(message())] }
    self.receive('b', graft)
    self.handle({ type: 'deferred', to: 'b', id: idOf(message()) })
    self.pass(bounds.lazyMs)
    expect(self.to('b')).toEqual([{ ...announce(message()), announced: [{ id: idOf(message()), hop: 2 }] }])
    self.receive('b', graft)
    expect(self.to('b')).toEqual([data(message(), 2)])
    expect(self.machine.counts.totals.deferred).toBe(1)
  })

  it('that says again that it has what it was asked for is asked again', () => {
    const self = node()
    self.receive('a', announce(phantom(1)))
    self.pass(bounds.graftMs)
    self.receive('a', announce(phantom(1)))
    expect(toldOf(self.pass(bounds.graftAgainMs), 'graft')).toEqual(['a'])
  })

  it('and never sends it, asks in vain for its share in the end', () => {
    const self = node()
    for (let i = 0; i < bounds.brokenPromises + 1; i++) {
      self.receive('a', announce(phantom(1)))
      self.pass(bounds.graftMs)
    }
    self.receive('a', flood(10, 50))
    expect(self.machine.census.missing).toBe(1)
  })
})

describe('floods of messages', () => {
  it('that wait for verdicts: one sender has its share, and others theirs', () => {
    const self = node()
    self.verdict = 'nothing'
    for (let i = 0; i < 1_000; i++) self.receive('a', data(message(i)))
    expect(self.machine.census.pending).toBe(bounds.pendingPerPeer)
    expect(self.machine.counts.rejected.busy).toBe(1_000 - bounds.pendingPerPeer)
    self.receive('b', data(message(2_000)))
    expect(self.machine.census.pending).toBe(bounds.pendingPerPeer + 1)
  })

  it('that wait for verdicts: all together have a bound, in number and in bytes', () => {
    const self = node()
    self.verdict = 'nothing'
    for (let i = 0; i < 3_000; i++) self.receive(`stranger ${i}`, data(message(i)))
    expect(self.machine.census.pending).toBe(bounds.pending)
    const heavy = node()
    heavy.verdict = 'nothing'
    for (let i = 0; i < 300; i++)
      heavy.receive(`stranger ${i}`, data(message(new Uint8Array(60_000).fill(i))))
    expect(heavy.machine.census.pending).toBe(Math.floor(bounds.pendingBytes / 60_000))
    const one = node()
    one.verdict = 'nothing'
    for (let i = 0; i < 100; i++) one.receive('a', data(message(new Uint8Array(60_000).fill(i))))
    expect(one.machine.census.pending).toBe(Math.floor(bounds.pendingBytesPerPeer / 60_000))
  })

  it('one that found no room is asked for later', () => {
    const self = node()
    self.verdict = 'nothing'
    for (let i = 0; i <= bounds.pendingPerPeer; i++) self.receive('a', data(message(i)))
    self.pass(bounds.graftMs)
    expect(self.to('a')).toEqual([{ kind: 'graft', ids: [idOf(message(bounds.pendingPerPeer))] }])
  })

  it('one that found no room may come again, when there is some', () => {
    const self = node()
    self.verdict = 'nothing'
    for (let i = 0; i <= bounds.pendingPerPeer; i++) self.receive('a', data(message(i)))
    self.handle({ type: 'judged', id: idOf(message(0)), verdict: 'valid' })
    expect(self.receive('a', data(message(bounds.pendingPerPeer)))).toContainEqual(
      expect.objectContaining({ type: 'validate' })
    )
  })

  it('are held, and remembered, up to bounds', () => {
    const self = node({}, ['a'])
    for (let i = 0; i < 30_000; i++) self.receive('a', data(message(new Uint8Array([i >> 16, i >> 8, i]))))
    expect(self.machine.census.held).toBe(bounds.held)
    expect(self.machine.census.seen).toBeLessThanOrEqual(2 * bounds.seen)
    for (let i = 0; i < 200; i++) self.receive('a', data(message(new Uint8Array(60_000).fill(i))))
    expect(self.machine.census.heldBytes).toBeLessThanOrEqual(bounds.heldBytes)
    self.pass(bounds.lifetimeMs)
    expect(self.machine.census).toMatchObject({ held: 0, heldBytes: 0 })
  })

  it('are announced up to a bound: the oldest ids give way', () => {
    const self = node({}, ['a', 'b'])
    self.receive('b', { kind: 'prune' })
    for (let i = 0; i < 2_000; i++) self.receive('a', data(message(i)))
    self.pass(bounds.lazyMs)
    const told = self.to('b').flatMap(frame => (frame.kind === 'announce' ? frame.announced : []))
    expect(told).toHaveLength(bounds.announcing)
    expect(self.to('b').length).toBe(Math.ceil(bounds.announcing / bounds.announced))
    expect(self.machine.counts.totals.forgone).toBe(2_000 - bounds.announcing)
  })

  it('of one wake are asked for in grafts of bounded length', () => {
    const self = node()
    self.receive('a', flood(0, 100))
    self.pass(bounds.graftMs)
    const lengths = self.to('a').map(frame => (frame.kind === 'graft' ? frame.ids.length : 0))
    expect(lengths).toEqual([64, 36])
  })
})

describe('hops that are lies', () => {
  it('make nobody’s place worse twice, and overflow nothing', () => {
    const self = node({}, ['a', 'b'])
    self.receive('a', data(message(), 255))
    expect(self.to('b')).toEqual([data(message(), 255)])
  })
})

describe('the seen cache', () => {
  it('remembers between n and 2n of the latest, whole halves at a time', () => {
    const seen = new SeenMessages(10)
    for (let i = 0; i < 1_000; i++) {
      seen.add(`id ${i}`, { from: 'a', hop: 1, state: 'valid' })
      for (let back = 0; back < Math.min(10, i + 1); back++) expect(seen.get(`id ${i - back}`)).toBeDefined()
      expect(seen.size).toBeLessThanOrEqual(20)
    }
    expect(seen.get('id 0')).toBeUndefined()
  })

  it('keeps what is held apart by content: the first to come is the first to go', () => {
    const held = new HeldMessages(3, 1_000, 1_000)
    for (let i = 0; i < 5; i++) held.add(`id ${i}`, message(i), 1, T0 + i)
    expect(held.latest(9).map(([id]) => id)).toEqual(['id 2', 'id 3', 'id 4'])
    expect(held.due).toBe(T0 + 1_002)
    held.expire(T0 + 1_003)
    expect(held.latest(9).map(([id]) => id)).toEqual(['id 4'])
    held.add('large', message(new Uint8Array(1_001)), 1, T0)
    expect([held.size, held.bytes]).toEqual([0, 0])
  })
})

describe('what libonomy’s gossip suffers from does not happen here', () => {
  it('D20: neither a protocol and a payload, nor a time, can pass for each other', () => {
    const text = (words: string): Uint8Array => new TextEncoder().encode(words)
    const ids = [
      message(text('bc'), { protocol: 'a' }),
      message(text('c'), { protocol: 'ab' }),
      message(text('bc'), { protocol: 'a', publishedAt: T0 + 1 }),
      message(text('bc'), { protocol: 'a', nonce: '0123456789abcde0' })
    ].map(idOf)
    expect(new Set(ids).size).toBe(4)
    // The same bytes in a row, cut elsewhere.
    const one = message(Uint8Array.of(7, 8), { protocol: 'x' })
    const other = message(Uint8Array.of(8), {
      protocol: 'x\0',
      publishedAt: T0 * 256 + 0x01,
      nonce: '23456789abcdef07'
    })
    expect(idOf(one)).not.toBe(idOf(other))
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{64}$/)
  })

  it('D22: neighbours are a list, not events that can be lost or come in the wrong order', () => {
    const self = node({}, [])
    for (const ids of [['a'], ['a', 'b'], ['b'], ['b', 'a', 'b']]) self.handle({ type: 'neighbours', ids })
    expect(self.machine.census.neighbours).toBe(2)
    expect(toldOf(self.handle({ type: 'published', message: message() }), 'data').toSorted()).toEqual([
      'a',
      'b'
    ])
  })

  it('D26: a neighbour that sends nonsense stays one; the application is told who sent what was invalid', () => {
    const self = node()
    self.verdict = 'invalid'
    const outputs = self.receive(
      'a',
      data(message()),
      data(message(1, { publishedAt: 0 })),
      announce(phantom(1))
    )
    expect(outputs.filter(({ type }) => type === 'invalid')).toHaveLength(1)
    expect(self.machine.isNeighbour('a')).toBe(true)
  })

  it('A9: who relays a message is not taken for its author, and what nobody judged is never relayed', () => {
    const self = node()
    self.verdict = 'nothing'
    self.receive('a', data(message()))
    expect(toldOf(self.pass(120_000), 'data')).toEqual([])
  })
})
