import type { Host } from '@pex/host'
import { hostNetwork } from '@pex/testkit/host-network'
import type { HostNetwork, HostNetworkOptions } from '@pex/testkit/host-network'
import { describe, expect, it } from 'vitest'
import { Presence } from '../src/index.ts'

/** Hosts with the protocol on each of them; time is the network's. */
async function presences(
  options: Pick<HostNetworkOptions, 'hosts' | 'links' | 'seed'>
): Promise<{ network: HostNetwork; of: (host: Host) => Presence }> {
  const all = new Map<Host, Presence>()
  const network = await hostNetwork({
    ...options,
    before: (host, _, { clock }) => void all.set(host, new Presence(host, () => clock!.now()))
  })
  await network.meet()
  return { network, of: host => all.get(host)! }
}

describe('presence', () => {
  it('is known to everybody a moment after it was announced', async () => {
    const { network, of } = await presences({ hosts: 20, links: { latencyMs: [5, 200] } })
    await network.each(host => of(host).announce())
    const took = await network.until(() => network.hosts.every(host => of(host).present.length === 19), {
      maxMs: 10_000,
      what: 'everybody being known to everybody'
    })
    expect(took).toBeLessThan(5_000)
    await network.stop()
  })

  it('gets through though every twentieth message is lost', async () => {
    const { network, of } = await presences({
      hosts: 20,
      links: { latencyMs: [5, 200], loss: 0.05 },
      seed: 3
    })
    const [first, ...others] = network.hosts as [Host, ...Host[]]
    of(first).announce()
    const took = await network.until(() => others.every(host => of(host).present.includes(first.id)))
    expect(took).toBeLessThan(60_000)
    await network.stop()
  })

  it('is over a minute after somebody has died', async () => {
    const { network, of } = await presences({ hosts: 10 })
    const victim = network.hosts[4]!
    await network.each(host => of(host).announce())
    await network.until(() => network.hosts.every(host => of(host).present.length === 9))
    await network.remove(victim, { crash: true })
    for (let i = 0; i < 4; i++) {
      await network.pass(30_000)
      await network.each(host => of(host).announce())
    }
    await network.pass(2_000)
    await network.each(host => expect(of(host).present).not.toContain(victim.id))
    await network.each(host => expect(of(host).present).toHaveLength(8))
    await network.stop()
  })
})
