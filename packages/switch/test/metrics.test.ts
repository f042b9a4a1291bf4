/** What a switch counts, after a scene. */
import { recordingMetrics } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { refusals } from '../src/index.ts'
import { idOf, Scene } from './scene.ts'

describe('the metrics of a switch', () => {
  it('tell of peers, calls and dials by direction, and of what passes on their channels', async () => {
    const scene = new Scene()
    const metrics = recordingMetrics()
    const read = (key: string): number | undefined => metrics.scrape().get(`pex_${key}`)
    const one = await scene.host({ n: 1, parts: { metrics }, maxInbound: 1 })
    const [two, three, four] = [
      await scene.host({ n: 2 }),
      await scene.host({ n: 3 }),
      await scene.host({ n: 4 })
    ]
    const peer = await scene.connect(one, two)
    await scene.connect(three, one)
    await scene.until(four.node.dial(one.address).catch(() => {}))
    await scene.clock.advance(1_000)
    await scene.refused(one.node.dial({ ...four.address, port: 1 }))
    await scene.refused(one.node.dial({ ...one.address, ip: '10.9.9.9' }))
    expect([read('switch_peers{inbound}'), read('switch_peers{outbound}')]).toEqual([1, 1])
    expect([read('switch_peers_added_total{inbound}'), read('switch_peers_added_total{outbound}')]).toEqual([
      1, 1
    ])
    expect(read('switch_call_refusals_total{full}')).toBe(1)
    expect(read('switch_dial_refusals_total{full}')).toBe(0)
    expect(read('switch_dial_refusals_total{unreachable}')).toBe(1)
    expect(read('switch_dial_refusals_total{self}')).toBe(1)
    expect(one.node.refusals.get('full')).toBe(1)
    expect([read('switch_pending{dialling}'), read('switch_pending{half_open}')]).toEqual([0, 0])
    expect(read('switch_pending{sockets}')).toBe(2)
    expect(await scene.until(peer.send(0, new Uint8Array(100)))).toBe(true)
    await scene.clock.advance(1_000)
    expect(read('mconnection_sent_messages_total{0x00}')).toBe(1)
    expect(read('mconnection_sent_bytes_total{0x00}')).toBeGreaterThan(100)
    await scene.until(one.node.disconnect(peer))
    await scene.until(three.node.stop())
    await scene.clock.advance(1_000)
    expect([read('switch_peers_removed_total{let_go}'), read('switch_peers_removed_total{lost}')]).toEqual([
      1, 1
    ])
    expect(read('mconnection_failures_total{closed}')).toBe(1)
    for (const host of scene.hosts) await scene.until(host.node.stop())
  })

  it('count the dials of a persistent peer that is not there', async () => {
    const scene = new Scene()
    const metrics = recordingMetrics()
    const persistentPeers = [{ id: idOf(2), ip: '10.0.0.2', port: 1 }]
    const one = await scene.host({ n: 1, parts: { metrics }, persistentPeers })
    await scene.clock.advance(60_000)
    expect(metrics.scrape().get('pex_switch_reconnects_total')).toBeGreaterThan(3)
    await scene.until(one.node.stop())
  })

  it('have the labels of closed lists from the start, and no other, whoever calls', async () => {
    const scene = new Scene()
    const metrics = recordingMetrics()
    const one = await scene.host({ n: 1, parts: { metrics } })
    const labels = [...metrics.scrape().keys()].toSorted()
    expect(labels.filter(key => key.includes('refusals_total'))).toHaveLength(2 * refusals.length)
    for (let n = 2; n < 12; n++) {
      const other = await scene.host({
        n,
        nodeInfo: { moniker: `moniker ${n}`, network: n % 2 ? 'test-chain' : `chain-${n}`, version: `v${n}` }
      })
      await scene.until(other.node.dial(one.address).catch(() => {}))
      await scene.clock.advance(1_000)
      await scene.until(other.node.stop())
    }
    expect([...metrics.scrape().keys()].toSorted()).toEqual(labels)
    await scene.until(one.node.stop())
  })
})
