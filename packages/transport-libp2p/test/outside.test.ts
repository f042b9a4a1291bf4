import { tcp } from '@libp2p/tcp'
import { pex } from '@pex/transport-libp2p'
import { createLibp2p } from 'libp2p'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { describe, expect, it } from 'vitest'

describe('a public place that leads to a libp2p node', () => {
  it('is announced by the node and in its record, until it is taken back', async () => {
    const node = await createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify(), pex: pex({ namespaces: ['ns'] }) }
    })
    try {
      const { transport } = node.services.pex
      const [inside] = transport.addresses()
      const outside = '/ip4/93.184.216.34/tcp/4001'
      transport.announce!([{ inside: inside!, outside }])
      expect(transport.addresses()).toContain(outside)
      expect(node.getMultiaddrs().map(String)).toContain(`${outside}/p2p/${node.peerId.toString()}`)
      transport.announce!([])
      expect(transport.addresses()).not.toContain(outside)
    } finally {
      await node.stop()
    }
  })
})
