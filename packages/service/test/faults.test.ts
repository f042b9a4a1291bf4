/** Faults of a network (the fault matrix of SECURITY.md) that only whole services in virtual time have: copies, delays, one-way links. */
import { below } from '@pex/core'
import { virtualNetwork } from '@pex/testkit/network'
import type { VirtualNetwork } from '@pex/testkit/network'
import { describe, expect, it } from 'vitest'

const views = (network: VirtualNetwork): Record<string, readonly string[]> =>
  Object.fromEntries(network.hosts.map(host => [host.id, [...network.viewOf(host)].toSorted()]))

describe('messages that come twice', () => {
  it.each([1, 2])('every second one of them: every view is as it would have been (seed %d)', async seed => {
    const run = async (duplication: number) => {
      // All messages take equally long, so that a copy comes with its original.
      const network = await virtualNetwork({ hosts: 24, seed, latencyMs: [20, 20], duplication })
      await network.rounds(40)
      const seen = views(network)
      await network.stop()
      expect(network.clock.pending).toBe(0)
      return seen
    }
    expect(await run(0.5)).toEqual(await run(0))
  })
})

describe('messages that take up to three seconds', () => {
  it('leave nobody out and no timer behind', async () => {
    // The deadline of an exchange is the default's, thirty seconds.
    const gossip = { tickMs: 60_000 }
    const network = await virtualNetwork({ hosts: 24, seed: 3, gossip, latencyMs: [10, 3_000] })
    await network.rounds(60)
    expect(network.components()).toEqual([24])
    expect(Math.min(...network.hosts.map(host => network.viewOf(host).length))).toBeGreaterThanOrEqual(20)
    await network.stop()
    expect(network.clock.pending).toBe(0)
  })
})

describe('one link in fifty that carries only one way', () => {
  it.each([1, 2, 3])(
    'costs nobody the network, and five rounds after the end nobody is missed (seed %d)',
    async seed => {
      const network = await virtualNetwork({ hosts: 24, seed, latencyMs: [10, 50] })
      await network.rounds(30)
      expect(network.converged()).toBe(true)
      for (const from of network.hosts)
        for (const to of network.hosts)
          if (from !== to && below(network.rng, 50) === 0) network.links.cut(from.id, to.id)
      await network.rounds(20)
      expect(network.components()).toEqual([24])
      network.links.heal()
      await network.rounds(5)
      expect(network.components()).toEqual([24])
      for (const host of network.hosts) {
        const holders = network.hosts.filter(other => network.viewOf(other).includes(host.id))
        expect(holders.length, host.id).toBeGreaterThanOrEqual(20)
      }
      await network.stop()
      expect(network.clock.pending).toBe(0)
    }
  )
})
