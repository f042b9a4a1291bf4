/** What a node's metrics are told, after a scene on real TCP. */
import type { Metrics as NodeMetrics } from '@libp2p/interface'
import type { Metrics } from '@pex/core'
import { recordingMetrics } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { addresses, create, idOf, learns, NS, run } from './support/pex-nodes.ts'

// A node's metrics object fits as it is.
const fits: (metrics: NodeMetrics) => Metrics = metrics => metrics

describe('the metrics of a node', () => {
  it('are told of exchanges, requests, dials and connections, of one run after the other', async () => {
    const recorded = recordingMetrics()
    const tracking = {
      trackMultiaddrConnection() {},
      trackProtocolStream() {},
      traceFunction: (_: string, f: unknown) => f
    }
    const metrics = { ...recorded, ...tracking, scrape: () => recorded.scrape() }
    const read = (key: string): number | undefined => metrics.scrape().get(`pex_${key}`)
    const host = await run()
    const node = await create({ bootstrap: addresses(host) }, undefined, {
      metrics: () => fits(metrics as unknown as NodeMetrics)
    })
    for (const runs of [1, 2]) {
      await node.start()
      await node.services.pex.advertise(NS)
      await learns(node, idOf(host))
      expect(read('libp2p_requests_total{ok}')).toBeGreaterThanOrEqual(runs)
      expect(read('swarm_dials_total{ok}')).toBeGreaterThanOrEqual(runs)
      expect(read('exchanges_total{ok}')).toBeGreaterThanOrEqual(runs)
      expect(read('swarm_connections{outbound}')).toBe(1)
      expect(read('view_size{test}')).toBe(1)
      await node.stop()
      expect([read('swarm_connections{outbound}'), read('libp2p_serving')]).toEqual([0, 0])
    }
    // The other side asks as well, in rounds of its own.
    expect(read('libp2p_served_total{failed}')).toBe(0)
  })
})
