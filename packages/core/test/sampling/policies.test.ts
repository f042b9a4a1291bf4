/** What each policy takes from its paper, seen on one node; what comes of many is in figures.test.ts. */
import {
  basalt,
  brahms,
  casm,
  cyclon,
  healerSwapper,
  limits,
  mix,
  nobody,
  Offer,
  role,
  Sampling
} from '@pex/core'
import type { Policy } from '@pex/core'
import { describe, expect, it } from 'vitest'
import { chance } from './driver.ts'

const [SELF, FROM] = [0, 99]

/** A node that has held the peers 1 to `size` for 100 - i rounds each: 1 the longest, by our own count and by the hop alike. */
function node(policy: Policy, { size = 8, viewSize = 8, exchangeSize = 4, seed = 1 } = {}): Sampling {
  const hashes = Uint32Array.from({ length: 1_000 }, (_, i) => mix(i ^ mix(seed)))
  const groups = new Uint32Array(1_000)
  const peers = { hashes, groups }
  const sampling = new Sampling({ policy, nodes: 1, viewSize, exchangeSize, peers, rng: chance(seed) })
  sampling.join(SELF)
  for (let peer = 1; peer <= size; peer++) {
    sampling.learn(SELF, peer, 1)
    sampling.pass(SELF)
  }
  return sampling
}

function view(sampling: Sampling): number[] {
  const out = new Uint32Array(64)
  return [...out.subarray(0, sampling.view(SELF, out))].sort((a, b) => a - b)
}

function partners(sampling: Sampling): number[] {
  const out = new Uint32Array(64)
  return [...out.subarray(0, sampling.begin(SELF, out))]
}

/** An offer of some peers, all with one hop, and of the owner's own record. */
function offer(owner: number, peers: readonly number[], hop = 1): Offer {
  const made = new Offer()
  for (const peer of peers) made.push(peer, hop)
  made.push(owner, 0)
  return made
}

function merge(sampling: Sampling, news: readonly number[], sent: readonly number[], hop = 1): number[] {
  sampling.merge(SELF, FROM, role.responder, offer(FROM, news, hop), offer(SELF, sent))
  return view(sampling)
}

const seeds = Array.from({ length: 30 }, (_, i) => i + 1)

describe('casm', () => {
  it('swap removes what we sent before anything is left to chance, and never what was not sent', () => {
    for (const seed of seeds) {
      const merged = merge(node(casm({ protect: 0, decay: 0 }), { seed }), [20, 21], [3, 4, 5])
      expect(merged).toEqual([1, 2, 6, 7, 8, 20, 21, FROM])
      expect(merge(node(casm({ protect: 0 }), { seed }), [20, 21], [3])).not.toContain(3)
    }
  })

  it('the P oldest by our own age survive when nothing decays, whatever hop anybody claims', () => {
    for (const seed of seeds)
      for (const hop of [1, limits.maxHop]) {
        const merged = merge(node(casm({ swap: 0, protect: 3, decay: 0 }), { seed }), [20, 21, 22], [], hop)
        expect(merged).toEqual(expect.arrayContaining([1, 2, 3]))
        expect(merged.length).toBe(8)
      }
  })

  it('lets no more decay than there is overflow, the oldest first, also where the swap makes all the room', () => {
    const merged = merge(node(casm({ swap: 0, protect: 5, decay: 1 })), [20], [])
    expect(merged).toEqual(expect.arrayContaining([3, 4, 5]))
    expect([merged.includes(1), merged.includes(2)]).toEqual([false, false])
    const swapped = (decay: number): boolean =>
      merge(node(casm({ protect: 2, decay })), [20, 21, 22], [5, 6, 7, 8]).includes(1)
    expect([swapped(0), swapped(1)]).toEqual([true, false])
  })

  it('shows the young first, and the protected only when there are no others', () => {
    const shown = new Offer()
    for (const seed of seeds) {
      node(casm({ protect: 5 }), { seed }).show(SELF, nobody, shown)
      expect([...shown.peers.subarray(0, 3)].sort()).toEqual([6, 7, 8])
      node(casm({ protect: 6 }), { seed }).show(SELF, 8, shown)
      expect([...shown.peers.subarray(0, shown.count)]).toEqual([7, 1, 2, SELF])
    }
  })
})

describe('healer-swapper', () => {
  it('removes the H with the highest hop first, then at most S of what was sent', () => {
    for (const seed of seeds) {
      const healed = merge(node(healerSwapper({ healer: 3, swapper: 0 }), { seed }), [20, 21], [])
      expect(healed).toEqual([4, 5, 6, 7, 8, 20, 21, FROM])
      const both = merge(node(healerSwapper({ healer: 1, swapper: 2 }), { seed }), [20, 21], [7, 8])
      expect(both).toEqual([2, 3, 4, 5, 6, 20, 21, FROM])
      const news = merge(node(healerSwapper({ healer: 3, swapper: 0 }), { seed }), [20, 21], [], 500)
      expect(news, 'news are healed away too').toEqual([2, 3, 4, 5, 6, 7, 8, FROM])
    }
  })

  it('tail asks first whom it has held longest by its own count, and after that anybody', () => {
    const orders = seeds.map(seed => partners(node(healerSwapper(), { seed })))
    expect(new Set(orders.map(([first]) => first))).toEqual(new Set([1]))
    expect(new Set(orders.flat()).size).toBe(8)
  })

  it('of two claims the lower hop stays, and only the peer itself makes its entry young by our own count', () => {
    const sampling = node(healerSwapper({ healer: 0, swapper: 0 }))
    merge(sampling, [1], [], 2)
    const at = sampling.views.find(SELF, 1)
    expect([sampling.views.hop(SELF, at), sampling.views.age(SELF, at)]).toEqual([3, 8])
    sampling.merge(SELF, 1, role.responder, offer(1, []), offer(SELF, []))
    const anew = sampling.views.find(SELF, 1)
    expect([sampling.views.hop(SELF, anew), sampling.views.age(SELF, anew)]).toEqual([1, 0])
  })
})

describe('cyclon', () => {
  it('asks whom the oldest claim speaks of, and gives its entry away for what it receives', () => {
    const sampling = node(cyclon())
    expect(partners(sampling)[0]).toBe(1)
    const sent = new Offer()
    sampling.show(SELF, 1, sent)
    expect(sent.count, 'one fewer than others are shown: the partner loses one place to us').toBe(3)
    const gone = [...sent.peers.subarray(0, 2)]
    sampling.merge(SELF, 1, role.initiator, offer(1, [20, 21, 22]), sent)
    const kept = [2, 3, 4, 5, 6, 7, 8].filter(peer => !gone.includes(peer))
    expect(view(sampling)).toEqual([...kept, 20, 21, 22])
  })

  it('whoever is asked takes the initiator in, in the place of somebody that it showed', () => {
    expect(merge(node(cyclon()), [20, 21], [3, 4, 5])).toEqual([1, 2, 6, 7, 8, 20, 21, FROM])
    expect(merge(node(cyclon()), [20, 21], [3]), 'only what was sent makes room').toEqual([
      1,
      2,
      4,
      5,
      6,
      7,
      8,
      FROM
    ])
  })

  it('free places are filled after the one given away, and where nothing came the partner stays', () => {
    const sampling = node(cyclon(), { size: 2 })
    sampling.merge(SELF, 1, role.initiator, offer(1, [20, 21]), offer(SELF, [2]))
    expect(view(sampling)).toEqual([2, 20, 21])
    sampling.merge(SELF, 2, role.initiator, offer(2, [20]), offer(SELF, [21]))
    expect(view(sampling)).toEqual([2, 20, 21])
  })
})

describe('brahms', () => {
  const of = (sampling: Sampling): Set<number> =>
    new Set(sampling.views.peers.subarray(0, sampling.views.sizes[SELF]))
  const turn = (sampling: Sampling, pushes: readonly number[], pulls: readonly number[]): Set<number> => {
    for (const peer of pushes) sampling.merge(SELF, peer, role.responder, offer(peer, [500]), offer(SELF, []))
    sampling.merge(SELF, 8, role.initiator, offer(8, pulls), offer(SELF, []))
    partners(sampling)
    return of(sampling)
  }
  const full = (): Sampling =>
    node(brahms({ alpha: 0.25, beta: 0.25, period: 1 }), { size: 16, viewSize: 16 })

  it('makes the view anew from pushes and pulls; what an initiator shows beside itself is not looked at', () => {
    const after = turn(full(), [20, 21, 22], [30, 31, 32])
    for (const peer of [20, 21, 22, 30, 31, 32]) expect(after.has(peer), `${peer}`).toBe(true)
    expect(after.has(500)).toBe(false)
    expect(after.size).toBe(16)
  })

  it('after more pushes than alpha has places for nobody comes in by pushes or pulls', () => {
    const sampling = full()
    sampling.merge(SELF, 40, role.responder, offer(40, []), offer(SELF, []))
    const sampled = new Set(view(sampling))
    const after = turn(sampling, [20, 21, 22, 23], [30, 31, 32])
    for (const peer of [20, 21, 22, 23, 30, 31, 32])
      expect(after.has(peer) && !sampled.has(peer) && !view(sampling).includes(peer), `${peer}`).toBe(false)
  })

  it('repeating an id a thousand times gains no sampler', () => {
    const [once, often] = [1, 1_000].map(times => {
      const sampling = full()
      turn(
        sampling,
        Array.from({ length: times }, () => 20),
        [30]
      )
      return view(sampling)
    })
    expect(often).toEqual(once)
  })

  it('a sampler whose holder is gone begins anew', () => {
    const sampling = full()
    const gone = view(sampling)[0]!
    sampling.missed(SELF, gone)
    expect(view(sampling).includes(gone)).toBe(false)
    expect(sampling.holds(SELF, gone) && !sampling.isBuried(SELF, gone)).toBe(false)
  })
})

describe('basalt', () => {
  it('repeating an id a thousand times gains no slot', () => {
    const [once, often] = [1, 1_000].map(times => {
      const sampling = node(basalt({ resets: 0 }), { size: 50, viewSize: 16 })
      for (let i = 0; i < times; i++) merge(sampling, [20, 21], [])
      return view(sampling)
    })
    expect(often).toEqual(once)
  })

  it('the order in which ids come by does not matter while no slot is reset', () => {
    const ids = Array.from({ length: 40 }, (_, i) => 100 + i)
    const [forth, back] = [ids, ids.toReversed()].map(order => {
      const sampling = node(basalt({ resets: 0 }), { size: 0, viewSize: 16 })
      for (const peer of order) merge(sampling, [peer], [])
      return view(sampling)
    })
    expect(back).toEqual(forth)
  })

  it('whoever is heard of all the time is asked last', () => {
    const sampling = node(basalt({ resets: 0 }), { size: 50, viewSize: 16 })
    const loud = view(sampling).slice(0, 3)
    for (let i = 0; i < 50; i++) merge(sampling, loud, [])
    for (let i = 0; i < 20; i++) expect(loud).not.toContain(partners(sampling)[0])
  })

  it('whoever was asked is asked again only after all others', () => {
    const sampling = node(basalt({ resets: 0 }), { size: 50, viewSize: 16 })
    for (const peer of view(sampling).slice(5)) sampling.forget(SELF, peer)
    const round = (): number[] => Array.from({ length: 16 }, () => partners(sampling)[0]!).sort()
    // Until all slots have been hit as often as the one that was hit most.
    for (let i = 0; i < 100; i++) round()
    const asked = round()
    expect(new Set(asked)).toEqual(new Set(view(sampling)))
    for (let i = 0; i < 5; i++) expect(round(), 'each as often as it holds slots').toEqual(asked)
  })

  it('many ids of one network group hold no more slots than one id of it would', () => {
    const peers = {
      hashes: Uint32Array.from({ length: 1_000 }, (_, i) => mix(i)),
      groups: Uint32Array.from({ length: 1_000 }, (_, i) => (i < 500 ? mix(1 + (i % 100)) : mix(777)))
    }
    const policy = basalt({ resets: 0 })
    const sampling = new Sampling({ policy, nodes: 1, viewSize: 64, exchangeSize: 32, peers, rng: chance(5) })
    sampling.join(SELF)
    for (let peer = 1; peer < 1_000; peer++) sampling.learn(SELF, peer, 1)
    expect(view(sampling).filter(peer => peer >= 500).length).toBeLessThanOrEqual(4)
  })

  it('a reset slot is won by somebody of the view, or somebody new', () => {
    const sampling = node(basalt({ resets: 16, every: 1 }), { size: 50, viewSize: 16 })
    const before = new Set(view(sampling))
    partners(sampling)
    expect(view(sampling).every(peer => before.has(peer))).toBe(true)
    expect(view(sampling).length).toBeLessThan(before.size)
  })
})

it('whoever was lost, has answered, and then proved to be wrong is not asked again', () => {
  const sampling = node(casm())
  sampling.missed(SELF, 1)
  sampling.met(SELF, 1)
  sampling.forget(SELF, 1)
  expect(partners(sampling)).not.toContain(1)
})

it('numbers that make no sense are refused', () => {
  const wrong = [
    () => casm({ swap: -1 }),
    () => casm({ decay: 2 }),
    () => healerSwapper({ healer: 0.5 }),
    () => cyclon({ shuffle: 1 }),
    () => brahms({ alpha: 0.6, beta: 0.6 }),
    () => brahms({ period: 0 }),
    () => brahms({ pings: limits.maxProbes }),
    () => basalt({ every: 0 }),
    () => basalt({ resets: -1 })
  ]
  for (const make of wrong) expect(make).toThrow(expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' }))
})
