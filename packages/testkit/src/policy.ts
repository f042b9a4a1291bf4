/**
 * The contract of every `Policy`, as a suite of tests with the runner handed in: the laws that hold whatever a protocol
 * does with its view, for one node and for a network. All is drawn from seeds, so that a failure names the seed that brings
 * it back.
 */
import { limits, nobody, policies, role } from '@pex/core'
import type { SamplingInit } from '@pex/core'
import { withSeed } from './chance.ts'
import type { SeededRng } from './chance.ts'
import { offerFault, PolicyNetwork } from './policy-network.ts'
import type { PolicyNetworkInit } from './policy-network.ts'
import { BYSTANDER, PolicyScene, SELF } from './policy-scene.ts'
import type { Runner } from './runner.ts'

export interface PolicySuiteOptions {
  /** Names the policy in the tests. */
  readonly name: string
  /** A fresh policy. */
  readonly create: () => SamplingInit['policy']
  /** Lives for each law of a single node. @default 20 */
  readonly scenes?: number
  /** Rounds within which a network of which half dies is rid of the dead. @default 100 */
  readonly healingRounds?: number
  /** The share of its entries that may still be dead then. @default 0.05 */
  readonly deadShare?: number
}

/** Steps in one life. */
const STEPS = 60
/** Policies of ours that a network is shared with. */
const COMPANY = ['casm', 'cyclon'] as const

type Law = (scene: PolicyScene, rng: SeededRng) => void
type Each = (law: Law) => () => void

/** Declares the tests of the `Policy` contract with the runner. */
export function policySuite(runner: Runner, options: PolicySuiteOptions): void {
  const { name, create, scenes = 20 } = options
  const each: Each = law => () => {
    for (let seed = 1; seed <= scenes; seed++)
      withSeed(seed, rng => law(new PolicyScene(create(), rng), rng.fork('law')))
  }
  runner.describe(`the contract of a policy: ${name}`, () => {
    aNode(runner, create, each)
    itsPeers(runner, each)
    aNetwork(runner, options)
    sharedNetworks(runner, options)
  })
}

function aNode({ it, expect }: Runner, create: () => SamplingInit['policy'], each: Each): void {
  it(
    'a view never holds its owner, nobody twice, no more than c, and nobody that it was not told of',
    each(scene => {
      for (let i = 0; i < STEPS; i++) {
        scene.step()
        const view = scene.view()
        expect(view.includes(SELF)).toBe(false)
        expect(new Set(view).size).toBe(view.length)
        expect(view.length).toBeLessThanOrEqual(scene.viewSize)
        expect(view.filter(peer => !scene.known.has(peer))).toEqual([])
      }
    })
  )
  it(
    'what is shown is what a message may hold: different others with hops above 0, then the own record',
    each(scene => {
      for (let i = 0; i < STEPS; i++) {
        scene.step()
        const { offer, to } = scene.shown ?? { offer: scene.show(nobody), to: nobody }
        expect(offerFault(offer, SELF, to, scene.exchangeSize)).toBe(undefined)
        const others = [...offer.peers.subarray(0, offer.count - 1)]
        expect(others.filter(peer => !scene.known.has(peer))).toEqual([])
      }
    })
  )
  it(
    'what is picked are different places of what was shown',
    each(scene => {
      for (let i = 0; i < STEPS; i++) {
        scene.step()
        const { places, of } = scene.picked ?? { places: [], of: 0 }
        expect(new Set(places).size).toBe(places.length)
        expect(places.every(place => place < of)).toBe(true)
      }
    })
  )
  it(
    'the rows of other nodes stay as they are',
    each(scene => {
      const before = scene.view(BYSTANDER)
      for (let i = 0; i < STEPS; i++) scene.step()
      expect(scene.view(BYSTANDER)).toEqual(before)
    })
  )
  it('the same seed gives the same life', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const lives = [0, 1].map(() =>
        withSeed(seed, rng => {
          const scene = new PolicyScene(create(), rng)
          return Array.from({ length: STEPS }, () => {
            scene.step()
            return [scene.view(), scene.begin()]
          })
        })
      )
      expect(lives[0], `seed ${seed}`).toEqual(lives[1])
    }
  })
  it(
    'whoever joins anew knows nobody, asks nobody, pings nobody, and shows itself alone',
    each(scene => {
      for (let i = 0; i < STEPS; i++) scene.step()
      scene.sampling.join(SELF)
      expect([scene.view(), scene.begin(), scene.probes()]).toEqual([[], [], []])
      expect(scene.show(nobody).count).toBe(1)
    })
  )
}

function itsPeers({ it, expect }: Runner, each: Each): void {
  it(
    'whom to try are different peers, somebody as long as anybody is held, and never more than a round tries',
    each(scene => {
      for (let i = 0; i < STEPS; i++) {
        scene.step()
        const partners = scene.begin()
        expect(new Set(partners).size).toBe(partners.length)
        expect(partners.length).toBeLessThanOrEqual(limits.triesPerRound)
        expect(partners.length >= Math.min(scene.view().length, 1)).toBe(true)
        expect(partners.filter(peer => peer === SELF || !scene.known.has(peer))).toEqual([])
      }
    })
  )
  it(
    'no more peers are pinged in a round than a round may ping, each once, and never itself',
    each(scene => {
      for (let i = 0; i < STEPS; i++) {
        scene.step()
        const probes = scene.probes()
        expect(probes.length).toBeLessThanOrEqual(limits.maxProbes)
        expect(probes.filter(peer => peer === SELF || !scene.known.has(peer))).toEqual([])
      }
    })
  )
  it(
    'the first contact is in the view, is asked, and is shown to others',
    each(scene => {
      const peer = scene.anybody()
      scene.learn(peer)
      expect(scene.view()).toEqual([peer])
      expect(scene.begin()).toEqual([peer])
      expect(scene.show(nobody).peers[0]).toBe(peer)
      expect(scene.show(peer).count, 'not to itself').toBe(1)
    })
  )
  it(
    'nobody who is held stays unasked for ever, however many of the others are never met',
    each(scene => {
      for (let peer = 2; peer < 14; peer++) scene.learn(peer)
      const unasked = new Set(scene.view())
      for (let i = 0; i < 1_000 && unasked.size > 0; i++) {
        for (const peer of scene.begin()) unasked.delete(peer)
        // A policy may exchange whom it holds.
        const view = new Set(scene.view())
        for (const peer of unasked) if (!view.has(peer)) unasked.delete(peer)
      }
      expect(unasked.size).toBe(0)
    })
  )
  it(
    'who does not answer leaves no trace, and hearsay does not bring it back while it is buried',
    each(scene => {
      for (let i = 0; i < STEPS; i++) scene.step()
      const gone = scene.view()[0] ?? 2
      scene.sampling.forget(SELF, gone)
      for (let i = 0; i < limits.tombstoneRounds / 2; i++) {
        const from = 2 + ((gone + i) % 70)
        const partners = scene.begin()
        if (from === gone) continue
        const heard = scene.message(from, [gone, scene.anybody()])
        scene.exchange(from, i % 2 === 0 ? role.initiator : role.responder, heard)
        const { offer } = scene.shown ?? { offer: scene.show(nobody) }
        const traces = [scene.view(), partners, [...offer.peers.subarray(0, offer.count)], scene.probes()]
        expect(traces.map(trace => trace.includes(gone))).toEqual([false, false, false, false])
        expect(scene.sampling.holds(SELF, gone) && !scene.sampling.isBuried(SELF, gone)).toBe(false)
      }
    })
  )
}

const networkOf = (policy: SamplingInit['policy'], nodes: number, rng: SeededRng): PolicyNetworkInit => ({
  policies: [policy],
  nodes,
  rng,
  viewSize: limits.viewSize,
  exchangeSize: limits.viewSize / 2
})

function aNetwork({ it, expect }: Runner, options: PolicySuiteOptions): void {
  const { create, healingRounds = 100, deadShare = 0.05 } = options
  it('300 nodes that all know one of them alone are one network with full views 30 rounds later', () => {
    withSeed(1, rng => {
      const network = new PolicyNetwork(networkOf(create(), 300, rng))
      network.run(30)
      expect(network.connected()).toBe(true)
      expect(network.wrong).toEqual([])
      for (const node of network.live())
        expect(network.view(node).length).toBeGreaterThanOrEqual(network.viewSize / 2)
      // A policy of ranked slots holds a few peers twice.
      expect(network.entries().length).toBeGreaterThanOrEqual(0.8 * 300 * network.viewSize)
    })
  })
  it('the same seed gives the same network', () => {
    const [one, other] = [0, 1].map(() =>
      withSeed(2, rng => {
        const network = new PolicyNetwork(networkOf(create(), 50, rng))
        network.run(20)
        return network.live().map(node => network.view(node))
      })
    )
    expect(one).toEqual(other)
  })
  it('when half of 200 nodes die, the others are rid of them in time, and still one network', () => {
    withSeed(3, rng => {
      const network = new PolicyNetwork(networkOf(create(), 200, rng))
      network.run(50)
      for (let node = 0; node < 100; node++) network.dead.add(node * 2)
      network.run(healingRounds)
      const entries = network.entries()
      const dead = entries.filter(peer => network.dead.has(peer)).length
      expect(dead / entries.length).toBeLessThanOrEqual(deadShare)
      expect(network.connected()).toBe(true)
    })
  })
  for (const nodes of [2, 3, 10])
    it(`${nodes} nodes find each other, and when all but two die, these two are left with each other`, () => {
      for (let seed = 1; seed <= 5; seed++)
        withSeed(seed, rng => {
          const network = new PolicyNetwork(networkOf(create(), nodes, rng))
          network.run(30)
          expect(network.connected()).toBe(true)
          expect(network.wrong).toEqual([])
          for (const node of network.live()) expect(network.view(node).length).toBeGreaterThanOrEqual(1)
          for (let node = 2; node < nodes; node++) network.dead.add(node)
          network.run(healingRounds)
          expect(network.entries().filter(peer => network.dead.has(peer))).toEqual([])
        })
    })
  it('a node alone stays alone, and nothing breaks', () => {
    withSeed(4, rng => {
      const network = new PolicyNetwork(networkOf(create(), 1, rng))
      network.run(100)
      expect(network.view(0)).toEqual([])
    })
  })
  it('the smallest views and messages work, and the largest', () => {
    for (const [viewSize, exchangeSize] of [
      [2, 2],
      [4, 2],
      [limits.maxViewSize, limits.maxRecords]
    ] as const)
      withSeed(5, rng => {
        const network = new PolicyNetwork({ ...networkOf(create(), 60, rng), viewSize, exchangeSize })
        network.run(30)
        expect(network.wrong).toEqual([])
        for (const node of network.live()) expect(network.view(node).length).toBeGreaterThanOrEqual(1)
      })
  })
}

function sharedNetworks({ it, expect }: Runner, { create }: PolicySuiteOptions): void {
  for (const other of COMPANY)
    it(`shares a network with ${other}: all are one network with full views, and neither side is forgotten`, () => {
      withSeed(6, rng => {
        const company = policies[other]!()
        const network = new PolicyNetwork({ ...networkOf(create(), 200, rng), policies: [create(), company] })
        network.run(50)
        expect(network.connected()).toBe(true)
        expect(network.wrong).toEqual([])
        const entries = network.entries()
        expect(entries.length).toBeGreaterThanOrEqual(0.8 * 200 * network.viewSize)
        const own = entries.filter(peer => peer % 2 === 0).length / entries.length
        expect(own).toBeGreaterThanOrEqual(0.25)
        expect(own).toBeLessThanOrEqual(0.75)
      })
    })
}
