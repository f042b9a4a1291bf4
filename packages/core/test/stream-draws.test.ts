import { seeded } from '@pex/testkit/chance'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Draws } from '../src/stream-draws.ts'

const view = Uint32Array.from({ length: 10 }, (_, peer) => peer)

describe('draws from a view', () => {
  it('give nobody twice before everybody has been given', () => {
    const draws = new Draws(10)
    const rng = seeded(1)
    for (let generation = 0; generation < 20; generation++) {
      const drawn = [1, 4, 2, 3].flatMap(count => draws.draw(rng, view, 10, count))
      expect(new Set(drawn).size).toBe(10)
    }
  })

  it('begin a new generation in the midst of a call, and give nobody twice in it', () => {
    const rng = seeded(2)
    for (let i = 0; i < 200; i++) {
      const draws = new Draws(10)
      const first = draws.draw(rng, view, 10, 7)
      const second = draws.draw(rng, view, 10, 7)
      expect(new Set(second).size).toBe(7)
      // The three who were left come first.
      expect(second.slice(0, 3).some(peer => first.includes(peer))).toBe(false)
    }
  })

  it('give everybody where more are wanted than there are', () => {
    expect(new Set(new Draws(10).draw(seeded(3), view, 10, 99)).size).toBe(10)
    expect(new Draws(10).draw(seeded(3), view, 0, 5)).toEqual([])
  })

  it('follow the view: who has left is not given, who has come is', () => {
    const draws = new Draws(10)
    const rng = seeded(4)
    draws.draw(rng, view, 10, 8)
    const drawn = draws.draw(rng, Uint32Array.of(20, 21, 22), 3, 3)
    expect(new Set(drawn)).toEqual(new Set([20, 21, 22]))
  })

  it('choose everybody equally often', () => {
    const rng = seeded(5)
    const counts = Array.from(view, () => 0)
    for (let i = 0; i < 5_000; i++) for (const peer of new Draws(10).draw(rng, view, 10, 2)) counts[peer]!++
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(120)
  })

  it('are different peers of the view, whatever was drawn before and however it has changed', () => {
    const step = fc.tuple(fc.uniqueArray(fc.nat(15), { maxLength: 8 }), fc.nat(10))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.integer(), (steps, seed) => {
        const rng = seeded(seed)
        const draws = new Draws(8)
        for (const [peers, count] of steps) {
          const drawn = draws.draw(rng, Uint32Array.from(peers), peers.length, count)
          expect(drawn.length).toBe(Math.min(count, peers.length))
          expect(new Set(drawn).size).toBe(drawn.length)
          expect(drawn.every(peer => peers.includes(peer))).toBe(true)
        }
      })
    )
  })
})
