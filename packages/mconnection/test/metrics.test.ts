/** What connections count, after a scene. */
import { faults, MConnectionMetrics } from '@pex/mconnection'
import { recordingMetrics, virtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { abc, bytesOf, never, packetsOn, peer, two, Wire } from './kit.ts'

const channels = [{ id: 1 }, { id: 0x40, sendQueueCapacity: 10 }]

describe('the metrics of connections', () => {
  it('count messages and bytes both ways, of all connections together, by the channels of this host', async () => {
    const recorded = recordingMetrics()
    const metrics = new MConnectionMetrics(recorded, channels)
    const read = (key: string): number | undefined => recorded.scrape().get(`pex_mconnection_${key}`)
    const clock = virtualClock()
    const wire = new Wire()
    const first = peer(wire, clock, { ...never, channels, metrics })
    first.connection.trySend(1, new Uint8Array(3))
    first.connection.trySend(0x40, new Uint8Array(3_000))
    await wire.feed(bytesOf(abc), bytesOf(abc))
    await clock.advance(100)
    expect(packetsOn(wire)).toHaveLength(4)
    expect([read('sent_messages_total{0x01}'), read('sent_messages_total{0x40}')]).toEqual([1, 1])
    expect(read('sent_bytes_total{0x01}')! + read('sent_bytes_total{0x40}')!).toBe(wire.sent.length)
    expect([read('received_messages_total{0x01}'), read('received_bytes_total{0x01}')]).toEqual([
      2,
      abc.length
    ])
    const { a, b } = two(clock, { ...never, channels, metrics })
    a.connection.trySend(1, new Uint8Array(5))
    await clock.advance(100)
    expect(b.received).toHaveLength(1)
    expect([read('sent_messages_total{0x01}'), read('received_messages_total{0x01}')]).toEqual([2, 3])
    for (const { connection } of [first, a, b]) connection.stop()
    expect(read('failures_total{closed}')).toBe(0)
  })

  it('have the labels of closed lists from the start, and no other, whatever the other side sends', async () => {
    const recorded = recordingMetrics()
    const metrics = new MConnectionMetrics(recorded, channels)
    const labels = [...recorded.scrape().keys()].toSorted()
    expect(labels).toHaveLength(4 * channels.length + faults.length + 3)
    const clock = virtualClock()
    // A message on each channel that there could be, and on some that there could not.
    for (let channel = 0; channel < 300; channel++) {
      const wire = new Wire()
      const { errors } = peer(wire, clock, { ...never, channels, metrics })
      const body = [0x08, (channel & 0x7f) | 0x80, channel >>> 7, 0x10, 1]
      await wire.feed(Uint8Array.of(body.length + 2, 0x1a, body.length, ...body))
      await clock.advance(1)
      wire.end()
      await clock.advance(1)
      expect(errors).toHaveLength(1)
    }
    const found = recorded.scrape()
    expect(found.get('pex_mconnection_failures_total{unknown-channel}')).toBe(298)
    expect(found.get('pex_mconnection_failures_total{closed}')).toBe(2)
    expect([...found.keys()].toSorted()).toEqual(labels)
  })

  it('tell a silent other side from one that has closed', async () => {
    const recorded = recordingMetrics()
    const metrics = new MConnectionMetrics(recorded, channels)
    const clock = virtualClock()
    const { errors } = peer(new Wire(), clock, { ...never, channels, metrics })
    await clock.advance(200_000)
    expect(errors).toMatchObject([{ code: 'PEX_TIMEOUT' }])
    expect(recorded.scrape().get('pex_mconnection_failures_total{timeout}')).toBe(1)
  })
})
