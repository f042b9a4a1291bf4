/**
 * Any sequence of operations against a simple model: who was ever told of, at which address, and who is banned until when.
 * After every step the book is consistent, as Bitcoin Core's `consistency_check` has it.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AddressBook, addrbookJson, netAddresses, rules } from '@pex/address-book'
import type { BookRules, NetAddress } from '@pex/address-book'
import { seeded } from '@pex/testkit'
import type { SeededRng } from '@pex/testkit'
import { day, hour, minute, node, start } from './world.ts'

interface Model {
  now: number
  readonly addresses: Map<string, NetAddress>
  readonly bans: Map<string, number>
}

interface Real {
  book: AddressBook<NetAddress>
  readonly rules: BookRules
  readonly rng: SeededRng
}

type Step = (model: Model, real: Real) => void

const own = node(0)
const tiny = {
  newBuckets: 4,
  newBucketSize: 3,
  newBucketsPerGroup: 2,
  triedBuckets: 3,
  triedBucketSize: 2,
  triedBucketsPerGroup: 2,
  maxBans: 1_000,
  // As addrbook.json has it.
  keyBytes: 12
}

function restarted({ book, rules, rng }: Real): AddressBook<NetAddress> {
  const snapshot = JSON.parse(JSON.stringify(book.snapshot())) as ReturnType<typeof book.snapshot>
  return new AddressBook({ kind: netAddresses(), rules, rng, own: [own], snapshot })
}

const check: Step = (model, { book, rules }) => {
  expect(book.problems()).toEqual([])
  const { addresses } = book.snapshot()
  expect(addresses).toHaveLength(book.size)
  expect(book.counts.tried).toBe(addresses.filter(({ isTried }) => isTried).length)
  expect(book.counts.fresh + book.counts.tried).toBe(book.size)
  expect(book.counts.fresh).toBeLessThanOrEqual(rules.newBuckets * rules.newBucketSize)
  expect(book.counts.tried).toBeLessThanOrEqual(rules.triedBuckets * rules.triedBucketSize)
  for (const { address } of addresses) {
    expect(address).toEqual(model.addresses.get(address.id))
    expect(model.bans.get(address.id) ?? 0).toBeLessThanOrEqual(model.now)
    expect(address.id).not.toBe(own.id)
  }
}

const steps = {
  add:
    (n: number, from: number): Step =>
    (model, { book }) => {
      const [one, before, was] = [node(n), book.size, book.get(node(n).id)]
      const result = book.add(one, node(from), model.now)
      if (n === 0) expect(result).toBe('own')
      else if ((model.bans.get(one.id) ?? 0) > model.now) expect(result).toBe('banned')
      else if (was === undefined) {
        expect(result).toBe('added')
        model.addresses.set(one.id, one)
      } else expect(['known', 'again']).toContain(result)
      if (result !== 'added' && result !== 'again') expect(book.size).toBe(before)
    },
  good:
    (n: number): Step =>
    (model, { book }) => {
      const [{ id }, before, { tried }] = [node(n), book.size, book.counts]
      const was = book.get(id)
      book.good(id, model.now)
      // Nobody is lost by a promotion.
      expect(book.size).toBe(before)
      expect(book.counts.tried).toBeGreaterThanOrEqual(tried)
      if (was !== undefined) expect(book.get(id)).toMatchObject({ attempts: 0, lastSuccess: model.now })
    },
  attempt:
    (n: number): Step =>
    (model, { book }) => {
      const { id } = node(n)
      const attempts = book.get(id)?.attempts
      book.attempt(id, model.now)
      expect(book.get(id)?.attempts).toBe(attempts === undefined ? undefined : attempts + 1)
    },
  ban:
    (n: number, hours: number): Step =>
    (model, { book }) => {
      const { id } = node(n)
      book.ban(id, hours * hour, model.now)
      model.bans.set(id, Math.max(model.bans.get(id) ?? 0, model.now + hours * hour))
      expect(book.get(id)).toBeUndefined()
      expect(book.isBanned(id, model.now)).toBe(true)
    },
  reinstate:
    (): Step =>
    (model, { book }) => {
      book.reinstate(model.now)
      for (const [id, until] of model.bans) expect(book.isBanned(id, model.now)).toBe(until > model.now)
    },
  move:
    (n: number, to: number): Step =>
    (model, { book }) => {
      const moved = { ...node(n), ip: node(to).ip }
      if (n === 0 || to === 0 || (model.bans.get(moved.id) ?? 0) > model.now) return
      book.moved(moved, model.now)
      model.addresses.set(moved.id, moved)
    },
  remove:
    (n: number): Step =>
    (_, { book }) => {
      book.remove(node(n).id)
      expect(book.get(node(n).id)).toBeUndefined()
    },
  wait:
    (minutes: number): Step =>
    model => {
      model.now += minutes * minute
    },
  ask:
    (): Step =>
    ({ now }, { book, rules }) => {
      for (const one of [book.pick(now), book.pick(now, 0), book.pick(now, 100), book.feeler(now)])
        if (one !== undefined) expect(book.get(one.id)).toBeDefined()
      const dials = book.boot(now)
      const shown = book.select(now)
      for (const { id } of [...dials, ...shown]) expect(book.get(id)).toBeDefined()
      expect(new Set(dials.map(({ id }) => id)).size).toBe(dials.length)
      expect(new Set(shown.map(({ id }) => id)).size).toBe(shown.length)
      if (rules.showsBad) expect(shown).toHaveLength(rules.shown(book.size))
    },
  restart: (): Step => (_, real) => {
    const again = restarted(real)
    expect(again.restored).toEqual({ kept: real.book.size, moved: 0, dropped: 0 })
    expect(sorted(again)).toEqual(sorted(real.book))
    real.book = again
  },
  file:
    (): Step =>
    (_, { book }) => {
      const written = addrbookJson.write(book.snapshot())
      const read = addrbookJson.read(written)!
      expect(read.problems).toEqual([])
      expect(addrbookJson.write(read.snapshot)).toBe(written)
    }
}

function sorted(book: AddressBook<NetAddress>) {
  const { addresses, ...rest } = book.snapshot()
  const byId = addresses.toSorted((a, b) => (a.address.id < b.address.id ? -1 : 1))
  return { ...rest, addresses: byId.map(one => ({ ...one, buckets: one.buckets.toSorted() })) }
}

const peer = fc.nat(40)
const commands = fc.commands(
  [
    fc.tuple(peer, peer).map(([n, from]) => ['add', steps.add(n, from), n, from] as const),
    fc.tuple(peer, peer).map(([n, from]) => ['add', steps.add(n, from), n, from] as const),
    peer.map(n => ['good', steps.good(n), n] as const),
    peer.map(n => ['attempt', steps.attempt(n), n] as const),
    fc
      .tuple(peer, fc.integer({ min: 1, max: 48 }))
      .map(([n, hours]) => ['ban', steps.ban(n, hours), n, hours] as const),
    fc.constant(['reinstate', steps.reinstate()] as const),
    fc.tuple(peer, peer).map(([n, to]) => ['move', steps.move(n, to), n, to] as const),
    peer.map(n => ['remove', steps.remove(n), n] as const),
    fc.nat(3 * (day / minute)).map(minutes => ['wait', steps.wait(minutes), minutes] as const),
    fc.constant(['ask', steps.ask()] as const),
    fc.constant(['restart', steps.restart()] as const),
    fc.constant(['file', steps.file()] as const)
  ].map(steps =>
    steps.map(([name, step, ...args]) => ({
      check: () => true,
      run: (model: Model, real: Real) => {
        step(model, real)
        check(model, real)
      },
      toString: () => `${name}(${args.join(', ')})`
    }))
  ),
  // Without the size, sequences would be short.
  { maxCommands: 120, size: 'max' }
)

describe.each(['cometbft', 'libonomy', 'pex'] as const)('a book of %s’s rules', name => {
  it('is what the model says after any sequence of operations', () => {
    const given = { ...rules[name], ...tiny, sourceEveryMs: 0 }
    fc.assert(
      fc.property(commands, fc.nat(), (sequence, seed) => {
        const rng = seeded(seed)
        const book = new AddressBook({ kind: netAddresses(), rules: given, rng, own: [own] })
        const model: Model = { now: start, addresses: new Map(), bans: new Map() }
        fc.modelRun(() => ({ model, real: { book, rules: given, rng } }), sequence)
      }),
      { numRuns: 150 }
    )
  })
})
