import { hostNetwork } from '@pex/testkit/host-network'
import type { Host } from '@pex/host'
import { describe, expect, it } from 'vitest'
import { KeyValue } from '../src/index.ts'

async function stores(hosts: number): Promise<{
  network: Awaited<ReturnType<typeof hostNetwork>>
  of: (host: Host) => KeyValue
}> {
  const all = new Map<Host, KeyValue>()
  let now = 0
  const network = await hostNetwork({
    hosts,
    links: { latencyMs: [1, 20] },
    // A small network in which everybody knows everybody.
    init: () => ({ neighbours: { outbound: hosts } }),
    before: host => void all.set(host, new KeyValue(host, () => ++now))
  })
  await network.meet()
  return { network, of: host => all.get(host)! }
}

describe('the key-value store', () => {
  it('gives everybody what anybody has put, and the last value', async () => {
    const { network, of } = await stores(8)
    const [a, b, c] = network.hosts as [Host, Host, Host]
    await network.run(of(a).put('colour', 'red'))
    await network.run(of(b).put('colour', 'blue'))
    await network.each(async host => expect(await of(host).get('colour')).toBe('blue'))
    expect(await network.run(of(c).get('shape'))).toBeUndefined()
    await network.stop()
  })

  it('keeps each key at three hosts, and finds it again after a third of the hosts have died', async () => {
    const { network, of } = await stores(12)
    const keys = Array.from({ length: 40 }, (_, i) => `key ${i}`)
    for (const key of keys) await network.run(of(network.hosts[0]!).put(key, key.toUpperCase()))
    const copies = network.hosts.reduce((sum, host) => sum + of(host).size, 0)
    expect(copies).toBeGreaterThanOrEqual(keys.length * 3)

    for (let i = 0; i < 4; i++) {
      await network.remove(network.hosts[2]!, { crash: true })
      await network.pass(60_000)
    }
    await network.each(async host => {
      for (const key of keys) expect(await of(host).get(key), key).toBe(key.toUpperCase())
    })
    await network.stop()
  })

  it('tells the caller why it takes nothing more', async () => {
    const { network } = await stores(2)
    const [one, two] = network.hosts as [Host, Host]
    const bad = one.call(two.id, 'kv/put', new TextEncoder().encode('{"key":1}'))
    await expect(network.run(bad)).rejects.toMatchObject({ fault: 'malformed' })
    await network.stop()
  })
})
