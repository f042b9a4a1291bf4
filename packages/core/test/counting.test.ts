import { seeded } from '@pex/testkit/chance'
import { describe, expect, it } from 'vitest'
import { Counting } from '../src/counting.ts'
import { limits } from '../src/limits.ts'
import { mix } from '../src/sampling/peers.ts'

const hashes = Uint32Array.from({ length: 100 }, (_, peer) => mix(peer + 1))
const everybody = Uint32Array.from({ length: 99 }, (_, i) => i + 1)

/** Views of so many random peers out of all, one for each round. */
function views(rng: () => number, size: number): () => Uint32Array {
  return () => {
    const rest = [...everybody]
    return Uint32Array.from({ length: size }, () => rest.splice(rng() % rest.length, 1)[0]!)
  }
}

describe('counting', () => {
  it('says nothing at first, then what coincidences say, and what averaging says as soon as it does', () => {
    const rng = seeded(1)
    const view = views(rng, 8)
    const counting = new Counting(8, rng)
    expect(counting.estimate).toBeUndefined()
    let rounds = 0
    while (counting.estimate === undefined) {
      counting.begin(view(), 8, hashes)
      expect(++rounds).toBeLessThan(200)
    }
    const first = counting.estimate
    expect(first).toMatchObject({ averaging: undefined, alarm: false, size: first.collisions!.size })
    expect(first.low).toBeLessThan(100)
    expect(first.high).toBeGreaterThan(100)
  })

  it('tells when the estimate has changed, and only then', () => {
    const rng = seeded(2)
    const view = views(rng, 8)
    const counting = new Counting(8, rng)
    for (let round = 0; round < 200; round++) {
      const before = counting.estimate
      const news = counting.begin(view(), 8, hashes)
      const { estimate } = counting
      const same = ['size', 'low', 'high'].every(
        key => Reflect.get(before ?? {}, key) === Reflect.get(estimate ?? {}, key)
      )
      expect(news.estimate).toBe(!same || news.alarm)
    }
  })

  it('raises the alarm, once, when averages say that there is hardly anybody: the bars reach over both', () => {
    const rng = seeded(3)
    const view = views(rng, 8)
    const counting = new Counting(8, rng)
    const alarms: number[] = []
    for (let round = 0; round < limits.averagingWait + 3 * limits.averagingRounds; round++) {
      if (counting.begin(view(), 8, hashes).alarm) alarms.push(round)
      // A partner that repeats what we say: the value never falls.
      const ours = counting.averaging.offered()
      counting.averaging.exchanged(ours, ours)
    }
    expect(alarms).toHaveLength(1)
    const { averaging, collisions, low, high, alarm } = counting.estimate!
    expect(alarm).toBe(true)
    expect(averaging!.size).toBeLessThan(3)
    expect(collisions!.size).toBeGreaterThan(60)
    expect(low).toBe(averaging!.low)
    expect(high).toBe(collisions!.high)
  })
})
