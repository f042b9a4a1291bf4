/** What a broadcast counts, after a scene. */
import { recordingMetrics } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { encode } from '../src/codec.ts'
import { broadcastRejections } from '../src/counts.ts'
import { bytes, contact, meet, PROTOCOL } from './hosts.ts'
import { announce, data, message } from './kit.ts'

describe('the metrics of a broadcast', () => {
  it('tell of messages, of the tree and of what is held; redundancy is duplicates to what was accepted', async () => {
    const metrics = recordingMetrics()
    const { clock, hosts } = await meet(['a', 'b', 'c', 'd'], id => (id === 'b' ? { metrics } : {}))
    hosts[1]!.broadcast.publish('chat', bytes('own'))
    for (const word of ['one', 'three', 'five']) {
      hosts[0]!.broadcast.publish('chat', bytes(word))
      await clock.advance(1_000)
    }
    const read = (key: string): number | undefined => metrics.scrape().get(`pex_broadcast_${key}`)
    const { counts } = hosts[1]!.broadcast
    expect([read('events_total{published}'), read('events_total{accepted}')]).toEqual([1, 3])
    for (const kind of ['duplicates', 'pushed', 'announced', 'grafted', 'pruned'] as const)
      expect(read(`events_total{${kind}}`)).toBe(counts[kind])
    expect(counts.duplicates).toBeGreaterThan(0)
    expect([read('messages{held}'), read('messages{seen}'), read('held_bytes')]).toEqual([4, 4, 15])
    expect(read('neighbours{eager}')! + read('neighbours{lazy}')!).toBe(3)
    expect(read('neighbours{lazy}')).toBeGreaterThan(0)
    // A second look gives the same: counters grow by what is new.
    expect(read('events_total{accepted}')).toBe(3)
  })

  it('have the labels of closed lists from the start, and no other, whatever peers say', async () => {
    const metrics = recordingMetrics()
    const { clock, hosts, network } = await meet(['a', 'b'], id => (id === 'a' ? { metrics } : {}))
    const labels = [...metrics.scrape().keys()].toSorted()
    expect(labels.filter(key => key.startsWith('pex_broadcast_rejections_total'))).toHaveLength(
      broadcastRejections.length
    )
    const stranger = network.transport('stranger')
    await stranger.start()
    const { signal } = new AbortController()
    for (let i = 0; i < 50; i++) {
      const frames = [
        data(message(i, { protocol: `protocol ${i}`, publishedAt: clock.now() })),
        announce('ab'.repeat(32)),
        { kind: 'graft' as const, ids: ['cd'.repeat(32)] }
      ]
      for (const from of [stranger, hosts[1]!.transport])
        for (const body of [encode(frames), Uint8Array.of(i, i, i)])
          void from.request(contact('a'), PROTOCOL, body, { signal }).catch(() => {})
      await clock.advance(100)
    }
    expect(hosts[0]!.broadcast.counts.rejected['unknown-protocol']).toBe(50)
    expect([...metrics.scrape().keys()].toSorted()).toEqual(labels)
    await stranger.stop()
  })
})
