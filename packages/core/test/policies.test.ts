import { ageOf, casm, healerSwapper, View } from '@pex/core'
import type { Descriptor, Entry, Policy } from '@pex/core'
import { seeded } from '@pex/testkit/chance'
import { policySuite } from '@pex/testkit/policy'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyScene, descriptor, entry, fullView, ids, message } from './peers.ts'

const policies: readonly (readonly [name: string, create: () => Policy])[] = [
  ['casm', () => casm()],
  ['casm as in Go (S = 10)', () => casm({ swap: 10 })],
  ['casm without swap', () => casm({ swap: 0 })],
  ['casm that protects nobody', () => casm({ protect: 0 })],
  ['casm that protects everybody', () => casm({ protect: 100, decay: 0 })],
  ['casm that always decays', () => casm({ decay: 1 })],
  ['healer-swapper', () => healerSwapper()],
  ['blind (H = 0, S = 0, rand)', () => healerSwapper({ healer: 0, swapper: 0, partner: 'rand' })],
  ['healer (H = 15, S = 0)', () => healerSwapper({ healer: 15, swapper: 0 })],
  ['swapper (H = 0, S = 15)', () => healerSwapper({ healer: 0, swapper: 15 })]
]

for (const [name, create] of policies) policySuite({ describe, it, expect }, { name, create })

describe.each(policies)('what is shown by %s', (_, create) => {
  it('is exactly as much as is asked for, or everybody where there are fewer', () => {
    fc.assert(
      fc.property(anyScene, fc.nat(20), ({ view, round, seed }, count) => {
        const shown = create().show(view, { round, rng: seeded(seed) }, count)
        expect(new Set(ids(shown)).size).toBe(Math.min(count, view.size))
      })
    )
  })
})

/** A merge in round 100 on a seed. */
function merge(
  policy: Policy,
  view: View,
  received: readonly Descriptor[],
  sent: readonly Entry[],
  seed = 1
) {
  return policy.merge(view, received, sent, { round: 100, rng: seeded(seed) })
}

const news = (count: number): Descriptor[] =>
  message(
    'from',
    Array.from({ length: count - 1 }, (_, i) => descriptor(`new${i}`))
  )

describe('casm', () => {
  it('asks for everything at once where it can: with room left nothing is swapped, decayed or evicted', () => {
    fc.assert(
      fc.property(anyScene, ({ view, received, sent, seed }) => {
        const merged = merge(casm({ decay: 1 }), view, received, sent, seed)
        const all = new Set([...ids(view.entries), ...ids(received)])
        if (all.size <= view.max) expect(new Set(ids(merged.entries))).toEqual(all)
      })
    )
  })

  it('the size stays c, whatever arrives, as long as nothing decays', () => {
    fc.assert(
      fc.property(anyScene, fc.nat(20), fc.nat(8), (scene, swap, protect) => {
        const { view, received, sent, seed } = scene
        const merged = merge(casm({ swap, protect, decay: 0 }), view, received, sent, seed)
        const all = new Set([...ids(view.entries), ...ids(received)])
        expect(merged.size).toBe(Math.min(all.size, view.max))
      })
    )
  })

  it('the P oldest by our own age survive when nothing decays, whatever hop anybody claims', () => {
    fc.assert(
      fc.property(anyScene, fc.integer({ min: 0, max: 5 }), (scene, protect) => {
        const { view, received, sent, round, seed } = scene
        const merged = merge(casm({ swap: 0, protect, decay: 0 }), view, received, sent, seed)
        const speaker = received.at(-1)?.hop === 0 ? received.at(-1)!.record.id : undefined
        const age = (item: Entry): number => (item.record.id === speaker ? 0 : ageOf(item, round))
        const eldest = [...view.entries].sort((a, b) => age(b) - age(a)).slice(0, Math.min(protect, view.max))
        // Among equals the choice is free: what counts is how many of that age or older there still are.
        for (const elder of eldest) {
          const older = (of: View): number => of.entries.filter(item => age(item) >= age(elder)).length
          expect(older(merged)).toBeGreaterThanOrEqual(Math.min(older(view), protect))
        }
      })
    )
  })

  it('retains exactly the oldest when there is no swap and no decay', () => {
    const view = fullView(8)
    for (let seed = 0; seed < 50; seed++) {
      const merged = merge(casm({ swap: 0, protect: 3, decay: 0 }), view, news(8), [], seed)
      expect(ids(merged.entries)).toEqual(expect.arrayContaining(['p5', 'p6', 'p7']))
    }
  })

  it('retains none of the protected when D = 1 and there is overflow enough', () => {
    const merged = merge(casm({ swap: 0, protect: 5, decay: 1 }), fullView(8), news(8), [])
    for (const id of ['p3', 'p4', 'p5', 'p6', 'p7']) expect(merged.has(id)).toBe(false)
    expect(merged.size).toBe(8)
  })

  it('lets no more decay than there is overflow, the oldest first', () => {
    const merged = merge(casm({ swap: 0, protect: 5, decay: 1 }), fullView(8), news(2), [])
    expect([merged.has('p7'), merged.has('p6')]).toEqual([false, false])
    for (const id of ['p3', 'p4', 'p5']) expect(merged.has(id)).toBe(true)
  })

  it('decay is not frozen where the swap takes all that is too much (S = c/2)', () => {
    const view = fullView(8)
    const sent = view.entries.slice(0, 4)
    const kept = (decay: number): boolean =>
      merge(casm({ swap: 4, protect: 2, decay }), view, news(4), sent).has('p7')
    expect([kept(0), kept(1)]).toEqual([true, false])
  })

  it('swap removes what we sent, at most S of it, before anything is left to chance', () => {
    const view = fullView(8)
    const sent = view.entries.slice(2, 5)
    for (let seed = 0; seed < 50; seed++) {
      const merged = merge(casm({ swap: 3, protect: 0, decay: 0 }), view, news(3), sent, seed)
      expect(new Set(ids(merged.entries))).toEqual(
        new Set(['p0', 'p1', 'p5', 'p6', 'p7', 'new0', 'new1', 'from'])
      )
    }
  })

  it('swap never takes what was not sent, though S and the overflow reach further', () => {
    const view = fullView(8)
    const survivors = new Set<string>()
    for (let seed = 0; seed < 200; seed++)
      for (const id of ids(merge(casm({ protect: 0 }), view, news(4), [view.entries[7]!], seed).entries))
        survivors.add(id)
    expect(survivors.has('p7'), 'sent').toBe(false)
    for (const id of ['p0', 'p1', 'p6', 'new0', 'from']) expect(survivors.has(id), id).toBe(true)
  })

  it('a higher seq wins even with a higher hop, and equal records are held once', () => {
    const view = View.empty('self', 8).of([entry('a', { seq: 1n, hop: 0 }), entry('b', { seq: 2n, hop: 5 })])
    const merged = merge(casm(), view, [descriptor('a', 90, 2n), descriptor('b', 5, 2n)], [])
    expect(merged.entries.map(({ record }) => `${record.id} ${record.seq}`)).toEqual(['a 2', 'b 2'])
  })

  it('shows young peers first, and protected ones only when there are no others', () => {
    const show = (view: View): string[] =>
      ids(casm({ protect: 3 }).show(view, { round: 100, rng: seeded(1) }, 13))
    // All the young and not one of the protected.
    expect(new Set(show(fullView(16)))).toEqual(new Set(ids(fullView(13).entries)))
    const small = View.empty('self', 16).of(fullView(4).entries)
    expect(show(small)).toEqual(['p0', 'p3', 'p2', 'p1'])
    const crowded = show(View.empty('self', 16).of(fullView(15).entries))
    expect(crowded.length).toBe(13)
    expect(crowded.at(-1), 'then the oldest first').toBe('p14')
  })
})

describe('healer-swapper', () => {
  it('removes the H with the highest hop first, and not more than there is overflow', () => {
    const view = fullView(8)
    const merged = merge(healerSwapper({ healer: 3, swapper: 0 }), view, news(3), [])
    expect(new Set(ids(merged.entries))).toEqual(
      new Set(['p0', 'p1', 'p2', 'p3', 'p4', 'new0', 'new1', 'from'])
    )
    const one = merge(healerSwapper({ healer: 3, swapper: 0 }), view, news(1), [])
    expect([one.has('p7'), one.has('p6'), one.size]).toEqual([false, true, 8])
  })

  it('then removes what was sent, at most S of it', () => {
    const view = fullView(8)
    const sent = view.entries.slice(0, 3)
    const merged = merge(healerSwapper({ healer: 1, swapper: 2 }), view, news(3), sent)
    expect(new Set(ids(merged.entries))).toEqual(
      new Set(['p2', 'p3', 'p4', 'p5', 'p6', 'new0', 'new1', 'from'])
    )
  })

  it('is always full when there is enough to fill it', () => {
    fc.assert(
      fc.property(anyScene, fc.nat(16), fc.nat(16), (scene, healer, swapper) => {
        const { view, received, sent, seed } = scene
        const merged = merge(healerSwapper({ healer, swapper }), view, received, sent, seed)
        const all = new Set([...ids(view.entries), ...ids(received)])
        expect(merged.size).toBe(Math.min(all.size, view.max))
      })
    )
  })

  it('tail asks first whom it has held longest by its own count, and after that anybody', () => {
    const liars = fullView(8).entries.map(item => ({ ...item, hop: 1_000 - item.hop }))
    const view = View.empty('self', 8).of(liars)
    const orders = Array.from({ length: 100 }, (_, seed) =>
      ids(healerSwapper().partners(view, { round: 100, rng: seeded(seed) }, 4))
    )
    expect(new Set(orders.map(([first]) => first))).toEqual(new Set(['p7']))
    expect(new Set(orders.flat()).size).toBe(8)
  })

  it('shows the H oldest last', () => {
    const show = (count: number): string[] =>
      ids(healerSwapper({ healer: 8 }).show(fullView(16), { round: 100, rng: seeded(1) }, count))
    expect(new Set(show(8)), 'all the young and none of the H').toEqual(new Set(ids(fullView(8).entries)))
    expect(show(16).slice(0, 8)).toEqual(show(8))
  })
})
