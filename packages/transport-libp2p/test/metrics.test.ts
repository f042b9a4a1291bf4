/** What a node's metrics are told, after a scene on real TCP. */
import type { Metrics as NodeMetrics } from '@libp2p/interface'
import { recordingMetrics } from '@pex/testkit'
import type { RecordingMetrics } from '@pex/testkit'
import { dialing } from '@pex/transport-libp2p'
import type { Dialing, DialingServiceComponents } from '@pex/transport-libp2p'
import { describe, expect, it } from 'vitest'
import { createNode } from './support/nodes.ts'
import { addresses, create, idOf, learns, NS, run } from './support/pex-nodes.ts'

/** What libp2p takes as `metrics`, and what it is told. */
function recording(): { readonly recorded: RecordingMetrics; readonly metrics: () => NodeMetrics } {
  const recorded = recordingMetrics()
  const tracking = {
    trackMultiaddrConnection() {},
    trackProtocolStream() {},
    traceFunction: (_: string, f: unknown) => f
  }
  return { recorded, metrics: () => ({ ...recorded, ...tracking }) as unknown as NodeMetrics }
}

describe('the metrics of a node', () => {
  it('are told of exchanges, requests, dials and connections, of one run after the other', async () => {
    const { recorded, metrics } = recording()
    const read = (key: string): number | undefined => recorded.scrape().get(`pex_${key}`)
    const host = await run()
    const node = await create({ bootstrap: addresses(host) }, undefined, { metrics })
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

  it('are loaded at the start: who is stopped meanwhile stays stopped, and who starts again is counted once', async () => {
    const { recorded, metrics } = recording()
    let service: Dialing | undefined
    const held = (components: DialingServiceComponents): object => {
      service = dialing()(components)
      return {}
    }
    await createNode({ held }, { metrics })
    await loadedWhileStopped(service!)
    expect(recorded.registered.filter(({ name }) => name === 'pex_swarm_dials_total').length).toBe(1)
  })
})

async function loadedWhileStopped(service: Dialing): Promise<void> {
  const first = service.start()
  await service.stop()
  await first
  expect(() => service.swarm).toThrow(expect.objectContaining({ code: 'PEX_NOT_STARTED' }))
  // Two starts are under way at once, a stop between them.
  await Promise.all([service.start(), service.stop(), service.start()])
  const { swarm } = service
  await service.start()
  expect(service.swarm).toBe(swarm)
  await service.stop()
}
