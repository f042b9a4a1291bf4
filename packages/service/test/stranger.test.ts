import { describe, expect, it } from 'vitest'
import { contact, TICK, world } from './world.ts'

const NS = 'ns'

describe('hosts whose bootstrap peers are down when they start', () => {
  it('form islands at first, and one network when a bootstrap peer is back', async () => {
    const w = world()
    const old = await w.host({ namespaces: [NS] })
    const late = contact(old)
    // Two pairs: each knows of the old host, and of one another.
    const hosts = []
    for (let pair = 0; pair < 2; pair++) {
      const one = await w.host({ namespaces: [NS], bootstrap: [late] })
      const two = await w.host({ namespaces: [NS], bootstrap: [late, contact(one)] })
      hosts.push(one, two)
    }
    for (const host of hosts) await host.start()
    await w.clock.advance(4 * TICK)
    expect(hosts.map(host => host.view(NS).length)).toEqual([1, 1, 1, 1])

    await old.start()
    await w.clock.advance(8 * TICK)
    expect(hosts.map(host => host.view(NS).length)).toEqual([4, 4, 4, 4])
    for (const host of [...hosts, old]) await host.stop()
  })

  it('ask them after each round at first, later seldom, and never again once one has answered', async () => {
    const w = world()
    let asked = 0
    const old = await w.host({ namespaces: [NS] })
    const one = await w.host({ namespaces: [NS], bootstrap: [contact(old)] })
    one.addEventListener('exchange:fail', ({ detail }) => {
      if (detail.to.id === old.id) asked++
    })
    const two = await w.host({ namespaces: [NS], bootstrap: [contact(one)] })
    for (const host of [one, two]) await host.start()
    await w.clock.advance(30 * TICK)
    const before = asked
    expect(before).toBeGreaterThan(10)
    await w.clock.advance(60 * TICK)
    expect(asked - before).toBeGreaterThanOrEqual(2)
    expect(asked - before).toBeLessThanOrEqual(8)

    // However late one is back: whoever has found the newcomers meanwhile does not keep them.
    await old.start()
    await w.clock.advance(20 * TICK)
    expect(old.view(NS)).toHaveLength(2)
    await old.stop()
    const after = asked
    await w.clock.advance(2 * TICK)
    const lost = asked - after
    await w.clock.advance(60 * TICK)
    expect(asked - after - lost).toBeLessThanOrEqual(4)
    for (const host of [one, two]) await host.stop()
  })
})
