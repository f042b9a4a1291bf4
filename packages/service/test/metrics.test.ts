/** What a host counts, after a scene. */
import { limits, rejectionReasons } from '@pex/core'
import { protocolOf } from '@pex/service'
import { memoryStore } from '@pex/store-memory'
import { recordingMetrics, seeded, virtualClock } from '@pex/testkit'
import type { RecordingMetrics } from '@pex/testkit'
import { memoryNetwork } from '@pex/transport-memory'
import { describe, expect, it } from 'vitest'
import { metered } from '../src/metered.ts'
import { contact, TICK, world } from './world.ts'

const reader =
  (metrics: RecordingMetrics) =>
  (key: string): number | undefined =>
    metrics.scrape().get(`pex_${key}`)

describe('the metrics of a host', () => {
  it('tell an exchange from both sides, with its bytes', async () => {
    const { host, clock } = world()
    const [here, there] = [recordingMetrics(), recordingMetrics()]
    const a = await host({ namespaces: ['x'] }, { metrics: there })
    const b = await host({ namespaces: ['x'], bootstrap: [contact(a)] }, { metrics: here })
    await a.start()
    await b.start()
    await clock.advance(100)
    const [mine, theirs] = [reader(here), reader(there)]
    expect({
      completed: mine('exchanges_total{ok}'),
      timed: mine('exchange_duration_seconds'),
      rounds: mine('rounds_total{reached}'),
      view: mine('view_size{x}'),
      records: mine('records_total'),
      namespaces: mine('namespaces')
    }).toEqual({ completed: 1, timed: 1, rounds: 1, view: 1, records: 1, namespaces: 1 })
    expect(theirs('exchanges_answered_total')).toBe(1)
    for (const [sent, received] of [
      [mine, theirs],
      [theirs, mine]
    ] as const)
      for (const what of ['messages', 'message_bytes'])
        expect(sent(`${what}_total{sent}`)).toBe(received(`${what}_total{received}`))
    expect(mine('message_bytes_total{sent}')).toBeGreaterThan(100)
    await b.stop()
    await a.stop()
  })

  it('leave nothing out that a transport can do beside what all can', () => {
    const told: unknown[] = []
    const bare = memoryNetwork({ clock: virtualClock(), rng: seeded(1) }).transport('a')
    const able = Object.assign(memoryNetwork({ clock: virtualClock(), rng: seeded(1) }).transport('a'), {
      carries: (address: string) => address === 'mine',
      announce: (places: unknown) => void told.push(places)
    })
    const counted = metered(able, undefined, recordingMetrics()).transport
    counted.announce!([{ inside: 'in', outside: 'out' }])
    expect([counted.carries!('mine'), counted.carries!('yours'), told]).toEqual([
      true,
      false,
      [[{ inside: 'in', outside: 'out' }]]
    ])
    const simple = metered(bare, undefined, recordingMetrics()).transport
    expect([simple.carries, simple.announce]).toEqual([undefined, undefined])
  })

  it('say that nobody is there: a view of 0, lonely rounds, failed exchanges; and nothing of what was left', async () => {
    const { host, clock } = world()
    const metrics = recordingMetrics()
    const read = reader(metrics)
    const pex = await host(
      { namespaces: ['x'], bootstrap: [{ id: 'nobody', addresses: ['/memory/nobody'] }] },
      { metrics }
    )
    await pex.start()
    await clock.advance(5 * TICK)
    expect([read('view_size{x}'), read('recovery_size{x}'), read('rounds_total{reached}')]).toEqual([0, 0, 0])
    expect(read('rounds_total{alone}')).toBeGreaterThan(0)
    expect(read('exchanges_total{PEX_UNREACHABLE}')).toBeGreaterThan(0)
    expect([read('network_size{x}'), read('network_size_alarm{x}')]).toEqual([NaN, 0])
    await pex.leave('x')
    expect([read('view_size{x}'), read('network_size_alarm{x}'), read('namespaces')]).toEqual([NaN, NaN, 0])
    await pex.stop()
  })

  it('say while the store fails, and when it works again', async () => {
    const { host, clock } = world()
    const metrics = recordingMetrics()
    const read = reader(metrics)
    const store = memoryStore()
    const save = store.save.bind(store)
    let broken = false
    store.save = (...diff) => (broken ? Promise.reject(new Error('no space left on device')) : save(...diff))
    const pex = await host({ namespaces: ['x'] }, { store, metrics })
    await pex.start()
    expect([read('store_failing'), read('store_operations_total{loaded}')]).toEqual([0, 2])
    broken = true
    const other = await host({ namespaces: ['x'], bootstrap: [contact(pex)] })
    await other.start()
    await clock.advance(3 * TICK)
    expect(read('store_failing')).toBe(1)
    expect(read('store_operations_total{save_failed}')).toBeGreaterThan(0)
    broken = false
    await clock.advance(100 * TICK)
    expect(read('store_failing')).toBe(0)
    await other.stop()
    await pex.stop()
  })

  it('tell the size of the network, with its error, as the events do', async () => {
    const { host, clock } = world()
    const metrics = recordingMetrics()
    const read = reader(metrics)
    const first = await host({ namespaces: ['x'] }, { metrics })
    const all = [first]
    for (let i = 0; i < 11; i++) all.push(await host({ namespaces: ['x'], bootstrap: [contact(first)] }))
    for (const pex of all) await pex.start()
    await clock.advance(120 * TICK)
    const { size, low, high, alarm } = first.estimate('x')!
    expect([read('network_size{x}'), read('network_size_low{x}'), read('network_size_high{x}')]).toEqual([
      size,
      low,
      high
    ])
    expect(read('network_size_alarm{x}')).toBe(Number(alarm))
    expect(size).toBeGreaterThan(8)
    for (const pex of all) await pex.stop()
  })

  it('have labels that no peer chooses: after hundreds of strangers’ faults as many as before', async () => {
    const { host, clock, links } = world()
    const metrics = recordingMetrics()
    const pex = await host({ namespaces: ['x'] }, { metrics })
    await pex.start()
    await clock.advance(10)
    const before = [...metrics.scrape().keys()]
    for (let i = 0; i < 300; i++) {
      const stranger = links.transport(`stranger-${i}`)
      await stranger.start()
      const { signal } = new AbortController()
      const asked = stranger.request(contact(pex), protocolOf('x'), Uint8Array.of(i % 256, i >> 8), {
        signal
      })
      asked.catch(() => {})
      await clock.advance(10)
      await asked
    }
    const after = metrics.scrape()
    expect([...after.keys()].toSorted()).toEqual(before.toSorted())
    const rejected = rejectionReasons.map(reason => after.get(`pex_rejections_total{${reason}}`)!)
    expect(rejected.reduce((sum, count) => sum + count)).toBe(300)
    expect(rejected.length).toBe(rejectionReasons.length)
    await pex.stop()
  })

  it('name no more namespaces than a host may join at a time', async () => {
    const { host, clock } = world()
    const metrics = recordingMetrics()
    const pex = await host({}, { metrics })
    await pex.start()
    for (let i = 0; i < limits.maxNamespaces + 10; i++) {
      await pex.join(`n${i}`)
      metrics.scrape()
      await pex.leave(`n${i}`)
    }
    const named = [...metrics.scrape().keys()].filter(key => key.startsWith('pex_view_size{'))
    expect(named.length).toBe(limits.maxNamespaces)
    await pex.stop()
    expect(clock.pending).toBe(0)
  })
})
