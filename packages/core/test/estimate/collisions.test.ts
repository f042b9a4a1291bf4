import { seeded } from '@pex/testkit/chance'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Collisions } from '../../src/estimate/collisions.ts'
import { limits } from '../../src/limits.ts'
import { below } from '../../src/random.ts'
import { mix } from '../../src/sampling/peers.ts'
import { casm } from '../../src/sampling/policies/casm.ts'
import { cyclon } from '../../src/sampling/policies/cyclon.ts'
import { healerSwapper } from '../../src/sampling/policies/healer-swapper.ts'
import { Stream } from '../../src/stream.ts'
import { Overlay } from '../stream-overlay.ts'

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

const deviation = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map(value => (value - mean(values)) ** 2)))

/** Sizes estimated from independent draws, relative to the truth, and how often the truth was within the bars. */
function trials(others: number, count: number, seed: number): { sizes: number[]; covered: number } {
  const rng = seeded(seed)
  let covered = 0
  const sizes = Array.from({ length: count }, () => {
    const collisions = new Collisions()
    const draws = limits.uncountedGap + Math.ceil(Math.sqrt(2 * limits.coincidences * others)) * 1.5
    for (let draw = 0; draw < draws; draw++) collisions.drawn(mix(below(rng, others)))
    const { low, size, high } = collisions.estimate()!
    if (low <= others + 1 && others + 1 <= high) covered++
    return size / (others + 1)
  })
  return { sizes, covered }
}

describe('a count by coincidences', () => {
  it('has no bias, and an error of 1 / √l, whether there are few nodes or many', () => {
    for (const others of [1, 9, 99, 999, 9_999]) {
      const { sizes, covered } = trials(others, 60, others)
      // 60 trials: the mean has a standard error of 1.3 %.
      expect(Math.abs(mean(sizes) - 1)).toBeLessThan(0.04)
      expect(deviation(sizes)).toBeLessThan(0.125)
      expect(covered).toBeGreaterThanOrEqual(55)
    }
  }, 10_000)

  it('says nothing before the ninth coincidence', () => {
    const collisions = new Collisions({ gap: 0 })
    for (let key = 0; key < 100; key++) collisions.drawn(key)
    for (let key = 0; key < 8; key++) collisions.drawn(key)
    expect(collisions.estimate()).toBeUndefined()
    collisions.drawn(8)
    expect(collisions.estimate()!.size).toBeCloseTo(1 + (109 * 108) / 2 / 9)
  })

  it('does not compare draws that are near each other', () => {
    const collisions = new Collisions({ gap: 3 })
    for (let key = 0; key < 200; key++) for (let again = 0; again < 4; again++) collisions.drawn(key)
    expect(collisions.estimate()).toBeUndefined()
  })

  it('rests on as few of the last draws as hold l coincidences, and so follows the network', () => {
    const rng = seeded(1)
    const collisions = new Collisions()
    for (let draw = 0; draw < 3_000; draw++) collisions.drawn(below(rng, 2_000))
    expect(Math.abs(collisions.draws - limits.uncountedGap - Math.sqrt(2 * 100 * 2_000))).toBeLessThan(120)
    for (let draw = 0; draw < 600; draw++) collisions.drawn(below(rng, 200))
    expect(collisions.estimate()!.high).toBeLessThan(400)
  })

  it('holds no more draws than it may, and says by its bars that they are too few', () => {
    const rng = seeded(2)
    const collisions = new Collisions({ memory: 1_000 })
    for (let draw = 0; draw < 5_000; draw++) collisions.drawn(below(rng, 20_000))
    expect(collisions.draws).toBe(1_000)
    const { low, high } = collisions.estimate()!
    expect(low).toBeLessThan(20_000)
    expect(high).toBeGreaterThan(20_000)
    expect(high / low).toBeGreaterThan(2)
  })

  it('is what comparing all pairs of the remembered draws gives, after any draws', () => {
    const init = fc.record({ coincidences: fc.integer({ min: 9, max: 20 }), gap: fc.nat(5) })
    const keys = fc.array(fc.nat(12), { maxLength: 150 })
    fc.assert(
      fc.property(init, fc.integer({ min: 10, max: 80 }), keys, (init, memory, keys) => {
        const collisions = new Collisions({ ...init, memory })
        for (const [at, key] of keys.entries()) {
          collisions.drawn(key)
          const held = keys.slice(at + 1 - collisions.draws, at + 1)
          const { pairs, equal } = compare(held, init.gap)
          const size = collisions.estimate()?.size
          if (equal < 9) expect(size).toBeUndefined()
          else expect(size).toBeCloseTo(1 + pairs / equal, 9)
          // One draw fewer would not do.
          if (collisions.draws < Math.min(at + 1, memory))
            expect(equal).toBeGreaterThanOrEqual(init.coincidences)
          expect(compare(held.slice(1), init.gap).equal).toBeLessThan(init.coincidences)
        }
      })
    )
  })
})

function compare(draws: readonly number[], gap: number): { pairs: number; equal: number } {
  let pairs = 0
  let equal = 0
  for (let one = 0; one < draws.length; one++)
    for (let other = one + gap + 1; other < draws.length; other++, pairs++)
      if (draws[one] === draws[other]) equal++
  return { pairs, equal }
}

describe('a count by coincidences among all that a stream gives', () => {
  const nodes = 500
  const watched = 60

  const policies = { casm: casm(), cyclon: cyclon(), 'healer-swapper': healerSwapper() }
  for (const [name, policy] of Object.entries(policies)) {
    it(`is off by 5 % at most with ${name}`, () => {
      const overlay = new Overlay(policy, nodes, seeded(1), { mixing: 40 })
      const rng = seeded(2)
      const seen = Array.from({ length: watched }, () => ({
        stream: new Stream(32),
        collisions: new Collisions()
      }))
      const view = new Uint32Array(32)
      for (let round = 0; round < 60; round++) {
        overlay.round()
        for (const [node, { stream, collisions }] of seen.entries()) {
          stream.begin()
          stream.observe(view, overlay.sampling.view(node, view))
          for (let peer = stream.next(rng); peer !== undefined; peer = stream.next(rng))
            collisions.drawn(overlay.hashes[peer]!)
        }
      }
      const sizes = seen.map(({ collisions }) => collisions.estimate()!.size / nodes)
      expect(Math.abs(mean(sizes) - 1)).toBeLessThan(0.05)
      expect(deviation(sizes)).toBeLessThan(0.125)
    })
  }
})
