/** What a datagram transport counts, after a scene. */
import { recordingMetrics, virtualClock } from '@pex/testkit'
import { datagramRejections } from '@pex/transport-udp'
import { describe, expect, it } from 'vitest'
import { Network } from './net.ts'

const protocol = '/echo/1'

describe('the metrics of a datagram transport', () => {
  it('count what is sent, received, dropped and held, across a restart; labels stay the closed lists', async () => {
    const clock = virtualClock()
    const net = new Network(clock, 1)
    const metrics = recordingMetrics()
    const read = (key: string): number | undefined => metrics.scrape().get(`pex_udp_${key}`)
    const sent: number[] = []
    net.tap = ({ from, bytes }) => from.startsWith('198.18.0.1|') && void sent.push(bytes.length)
    const asker = await net.host({ metrics })
    const labels = [...metrics.scrape().keys()]
    const host = await net.host()
    await host.handle(protocol, async (_from, body) => body)
    await host.start()
    const { signal } = new AbortController()
    for (let run = 1; run <= 2; run++) {
      await asker.start()
      const asked = asker.request(
        { id: host.id, addresses: host.addresses() },
        protocol,
        new Uint8Array(3_000),
        {
          signal
        }
      )
      await clock.advance(100)
      await asked
      expect([read('peers'), read('requests'), read('dials')]).toEqual([1, 0, 0])
      for (let i = 0; i < 50; i++) net.send(`198.18.9.${i}|${i + 1}`, '198.18.0.1|4001', Uint8Array.of(9, i))
      await clock.advance(10)
      await asker.stop()
      expect(read('rejections_total{too-short}')).toBe(50 * run)
      expect([read('peers'), read('sessions')]).toEqual([0, 0])
    }
    expect(read('datagrams_total{sent}')).toBe(sent.length)
    expect(read('bytes_total{sent}')).toBe(sent.reduce((sum, bytes) => sum + bytes))
    expect(read('datagrams_total{received}')).toBeGreaterThan(100)
    expect([...metrics.scrape().keys()].toSorted()).toEqual(labels.toSorted())
    expect(labels.filter(key => key.startsWith('pex_udp_rejections_total')).length).toBe(
      datagramRejections.length
    )
    await host.stop()
    net.drain()
    expect(clock.pending).toBe(0)
  })
})
