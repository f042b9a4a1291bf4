/** What rpc counts, after a scene. */
import { json, RpcFailure } from '@pex/rpc'
import { recordingMetrics } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { refusals, rpcRejections } from '../src/errors.ts'
import { after, changed, meet, scene, watch } from './world.ts'

const one = new Uint8Array(1)

describe('the metrics of rpc', () => {
  it('count calls by how they end at either side, and what is under way', async () => {
    const [asking, answering] = [recordingMetrics(), recordingMetrics()]
    const { alice, bob } = await meet({
      alice: { metrics: asking, maxCallsPerPeer: 1 },
      bob: { metrics: answering }
    })
    bob.rpc.handle('echo', body => body)
    bob.rpc.handle('fail', () => {
      throw new RpcFailure('no')
    })
    bob.rpc.handle('long', () => new Uint8Array(100_000))
    bob.rpc.handle('wait', () => new Promise<Uint8Array>(() => {}))
    bob.rpc.handle('json', json<number, number>(), sum => sum)
    for (const type of ['echo', 'fail', 'long', 'nothing', 'json', 'echo'])
      await after(alice.rpc.call(bob.contact, type, one))
    await after(alice.rpc.call({ id: 'nobody', addresses: ['/memory/nobody'] }, 'echo', one))
    await after(alice.rpc.call(bob.contact, '', one))
    const calls = [1, 2].map(() => watch(alice.rpc.call(bob.contact, 'wait', one, { timeoutMs: 1_000 })))
    await scene.clock.advance(100)
    const read = (key: string): number | undefined => asking.scrape().get(`pex_rpc_${key}`)
    expect([read('load{calling}'), read('load{waiting}')]).toEqual([1, 1])
    expect(answering.scrape().get('pex_rpc_load{serving}')).toBe(1)
    await scene.clock.advance(2_000)
    expect(calls.map(({ error }) => error)).toMatchObject([{ code: 'PEX_TIMEOUT' }, { code: 'PEX_TIMEOUT' }])
    expect(Object.fromEntries(asking.scrape())).toMatchObject({
      'pex_rpc_calls_total{ok}': 2,
      'pex_rpc_calls_total{PEX_REFUSED}': 3,
      'pex_rpc_calls_total{PEX_UNSUPPORTED}': 1,
      'pex_rpc_calls_total{PEX_UNREACHABLE}': 1,
      'pex_rpc_calls_total{PEX_TIMEOUT}': 2,
      'pex_rpc_calls_total{other}': 1,
      'pex_rpc_load{calling}': 0,
      'pex_rpc_load{waiting}': 0
    })
    expect(Object.fromEntries(answering.scrape())).toMatchObject({
      'pex_rpc_served_total{ok}': 2,
      'pex_rpc_served_total{failed}': 1,
      'pex_rpc_served_total{too-long}': 1,
      'pex_rpc_served_total{unknown-type}': 1,
      'pex_rpc_served_total{malformed}': 1,
      'pex_rpc_served_total{overdue}': 1,
      'pex_rpc_rejections_total{bad-body}': 1,
      'pex_rpc_load{serving}': 0
    })
  })

  it('have the labels of closed lists from the start, and no other, whatever peers say', async () => {
    const metrics = recordingMetrics()
    const { alice, bob } = await meet({
      alice: { metrics },
      bob: {
        wrap: transport =>
          changed(transport, {
            request: async () => ({ from: 'bob', body: Uint8Array.of(9, 9, 9) })
          })
      }
    })
    const labels = [...metrics.scrape().keys()].toSorted()
    expect(labels.filter(key => key.startsWith('pex_rpc_rejections_total'))).toHaveLength(
      rpcRejections.length
    )
    expect(labels.filter(key => key.startsWith('pex_rpc_served_total'))).toHaveLength(3 + refusals.length)
    bob.rpc.handle('fail', () => {
      throw new RpcFailure('peer-chosen')
    })
    alice.rpc.handle('fail', () => {
      throw new RpcFailure('self-chosen')
    })
    const { signal } = new AbortController()
    for (let i = 0; i < 50; i++) {
      await after(alice.rpc.call(bob.contact, i % 2 === 0 ? 'fail' : `type ${i}`, one))
      const body = Uint8Array.from({ length: i }, (_, at) => at * i)
      await after(bob.transport.request(alice.contact, '/pex/rpc/1.0.0', body, { signal }))
    }
    expect([...metrics.scrape().keys()].toSorted()).toEqual(labels)
  })
})
