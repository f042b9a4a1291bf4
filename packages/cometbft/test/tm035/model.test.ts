import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { seeded } from '@pex/testkit'
import { keyOf, placeOf } from '../../src/tm035/known-peer.ts'
import { PeerManager } from '../../src/tm035/peer-manager.ts'
import { peerRules } from '../../src/tm035/rules.ts'
import type { NodeAddress } from '../../src/dialects/node-address.ts'
import { DueQueue } from '../../src/tm035/due-queue.ts'
import { Ranking } from '../../src/tm035/ranking.ts'
import { memory, nth, self, tcp } from './scene.ts'

const PEERS = 14
const persistent = [nth(1), nth(2)]
const unconditional = [nth(3), nth(4)]
const bounds = { maxConnected: 3, maxConnectedUpgrade: 2, maxPeers: 6, maxOutgoing: 3 }

type Step = readonly [operation: number, peer: number, detail: number]

/** What must have happened, kept beside the manager by its caller. */
class World {
  readonly manager: PeerManager
  readonly dialing = new Map<string, NodeAddress>()
  readonly connected = new Map<string, 'inbound' | 'outbound'>()
  readonly evicting = new Set<string>()
  readonly up = new Set<string>()
  readonly configured = new Set<string>()
  now = 0

  constructor(rules: (typeof peerRules)['sei' | 'tm035'], seed: number) {
    this.manager = new PeerManager({
      id: self,
      rng: seeded(seed),
      rules,
      ...bounds,
      minRetryMs: 100,
      maxRetryMs: 2_000,
      maxRetryPersistentMs: 2_000,
      retryJitterMs: 50,
      disconnectCooldownMs: 100,
      persistent,
      unconditional,
      maxAddressesPerPeer: 3,
      maxIdsPerPlace: 2
    })
    this.manager.subscribe(update => {
      expect(this.up.has(update.id)).toBe(update.kind === 'down')
      if (update.kind === 'up') this.up.add(update.id)
      else this.up.delete(update.id)
    })
  }

  step([operation, peer, detail]: Step): void {
    const id = nth(peer)
    this.now += detail * 37
    const operations = [
      () => this.#add(id, detail),
      () => this.#add(id, detail),
      () => this.#dialNext(),
      () => this.#dialNext(),
      () => this.#dialEnds(detail),
      () => this.#dialEnds(detail + 1),
      () => this.#accepted(id),
      () => this.#accepted(id),
      () => this.manager.ready(id, [0]),
      () => this.#evictNext(),
      () => this.#disconnected(id),
      () => this.#disconnected(id),
      () => this.manager.errored(id),
      () => this.manager.misbehaved(id),
      () => (detail % 2 === 0 ? this.manager.good(id) : this.manager.bad(id)),
      () => this.#advertise(id, detail),
      () => (detail === 0 ? this.manager.inactivate(id, this.now) : undefined),
      () => (detail === 1 ? this.manager.forget(id, this.now) : undefined)
    ]
    operations[operation % operations.length]!()
  }

  #add(id: string, detail: number): void {
    const isOurs = persistent.includes(id) || unconditional.includes(id)
    const address = detail % 3 === 0 ? memory(id) : tcp(id, '10.0.0.1', 1 + (detail % 5))
    const before = this.manager.addresses(id).map(keyOf)
    const added = this.manager.add(address, this.now, isOurs ? undefined : nth(100 + (detail % 2)))
    const after = this.manager.addresses(id).map(keyOf)
    expect(after.includes(keyOf(address))).toBe(
      added === 'added' || added === 'known' || before.includes(keyOf(address))
    )
    if (added !== 'added' && added !== 'full') expect(after).toEqual(before)
    if (isOurs && added === 'added') this.configured.add(id)
  }

  #dialNext(): void {
    const address = this.manager.dialNext(this.now)
    if (address === undefined) return
    expect(this.dialing.has(address.id)).toBe(false)
    expect(this.connected.has(address.id)).toBe(false)
    const place = placeOf(address)
    if (place !== undefined) expect([...this.dialing.values()].map(placeOf)).not.toContain(place)
    this.dialing.set(address.id, address)
    if (unconditional.includes(address.id)) return
    expect(counted(this.dialing.keys()) + counted(this.connected.keys())).toBeLessThanOrEqual(5)
    const outgoing = [...this.connected].flatMap(([id, direction]) => (direction === 'outbound' ? [id] : []))
    expect(counted(outgoing) + counted(this.dialing.keys())).toBeLessThanOrEqual(3)
  }

  #dialEnds(detail: number): void {
    const address = [...this.dialing.values()][detail % Math.max(this.dialing.size, 1)]
    if (address === undefined) return
    this.dialing.delete(address.id)
    if (detail % 3 === 0)
      this.manager.dialFailed(address, this.now, detail % 2 === 0 ? 'wrong-peer' : undefined)
    else if (detail % 7 === 0) this.manager.postpone(address, this.now, 100)
    else if (this.manager.dialed(address, this.now) === undefined) {
      expect(this.connected.has(address.id)).toBe(false)
      this.connected.set(address.id, 'outbound')
    }
  }

  #accepted(id: string): void {
    const expected = this.manager.refusal(id)
    expect(this.manager.accepted(id, this.now)).toBe(expected)
    if (this.connected.has(id)) expect(expected).toBe('connected')
    if (expected === undefined) this.connected.set(id, 'inbound')
  }

  #evictNext(): void {
    const id = this.manager.evictNext()
    if (id === undefined) return
    expect(this.connected.has(id)).toBe(true)
    expect(this.evicting.has(id)).toBe(false)
    this.evicting.add(id)
  }

  #disconnected(id: string): void {
    this.manager.disconnected(id, this.now)
    this.connected.delete(id)
    this.evicting.delete(id)
  }

  #advertise(id: string, limit: number): void {
    const told = this.manager.advertise(id, limit)
    expect(told.length).toBeLessThanOrEqual(limit)
    expect(new Set(told.map(keyOf)).size).toBe(told.length)
    expect(told.map(one => one.id)).not.toContain(id)
  }

  check(): void {
    const { manager } = this
    const ids = manager.ids()
    const outgoing = [...this.connected].flatMap(([id, direction]) => (direction === 'outbound' ? [id] : []))
    expect(manager.counts).toEqual({
      connected: counted(this.connected.keys()),
      outgoing: counted(outgoing),
      dialing: this.dialing.size
    })
    expect(counted(this.connected.keys())).toBeLessThanOrEqual(
      bounds.maxConnected + bounds.maxConnectedUpgrade
    )
    expect(manager.size).toBe(counted(ids))
    expect(manager.size).toBeLessThanOrEqual(bounds.maxPeers + persistent.length)
    for (const id of [...this.connected.keys(), ...this.dialing.keys(), ...this.configured])
      expect(ids).toContain(id)
    for (const id of this.up) expect(this.connected.has(id)).toBe(true)
    for (const id of ids) {
      expect(manager.isConnected(id)).toBe(this.connected.has(id))
      expect(manager.status(id)).toBe(this.up.has(id) ? 'up' : 'down')
      expect(manager.addresses(id).length).toBeLessThanOrEqual(3)
    }
    const { least, most } = manager.options.rules === peerRules.sei ? { least: 0, most: 255 } : range
    for (const id of ids) {
      expect(manager.score(id)).toBeGreaterThanOrEqual(least)
      expect(manager.score(id)).toBeLessThanOrEqual(most)
    }
  }

  /** Everybody who can be dialled is, sooner or later: nobody is lost between now and later. */
  checkNobodyIsLost(): void {
    for (const id of this.connected.keys()) this.manager.disconnected(id, this.now)
    for (const address of this.dialing.values()) this.manager.postpone(address, this.now, 0)
    this.now += 1e9
    const dialable = this.manager
      .snapshot()
      .filter(({ addresses, isInactive }) => addresses.length > 0 && isInactive !== true)
    const dialled = new Set<string>()
    for (let i = 0; i < 50; i++) {
      const address = this.manager.dialNext(this.now)
      if (address === undefined) {
        this.now = Math.max(this.now, this.manager.nextDialAt ?? 0)
        continue
      }
      dialled.add(address.id)
      this.manager.postpone(address, this.now, 1e9)
    }
    for (const { id } of dialable) if (!this.manager.isConnected(id)) expect(dialled).toContain(id)
  }
}

const range = { least: -32_768, most: 32_767 }

function counted(ids: Iterable<string>): number {
  return [...ids].filter(id => !unconditional.includes(id)).length
}

describe.each(['sei', 'tm035'] as const)('a manager with the rules of %s', name => {
  it('keeps its promises, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.array(fc.tuple(fc.nat(17), fc.integer({ min: 1, max: PEERS }), fc.nat(30)), {
          minLength: 20,
          maxLength: 150
        }),
        (seed, steps) => {
          const world = new World(peerRules[name], seed)
          for (const step of steps) {
            world.step(step)
            world.check()
          }
          world.checkNobodyIsLost()
        }
      ),
      { numRuns: 100 }
    )
  })
})

describe('a ranking', () => {
  it('is in order, whatever was put in, moved and taken out', () => {
    const step = fc.tuple(fc.nat(20), fc.option(fc.nat(5), { nil: undefined }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const [ranking, model, rng] = [new Ranking(), new Map<string, number>(), seeded(1)]
        for (const [n, score] of steps) {
          if (score === undefined) {
            ranking.delete(nth(n))
            model.delete(nth(n))
          } else {
            ranking.set(nth(n), score)
            model.set(nth(n), score)
          }
        }
        const best = [...ranking.best(rng)]
        expect(ranking.size).toBe(model.size)
        expect([...best].sort()).toEqual([...model.keys()].sort())
        const scores = best.map(id => model.get(id)!)
        expect(scores).toEqual([...scores].sort((x, y) => y - x))
        const worst = [...ranking.worst()]
        expect(worst.map(([, score]) => score)).toEqual(scores.toReversed())
        for (const [id, score] of worst) expect(model.get(id)).toBe(score)
      })
    )
  })
})

describe('a queue by time', () => {
  it('gives out whoever is due, the first first, whatever was put in, moved and taken out', () => {
    const step = fc.tuple(fc.nat(20), fc.option(fc.nat(50), { nil: undefined }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.nat(60), (steps, now) => {
        const [queue, model] = [new DueQueue(), new Map<string, number>()]
        for (const [n, due] of steps) {
          if (due === undefined) {
            queue.delete(nth(n))
            model.delete(nth(n))
          } else {
            queue.set(nth(n), due)
            model.set(nth(n), due)
          }
        }
        expect(queue.next).toBe(model.size === 0 ? undefined : Math.min(...model.values()))
        const taken: string[] = []
        for (let id = queue.take(now); id !== undefined; id = queue.take(now)) taken.push(id)
        expect(taken.map(id => model.get(id)!)).toEqual(
          [...model.values()].filter(due => due <= now).sort((x, y) => x - y)
        )
        expect(queue.size).toBe(model.size - taken.length)
      })
    )
  })
})
