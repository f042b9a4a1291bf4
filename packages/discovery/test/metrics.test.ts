import { PexError } from '@pex/core'
import type { Discovery } from '@pex/core'
import { fixedPeers, measured } from '@pex/discovery'
import { recordingMetrics, virtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { search } from './world.ts'

const failing: Discovery = {
  // oxlint-disable-next-line require-yield
  async *findPeers() {
    throw new PexError('PEX_UNREACHABLE', 'it fails')
  },
  advertise: async () => 1_000
}

describe('a measured source', () => {
  it('counts its searches, what they find and what fails, under its own name', async () => {
    const metrics = recordingMetrics()
    const clock = virtualClock()
    const { signal } = new AbortController()
    const two = measured(fixedPeers(['/ip4/10.0.0.1/tcp/1', '/ip4/10.0.0.2/tcp/1']), 'static', metrics)
    const broken = measured(failing, 'dns', metrics)
    expect((await search(two, 'x', clock)).found.length).toBe(2)
    await search(two, 'x', clock)
    await expect(search(broken, 'x', clock)).rejects.toMatchObject({ code: 'PEX_UNREACHABLE' })
    await broken.advertise?.('x', { signal })
    expect(Object.fromEntries(metrics.scrape())).toEqual({
      'pex_discovery_searches_total{static}': 2,
      'pex_discovery_found_total{static}': 4,
      'pex_discovery_failures_total{static}': 0,
      'pex_discovery_searches_total{dns}': 1,
      'pex_discovery_found_total{dns}': 0,
      'pex_discovery_failures_total{dns}': 1,
      'pex_discovery_advertisements_total{dns}': 1
    })
  })

  it('is the source itself where nobody wants to know, and advertises nowhere where the source does not', () => {
    expect(measured(failing, 'dns', undefined)).toBe(failing)
    expect(measured({ findPeers: failing.findPeers }, 'dns', recordingMetrics()).advertise).toBeUndefined()
  })
})
