import { limits, policies } from '@pex/core'
import { virtualNetwork } from '@pex/testkit/network'
import type { VirtualHost, VirtualNetwork } from '@pex/testkit/network'
import { describe, expect, it } from 'vitest'

const SEEDS = [1, 2, 3]

async function within(
  options: Parameters<typeof virtualNetwork>[0],
  test: (network: VirtualNetwork) => Promise<void>
) {
  const network = await virtualNetwork(options)
  try {
    await test(network)
  } catch (error) {
    throw new Error(`${String(error)} [seed ${options.seed}]`, { cause: error })
  } finally {
    await network.stop()
  }
  expect(network.clock.pending, 'timers left after everything has stopped').toBe(0)
}

async function until(network: VirtualNetwork, reached: () => boolean, rounds: number): Promise<number> {
  for (let round = 0; round <= rounds; round++) {
    if (reached()) return round
    await network.rounds(1)
  }
  throw new Error(`not reached within ${rounds} rounds`)
}

describe('a network of services in virtual time', () => {
  it.each(SEEDS)('five hosts that know the first converge within ten rounds (seed %i)', async seed => {
    await within({ hosts: 5, seed, latencyMs: [10, 50] }, async network => {
      await until(network, () => network.converged(), 10)
    })
  })

  it.each(SEEDS)(
    'three of five crash and rejoin from their stores without a bootstrap peer (seed %i)',
    async seed => {
      await within({ hosts: 5, seed }, async network => {
        await until(network, () => network.converged(), 10)
        await network.rounds(2)
        const crashed = network.hosts.slice(0, 3)
        for (const host of crashed) host.crash()
        await network.rounds(3)
        for (const host of crashed) await host.start()
        await until(network, () => network.converged(), 10)
      })
    }
  )

  it.each(SEEDS)(
    'a host that comes back under other addresses is found under them by all (seed %i)',
    async seed => {
      await within({ hosts: 5, seed }, async network => {
        await until(network, () => network.converged(), 10)
        const moved = network.hosts[2]!
        const seqBefore = await seqOf(network, moved)
        moved.crash()
        await network.rounds(1)
        await moved.start([], [`/memory/moved`])
        const found = () =>
          network.hosts.every(
            host => host === moved || addressesOf(network, host, moved)?.[0] === '/memory/moved'
          )
        await until(network, found, 10)
        expect(await seqOf(network, moved)).toBeGreaterThan(seqBefore)
      })
    }
  )

  it.each(SEEDS)(
    'twenty hosts split in halves for 50 rounds are one network again without bootstrap (seed %i)',
    async seed => {
      await within({ hosts: 20, seed, latencyMs: [1, 20] }, async network => {
        await until(network, () => network.converged(), 20)
        const halves = [network.hosts.slice(0, 10), network.hosts.slice(10)]
        // Bootstrap must not be what heals it: everybody begins a new life without one.
        for (const host of network.hosts) {
          host.crash()
          await host.start()
        }
        await until(network, () => network.converged(), 20)

        network.links.partition(halves.map(half => half.map(({ id }) => id)))
        const crossed: string[] = []
        for (const half of halves) {
          for (const host of half) {
            host.pex.addEventListener('exchange:complete', ({ detail: { peer } }) => {
              if (!half.some(({ id }) => id === peer)) crossed.push(`${host.id} ${peer}`)
            })
          }
        }
        await network.rounds(50)
        expect(crossed).toEqual([])

        network.links.heal()
        const across = (half: VirtualHost[]) => (host: VirtualHost) =>
          network.viewOf(host).some(id => !half.some(each => each.id === id))
        await until(network, () => halves.every(half => half.every(across(half))), 20)
        // The last of those that were thought dead is asked for when its turn comes, or when the tombstones are gone.
        await until(network, () => network.converged(), limits.tombstoneRounds + 20)
      })
    }
  )

  it.each(SEEDS)(
    'half of forty hosts die: few dead in views after 50 rounds, hardly any after 100 (seed %i)',
    async seed => {
      await within({ hosts: 40, seed }, async network => {
        await network.rounds(20)
        for (const host of network.hosts.slice(20)) host.crash()
        const living = network.hosts.slice(0, 20)
        const ids = new Set(living.map(({ id }) => id))
        const deadShare = () => {
          const held = living.flatMap(host => network.viewOf(host))
          return held.filter(id => !ids.has(id)).length / held.length
        }
        expect(deadShare()).toBeGreaterThan(0.4)
        await network.rounds(50)
        expect(deadShare()).toBeLessThan(0.13)
        await network.rounds(50)
        expect(deadShare()).toBeLessThan(0.1)
        expect(network.components()).toEqual([20])
      })
    }
  )

  it.each(SEEDS)(
    'a tenth of all messages lost: fifty rounds keep forty hosts together (seed %i)',
    async seed => {
      await within({ hosts: 40, seed, loss: 0.1, latencyMs: [10, 100] }, async network => {
        await network.rounds(50)
        expect(network.components()).toEqual([40])
        for (const host of network.hosts)
          expect(network.viewOf(host).length).toBeLessThanOrEqual(limits.viewSize)
      })
    }
  )

  it('the same seed gives the same network, message for message', async () => {
    const history = async () => {
      const lines: string[] = []
      await within({ hosts: 12, seed: 42, loss: 0.05, latencyMs: [5, 80] }, async network => {
        for (const host of network.hosts) {
          host.pex.addEventListener('exchange:complete', ({ detail }) =>
            lines.push(`${network.clock.now()} ${host.id} ${detail.role} ${detail.peer} ${detail.received}`)
          )
        }
        await network.rounds(30)
      })
      return lines
    }
    const [first, second] = [await history(), await history()]
    expect(first.length).toBeGreaterThan(500)
    expect(second).toEqual(first)
  })
})

describe.each(Object.keys(policies))('a network of services with the policy %s', name => {
  const gossip = { tickMs: 10_000, policy: policies[name]!() }

  it('begins with one contact, survives crashes and loss, and stays whole', async () => {
    await within({ hosts: 16, seed: 4, gossip, loss: 0.1, latencyMs: [10, 100] }, async network => {
      await until(network, () => network.components()[0] === 16, 20)
      await network.rounds(10)
      const crashed = network.hosts.slice(0, 5)
      for (const host of crashed) host.crash()
      await network.rounds(3)
      for (const host of crashed) await host.start()
      await until(network, () => network.components()[0] === 16, 20)
      for (const host of network.hosts) expect(network.viewOf(host).length).toBeGreaterThan(5)
    })
  })
})

function addressesOf(
  network: VirtualNetwork,
  host: VirtualHost,
  peer: VirtualHost
): readonly string[] | undefined {
  return host.pex.view(network.namespace).find(({ id }) => id === peer.id)?.addresses
}

async function seqOf(network: VirtualNetwork, peer: VirtualHost): Promise<bigint> {
  const other = network.hosts.find(host => host !== peer)!
  return other.pex.view(network.namespace).find(({ id }) => id === peer.id)!.seq
}
