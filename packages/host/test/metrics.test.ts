/** What hosts count, after a scene. */
import { memoryStore } from '@pex/store-memory'
import { recordingMetrics } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { HELLO, statuses } from '../src/greeting.ts'
import { leavings } from '../src/neighbourhood/events.ts'
import { contact, scene } from './scene.ts'
import { done, network, stopAll, stranger } from './strangers.ts'

describe('the metrics of a host', () => {
  it('tell who comes, who goes and why, how the clock is, and what rpc and broadcast do', async () => {
    const world = scene()
    const metrics = recordingMetrics()
    const others = await network(world, 4)
    const init = { bootstrap: [contact(others[0]!)], neighbours: { inbound: 0 } }
    const host = await world.host(init, { metrics, store: memoryStore(), skewMs: 60_000 })
    const read = (key: string): number | undefined => metrics.scrape().get(`pex_${key}`)
    expect(read('host_clock_skew_seconds')).toBeNaN()
    await host.start()
    await world.clock.advance(20_000)
    expect([read('host_neighbours{outbound}'), read('host_neighbours{inbound}')]).toEqual([4, 0])
    expect(read('host_neighbours_added_total{outbound}')).toBe(4)
    expect([Math.round(read('host_clock_skew_seconds')!), read('host_clock_wrong')]).toEqual([-60, 1])
    expect(read('address_book_peers{tried}')! + read('address_book_peers{new}')!).toBeGreaterThan(0)
    expect(read('host_mapped_ports')).toBe(0)
    host.subscribe('news', { validate: () => 'valid' })
    host.broadcast('news', Uint8Array.of(1))
    expect(read('broadcast_events_total{published}')).toBe(1)
    expect(read('broadcast_neighbours{eager}')).toBe(4)
    others[1]!.handle('echo', body => body)
    await done(world, host.call(others[1]!.id, 'echo', Uint8Array.of(1)))
    expect(read('rpc_calls_total{ok}')).toBe(1)
    const late = await stranger(world, 1)
    await done(world, late.greet(host))
    await done(world, late.greet(host, { network: 'other' }))
    await world.clock.advance(1_000)
    await done(world, late.greet(host, { network: 'other' }))
    expect(read('host_declined_total{full}')).toBe(1)
    expect(read('host_declined_total{too-soon}')).toBe(1)
    expect(read('host_declined_total{other-network}')).toBe(1)
    host.peers.dismiss(others[2]!.id)
    await done(world, others[3]!.stop())
    expect(read('host_neighbours_removed_total{dismissed}')).toBe(1)
    expect(read('host_neighbours_removed_total{farewell}')).toBe(1)
    await stopAll(world, [host, ...others, late.transport])
  })

  it('count by what they were turned down that others have not taken them for', async () => {
    const world = scene()
    const metrics = recordingMetrics()
    const [full] = await network(world, 1, { neighbours: { inbound: 0 } })
    const host = await world.host({ bootstrap: [contact(full!)] }, { metrics })
    await host.start()
    await world.clock.advance(10_000)
    expect(metrics.scrape().get('pex_host_turned_down_total{full}')).toBeGreaterThan(0)
    await stopAll(world, [full!, host])
  })

  it('have the labels of closed lists from the start, and no other, whatever strangers say', async () => {
    const world = scene()
    const metrics = recordingMetrics()
    const host = await world.host({}, { metrics })
    const ours = (): string[] =>
      [...metrics.scrape().keys()].filter(key => key.startsWith('pex_host_')).toSorted()
    const labels = ours()
    expect(labels.filter(key => key.includes('removed_total'))).toHaveLength(leavings.length)
    expect(labels.filter(key => key.includes('declined_total'))).toHaveLength(statuses.length - 1)
    await host.start()
    for (let i = 0; i < 20; i++) {
      const each = await stranger(world, i)
      await done(
        world,
        each.greet(host, { agent: `agent-${i}/1.0.${i}`, network: i % 2 ? 'test' : `net-${i}` })
      )
      await done(world, each.say(host, Uint8Array.of(i)))
      await each.transport.handle(HELLO, async () => Uint8Array.of(i, i))
      host.peers.broken(each.id)
      await world.clock.advance(1_000)
      await each.transport.stop()
    }
    expect(ours()).toEqual(labels)
    await stopAll(world, [host])
  })

  it('of one without neighbours are those of its ground alone: what does not run is not counted', async () => {
    const metrics = recordingMetrics()
    const host = await scene().host({ neighbours: false }, { metrics })
    expect(host.peers.size).toBe(0)
    const names = metrics.registered.map(({ name }) => name)
    expect(names.filter(name => /^pex_(?:rpc|broadcast|host)_/.test(name))).toEqual(['pex_host_mapped_ports'])
  })
})
