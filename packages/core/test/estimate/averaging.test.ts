import { seeded } from '@pex/testkit/chance'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Averaging } from '../../src/estimate/averaging.ts'
import { limits } from '../../src/limits.ts'
import type { Average } from '../../src/message.ts'
import { below, chance, shuffle } from '../../src/random.ts'
import type { Rng } from '../../src/random.ts'

interface Faults {
  /** Chance that a message is lost. */
  readonly loss?: number
  /** Times that a settle is sent until one arrives; 0: exchanges have two messages. */
  readonly settles?: number
  /** Exchanges that begin, in rounds, between a question and the end of its exchange. */
  readonly latency?: number
}

/** Nodes that average with a random other one in each round. */
class Crowd {
  readonly nodes: Averaging[]
  readonly rng: Rng
  readonly #faults: Required<Faults>
  #ends: { at: number; run: () => void }[] = []
  #clock = 0

  constructor(size: number, seed: number, { loss = 0, settles = 0, latency = 0 }: Faults = {}) {
    this.rng = seeded(seed)
    this.nodes = Array.from({ length: size }, () => new Averaging(this.rng))
    this.#faults = { loss, settles, latency }
  }

  run(rounds: number): this {
    for (let round = 0; round < rounds; round++)
      for (const node of shuffle(this.rng, [...this.nodes])) {
        this.#clock++
        while (this.#ends[0] !== undefined && this.#ends[0].at <= this.#clock) this.#ends.shift()!.run()
        node.begin()
        const partner = this.nodes[below(this.rng, this.nodes.length)]!
        if (partner !== node) this.#exchange(node, partner)
      }
    return this
  }

  /** The errors of the estimates, relative to the size; of a node without an estimate, 1. */
  errors(size: number = this.nodes.length): number[] {
    return this.nodes.map(node => Math.abs((node.estimate()?.size ?? 0) / size - 1)).sort((a, b) => a - b)
  }

  #exchange(initiator: Averaging, responder: Averaging): void {
    const { loss, settles, latency } = this.#faults
    const question = initiator.offered()
    if (chance(this.rng, loss)) return
    const answer = responder.asked(question)
    if (settles === 0) responder.exchanged(answer, question)
    if (chance(this.rng, loss)) return
    const end = (): void => {
      initiator.exchanged(question, answer)
      for (let times = 0; times < settles; times++) {
        if (chance(this.rng, loss)) continue
        responder.exchanged(answer, question)
        break
      }
    }
    if (latency === 0) end()
    else this.#ends.push({ at: this.#clock + latency * this.nodes.length, run: end })
  }
}

/** All begin in the round after this one. */
const wait = limits.averagingWait

const at = (errors: readonly number[], share: number): number => errors[Math.ceil(share * errors.length) - 1]!

describe('averaging', () => {
  it('counts 10 000 nodes to within 1 % in 18 rounds', () => {
    const errors = new Crowd(10_000, 1).run(wait + 18).errors()
    expect(at(errors, 0.99)).toBeLessThan(0.01)
  })

  it('counts the smallest networks exactly', () => {
    for (const size of [1, 2, 3, 5, 10]) {
      const crowd = new Crowd(size, size).run(2 * limits.averagingRounds)
      expect(at(crowd.errors(), 1)).toBeLessThan(1e-6)
    }
  })

  it('counts anew with every epoch: who has left is no longer counted', () => {
    const crowd = new Crowd(400, 2).run(wait + 30)
    crowd.nodes.splice(0, 200)
    crowd.run(2 * limits.averagingRounds)
    expect(at(crowd.errors(), 1)).toBeLessThan(0.01)
  })

  it('lets those who join late wait for the next epoch and disturbs nobody by them', () => {
    const crowd = new Crowd(400, 3).run(wait + 25)
    const [old] = crowd.nodes
    for (let i = 0; i < 100; i++) crowd.nodes.push(new Averaging(crowd.rng))
    crowd.run(10)
    expect(Math.abs(old!.estimate()!.size - 400)).toBeLessThan(4)
    expect(crowd.nodes.slice(400).every(node => node.estimate() === undefined)).toBe(true)
    crowd.run(2 * limits.averagingRounds)
    expect(at(crowd.errors(), 1)).toBeLessThan(0.01)
  })

  it('reaches above its estimate for partners that take no part', () => {
    const rng = seeded(4)
    const [one, other] = [new Averaging(rng), new Averaging(rng)]
    for (let round = 0; round < wait + 30; round++) {
      one.begin()
      other.begin()
      const question = one.offered()
      const answer = other.asked(question)
      one.exchanged(question, answer)
      other.exchanged(answer, question)
      one.exchanged(one.offered(), [])
    }
    for (let round = 0; round < limits.averagingRounds; round++) one.begin()
    expect(one.estimate()!.size).toBeCloseTo(2)
    expect(one.estimate()!.high).toBeGreaterThan(3.5)
  })

  it('says nothing before its first epoch has settled', () => {
    const node = new Averaging(seeded(5))
    for (let round = 0; round <= wait; round++) {
      expect([node.epoch, node.estimate(), node.offered()]).toEqual([undefined, undefined, []])
      node.begin()
    }
    expect([node.epoch, node.estimate()]).toEqual([1, undefined])
    expect(node.offered()).toMatchObject([{ epoch: 1, value: 1 }])
  })
})

describe('averaging under faults', () => {
  it('counts to within 1 % at 10 % loss, and to within a tenth at 30 %, where a settle is asked again', () => {
    const rounds = wait + 2 * limits.averagingRounds
    expect(at(new Crowd(1_000, 1, { loss: 0.1, settles: 4 }).run(rounds).errors(), 0.99)).toBeLessThan(0.01)
    expect(at(new Crowd(1_000, 2, { loss: 0.3, settles: 4 }).run(rounds).errors(), 0.99)).toBeLessThan(0.1)
  })

  it('has the truth within its bars, nine times in ten, where answers are lost for good', () => {
    let covered = 0
    for (let seed = 0; seed < 40; seed++) {
      const [node] = new Crowd(200, seed, { loss: 0.1 }).run(wait + limits.averagingRounds + 10).nodes
      const { low, high } = node!.estimate()!
      if (low <= 200 && 200 <= high) covered++
    }
    expect(covered).toBeGreaterThanOrEqual(36)
  })

  it('counts as well when exchanges overlap, up to a round with two messages and a third of one with three', () => {
    const rounds = wait + 2 * limits.averagingRounds
    expect(at(new Crowd(500, 1, { latency: 1 }).run(rounds).errors(), 0.99)).toBeLessThan(0.01)
    expect(at(new Crowd(500, 2, { latency: 0.33, settles: 1 }).run(rounds).errors(), 0.99)).toBeLessThan(0.01)
  })
})

describe('what a stranger says in averages', () => {
  const saying = (epoch: number, value = 0.5, instance = 0): Average => ({ epoch, instance, value })

  /** Two nodes that have taken part in an epoch for some rounds. */
  function taking(rounds: number): Averaging {
    return new Crowd(2, 7).run(wait + rounds).nodes[0]!
  }

  it('cannot replace an epoch that is not half over', () => {
    const node = taking(5)
    expect(node.asked([saying(9)])[0]!.epoch).toBe(1)
    const later = taking(limits.averagingRounds / 2 + 2)
    expect(later.asked([saying(9)])[0]!.epoch).toBe(9)
  })

  it('cannot claim an epoch that is the last: numbers go round', () => {
    const node = taking(limits.averagingRounds / 2 + 2)
    expect(node.asked([saying(0x7fff_ffff)])[0]!.epoch).toBe(0x7fff_ffff)
    for (let round = 0; round < limits.averagingRounds; round++) node.begin()
    expect(node.asked([saying(0xffff_fff0)])[0]!.epoch).toBe(0xffff_fff0)
    for (let round = 0; round < limits.averagingRounds; round++) node.begin()
    expect(node.asked([saying(3)])[0]!.epoch).toBe(3)
    expect(node.asked([saying(0xffff_fff0)])[0]!.epoch).toBe(3)
  })

  it('moves values only where both sides spoke of the present epoch', () => {
    const node = taking(30)
    const before = node.offered()
    node.exchanged(before, [saying(0)])
    node.exchanged([], [saying(1)])
    node.exchanged([saying(0)], [saying(1)])
    node.exchanged(before, [])
    expect(node.offered()).toEqual(before)
  })

  it('is passed over where it makes no sense, and nothing that it says breaks the bounds', () => {
    const value = fc.oneof(fc.double(), fc.double({ min: -1, max: 1 }), fc.constantFrom(0, -0, 1, -1, 5e-324))
    const average = fc.record({ epoch: fc.constantFrom(1, 2, 0xffff_ffff), instance: fc.nat(6), value })
    const heard = fc.array(average, { maxLength: 6 })
    fc.assert(
      fc.property(fc.array(fc.tuple(heard, fc.boolean(), fc.nat(40)), { maxLength: 12 }), steps => {
        const node = taking(1)
        for (const [averages, asks, rounds] of steps) {
          for (let round = 0; round < rounds; round++) node.begin()
          if (asks) node.exchanged(node.asked(averages), averages)
          else node.exchanged(node.offered(), averages)
          const said = node.offered()
          expect(said.length >= 1 && said.length <= limits.maxAverages).toBe(true)
          expect(new Set(said.map(({ instance }) => instance)).size).toBe(said.length)
          for (const { epoch, value } of said)
            expect(epoch === node.epoch && Math.abs(value) <= 1 && !Object.is(value, -0)).toBe(true)
          const estimate = node.estimate()
          if (estimate === undefined) continue
          const { low, size, high } = estimate
          expect(low >= 1 && low <= size && size <= high && high < Infinity).toBe(true)
        }
      })
    )
  })
})
