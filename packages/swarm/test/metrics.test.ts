import { SwarmMetrics } from '@pex/swarm'
import { recordingMetrics } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { contactOf, failure, lan, settled, swarms, value, wan, World } from './world.ts'

describe('the metrics of a swarm', () => {
  const scene = () => {
    const world = new World()
    const recorded = recordingMetrics()
    const metrics = new SwarmMetrics(recorded)
    const read = (key: string): number | undefined => recorded.scrape().get(`pex_swarm_${key}`)
    return { world, recorded, metrics, read }
  }

  it('count dials and addresses by how they end, and connections as they are', async () => {
    const { world, metrics, read } = scene()
    const [b, c] = await swarms(world, 2)
    const a = world.swarm('a', {}, { metrics })
    await value(world, a.dial(contactOf(b!)))
    await value(world, a.dial(contactOf(b!)))
    await value(world, c!.dial({ id: 'a', addresses: [world.at(lan(9), { kind: 'answers', peer: 'a' })] }))
    await failure(world, a.dial({ id: 'x', addresses: [lan(20), '/ip6/fe80::1/tcp/1'] }))
    await failure(world, a.dial({ id: 'x', addresses: [lan(20)] }))
    await failure(world, a.dial({ id: 'x', addresses: [] }))
    await failure(world, a.dial({ id: 'y', addresses: [] }, { noDial: true }))
    world.at(lan(21), { kind: 'silent' })
    const silent = a.dial({ id: 'z', addresses: [lan(21)] })
    await world.clock.advance(10)
    expect([read('dials_under_way'), read('descriptors{used}')]).toEqual([1, 1])
    await settled(world, silent)
    expect({
      ok: read('dials_total{ok}'),
      unreachable: read('dials_total{PEX_UNREACHABLE}'),
      backoff: read('dials_total{PEX_BACKOFF}'),
      unknown: read('dials_total{PEX_NO_KNOWN_ADDRESS}')
    }).toEqual({ ok: 1, unreachable: 2, backoff: 1, unknown: 1 })
    expect({
      ok: read('addresses_total{ok}'),
      unreachable: read('addresses_total{PEX_UNREACHABLE}'),
      filtered: read('addresses_total{PEX_FILTERED}'),
      backoff: read('addresses_total{PEX_BACKOFF}'),
      timeout: read('addresses_total{PEX_TIMEOUT}')
    }).toEqual({ ok: 1, unreachable: 1, filtered: 1, backoff: 1, timeout: 1 })
    expect([read('connections{outbound}'), read('connections{inbound}')]).toEqual([1, 1])
    await value(world, a.closePeer(b!.self))
    expect([read('connections{outbound}'), read('connections_total{outbound}')]).toEqual([0, 1])
    expect(read('dials_under_way')).toBe(0)
  })

  it('go on counting where a swarm follows another', async () => {
    const { world, metrics, read } = scene()
    const [b] = await swarms(world, 1)
    for (const run of [1, 2]) {
      const a = world.swarm(`a${run}`, {}, { metrics })
      const stream = await value(world, a.openStream(contactOf(b!)))
      stream.sent(100)
      expect([read('bytes_total{sent}'), read('streams{outbound}')]).toEqual([100 * run, 1])
      await value(world, a.close())
      expect([read('dials_total{ok}'), read('connections{outbound}')]).toEqual([run, 0])
    }
  })

  it('have as many labels after ten thousand peers as before', async () => {
    const { world, metrics, recorded } = scene()
    const a = world.swarm('a', { victimCap: false, scope: undefined }, { metrics })
    const before = recorded.scrape().size
    for (let i = 0; i < 100; i++) {
      const dials = Array.from({ length: 100 }, (_, j) =>
        a.dial({ id: `peer-${i}-${j}`, addresses: [wan(i, 1_000 + j)] }).catch(() => {})
      )
      await value(world, Promise.all(dials))
    }
    expect(recorded.scrape().get('pex_swarm_dials_total{PEX_UNREACHABLE}')).toBe(10_000)
    expect(recorded.scrape().size).toBe(before)
  })
})
