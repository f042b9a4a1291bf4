import type { Host } from '@pex/host'
import { udpTransport } from '@pex/transport-udp'
import { describe, expect, it } from 'vitest'
import { hostNetwork } from '../src/host-network.ts'

/** What each host has heard, by id. */
function chat(): { heard: Map<string, number>; before: (host: Host) => void } {
  const heard = new Map<string, number>()
  const before = (host: Host): void =>
    host.subscribe('chat', {
      validate: () => {
        heard.set(host.id, (heard.get(host.id) ?? 0) + 1)
        return 'valid'
      }
    })
  return { heard, before }
}

describe('a network of hosts', () => {
  it('meets, acts on each and on some, and waits for what comes of it', async () => {
    const { heard, before } = chat()
    const network = await hostNetwork({ hosts: 12, bootstraps: 2, before, links: { latencyMs: [5, 20] } })
    expect(await network.meet()).toBeLessThan(60_000)
    let number = 0
    await network.some(3, host => host.broadcast('chat', Uint8Array.of(++number)))
    const all = (): boolean => network.hosts.every(({ id }) => (heard.get(id) ?? 0) >= 2)
    await network.until(all, { what: 'a message at every host' })
    await network.each(host => expect(host.peers.size).toBeGreaterThan(0))
    await network.stop()
  })

  it('replaces hosts, in good order or by crashes, and goes on', async () => {
    const { heard, before } = chat()
    const network = await hostNetwork({ hosts: 8, before })
    await network.meet()
    await network.remove(network.hosts[5]!)
    await network.remove(network.hosts[4]!, { crash: true })
    const added = await network.add()
    await network.meet()
    network.hosts[1]!.broadcast('chat', new Uint8Array(1))
    expect(await network.until(() => heard.get(added.id) === 1)).toBeLessThan(10_000)
    await network.stop()
  })

  it('says what every host saw when the condition does not come', async () => {
    const network = await hostNetwork({ hosts: 3, seed: 9 })
    const failed = await network
      .until(() => false, { maxMs: 1_000, what: 'a miracle' })
      .catch(error => error as Error)
    expect(String(failed)).toMatch(/a miracle did not come within 1000 ms\nseed 9, 3 hosts\nhost 0 \(12D3/)
    expect(String(failed)).toMatch(/neighbours: [012]/)
    const both = network.each((_, index) => expect(index).toBe(0))
    await expect(both).rejects.toThrow('failed on 2 of 3 hosts')
    await network.stop()
  })

  it('gives one history for one seed', async () => {
    const run = async (): Promise<string> => {
      const network = await hostNetwork({ hosts: 6, seed: 4, links: { latencyMs: [1, 30] } })
      await network.pass(30_000)
      const report = network.report()
      await network.stop()
      return report
    }
    expect(await run()).toBe(await run())
  })

  it('runs on real sockets, too', async () => {
    const { heard, before } = chat()
    const network = await hostNetwork({
      hosts: 5,
      before,
      init: () => ({ gossip: { tickMs: 500 }, neighbours: { retryMs: 100 } }),
      carrier: privateKey => udpTransport({ privateKey, listen: ['/ip4/127.0.0.1/udp/0/noise'] })
    })
    try {
      await network.meet({ maxMs: 15_000 })
      network.hosts[2]!.broadcast('chat', new Uint8Array(1))
      const others = network.hosts.filter(host => host !== network.hosts[2])
      const all = (): boolean => others.every(({ id }) => heard.get(id) === 1)
      expect(await network.until(all, { maxMs: 10_000 })).toBeLessThan(10_000)
    } finally {
      await network.stop()
    }
  })
})
