/** The counting, on two real libp2p nodes: what a reader of the traffic figures has to be able to rely on. */
import type { Libp2p } from '@libp2p/interface'
import { afterEach, describe, expect, it } from 'vitest'
import { startHost } from '../src/host.ts'
import { Meter } from '../src/meter.ts'

const PROTOCOL = '/pex-bench/test/1.0.0'
const BODY = 10_000

describe('a meter', () => {
  let nodes: Libp2p[] = []
  afterEach(async () => {
    await Promise.all(nodes.map(node => node.stop()))
    nodes = []
  })

  it('counts each byte once, by protocol and with all that is around it', async () => {
    const meter = new Meter()
    nodes = [await startHost({ services: {}, meter }), await startHost({ services: {}, meter })]
    const [a, b] = nodes as [Libp2p, Libp2p]
    const arrived = Promise.withResolvers<number>()
    await b.handle(PROTOCOL, async stream => {
      let bytes = 0
      for await (const chunk of stream) bytes += chunk.byteLength
      await stream.close()
      arrived.resolve(bytes)
    })
    const connection = await a.dial(b.getMultiaddrs())
    expect(meter.total, 'handshakes').toBeGreaterThan(0)

    const stream = await connection.newStream(PROTOCOL)
    stream.send(new Uint8Array(BODY))
    await stream.close()
    expect(await arrived.promise).toBe(BODY)
    const { [PROTOCOL]: counted } = Object.fromEntries(meter.streams)
    expect(counted).toBe(BODY)
    expect(meter.total).toBeGreaterThan(BODY)
    // Encryption, framing and identify are far from another body.
    expect(meter.total).toBeLessThan(2 * BODY)

    meter.reset()
    expect([meter.total, meter.streams]).toEqual([0, []])
  })
})
