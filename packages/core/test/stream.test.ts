import { seeded } from '@pex/testkit/chance'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { below } from '../src/random.ts'
import { casm } from '../src/sampling/policies/casm.ts'
import { cyclon } from '../src/sampling/policies/cyclon.ts'
import { healerSwapper } from '../src/sampling/policies/healer-swapper.ts'
import type { Policy } from '../src/sampling/policy.ts'
import { Stream } from '../src/stream.ts'
import { Overlay } from './stream-overlay.ts'
import { evenness } from './stream-evenness.ts'

const nodes = 1_000
const watched = 100

function streamOf(peers: readonly number[], max = 32): Stream {
  const stream = new Stream(max)
  for (const peer of peers) stream.arrived(peer)
  return stream
}

/** Everybody whom a stream gives before somebody has to arrive. */
function drain(stream: Stream, rng = seeded(1)): number[] {
  const given: number[] = []
  for (let peer = stream.next(rng); peer !== undefined; peer = stream.next(rng)) given.push(peer)
  return given
}

const sorted = (peers: readonly number[]): number[] => [...peers].sort((a, b) => a - b)

describe('a stream', () => {
  it('gives everybody who has arrived, once, and then nobody', () => {
    const stream = streamOf([3, 1, 4, 15, 9])
    expect(stream.waiting).toBe(5)
    expect(sorted(drain(stream))).toEqual([1, 3, 4, 9, 15])
    expect([stream.waiting, stream.next(seeded(2))]).toEqual([0, undefined])
  })

  it('gives a peer again only when it has left the view and come back', () => {
    const stream = streamOf([1, 2])
    drain(stream)
    stream.arrived(1)
    expect(drain(stream)).toEqual([])
    stream.left(1)
    stream.arrived(1)
    expect(drain(stream)).toEqual([1])
  })

  it('never gives a peer that has left', () => {
    const stream = streamOf([1, 2, 3])
    stream.left(2)
    stream.left(7)
    expect(sorted(drain(stream))).toEqual([1, 3])
  })

  it('learns from a view who has arrived and who has left', () => {
    const stream = streamOf([1, 2, 3])
    drain(stream)
    stream.observe(Uint32Array.of(3, 5, 1, 6, 99), 4)
    expect(sorted(drain(stream))).toEqual([5, 6])
    stream.observe(Uint32Array.of(2), 1)
    expect(drain(stream)).toEqual([2])
  })

  it('goes round again, once a round, where nobody arrives any more', () => {
    const stream = streamOf([1, 2, 3])
    stream.begin()
    for (let round = 0; round < 5; round++) {
      stream.begin()
      expect(sorted(drain(stream))).toEqual([1, 2, 3])
    }
  })

  it('does not go round while somebody arrives', () => {
    const stream = streamOf([1, 2, 3])
    drain(stream)
    for (let peer = 4; peer < 20; peer++) {
      stream.begin()
      stream.arrived(peer)
      expect(drain(stream)).toEqual([peer])
    }
  })

  it('gives all who wait equally often first', () => {
    const rng = seeded(3)
    const counts = [0, 0, 0, 0]
    for (let i = 0; i < 4_000; i++) counts[streamOf([0, 1, 2, 3]).next(rng)!]!++
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(110)
  })

  it('agrees with a set of peers and a set of used stays after any history', () => {
    const step = fc.tuple(fc.constantFrom('arrived', 'left', 'next', 'begin'), fc.nat(11))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer(), (steps, seed) => {
        const rng = seeded(seed)
        const stream = new Stream(12)
        const view = new Set<number>()
        const used = new Set<number>()
        let arrivals = 0
        for (const [what, peer] of steps) {
          if (what === 'arrived') {
            if (!view.has(peer)) arrivals++
            view.add(peer)
            stream.arrived(peer)
          } else if (what === 'left') {
            view.delete(peer)
            used.delete(peer)
            stream.left(peer)
          } else if (what === 'begin') {
            if (arrivals === 0 && used.size === view.size) used.clear()
            arrivals = 0
            stream.begin()
          } else {
            const given = stream.next(rng)
            expect(given === undefined).toBe(used.size === view.size)
            if (given !== undefined) {
              expect(view.has(given) && !used.has(given)).toBe(true)
              used.add(given)
            }
          }
          expect(stream.waiting).toBe(view.size - used.size)
        }
      })
    )
  })
})

describe('a stream of one draw per round in a network of 1 000', () => {
  /** The draws of some nodes, and those that an application would make from the view. */
  function draws(policy: Policy, rounds: number): { streamed: number[][]; naive: number[][] } {
    const overlay = new Overlay(policy, nodes, seeded(1), { mixing: 40 })
    const rng = seeded(2)
    const streams = Array.from({ length: watched }, () => new Stream(32))
    const streamed: number[][] = streams.map(() => [])
    const naive: number[][] = streams.map(() => [])
    const view = new Uint32Array(32)
    for (let round = 0; round < rounds; round++) {
      overlay.round()
      for (const [node, stream] of streams.entries()) {
        const size = overlay.sampling.view(node, view)
        stream.begin()
        stream.observe(view, size)
        streamed[node]!.push(stream.next(rng)!)
        naive[node]!.push(view[below(rng, size)]!)
      }
    }
    return { streamed, naive }
  }

  const policies = { casm: casm(), cyclon: cyclon(), 'healer-swapper': healerSwapper() }
  for (const [name, policy] of Object.entries(policies)) {
    it(`is as even as chance with ${name}, and does not repeat itself, as draws from the view do`, () => {
      const { streamed, naive } = draws(policy, 300)
      const { perNode, pooled, repeats } = evenness(streamed, nodes)
      expect(perNode).toBeGreaterThan(0.95)
      expect(perNode).toBeLessThan(1.06)
      expect(pooled).toBeGreaterThan(0.87)
      expect(pooled).toBeLessThan(1.13)
      expect(repeats(1)).toBeLessThan(1.2)
      expect(evenness(naive, nodes).repeats(1)).toBeGreaterThan(10)
    })
  }
})
