import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { udpTransport } from '@pex/transport-udp'
import { describe, expect, it } from 'vitest'

describe('a public place that leads to a UDP host', () => {
  it('is among its addresses as long as it listens at the inner one, and watchers hear of it', async () => {
    const privateKey = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(1))
    const transport = udpTransport({ privateKey, listen: ['/ip4/127.0.0.1/udp/0/noise'] })
    await transport.start()
    try {
      let changes = 0
      const unwatch = transport.watchAddresses(() => changes++)
      const [inside] = transport.addresses()
      const outside = '/ip4/93.184.216.34/udp/4001/noise'
      transport.announce!([
        { inside: inside!, outside },
        { inside: '/ip4/192.168.1.1/udp/1/noise', outside: '/ip4/93.184.216.34/udp/1/noise' }
      ])
      expect(transport.addresses()).toEqual([inside, outside])
      expect(changes).toBe(1)
      transport.announce!([])
      expect(transport.addresses()).toEqual([inside])
      unwatch()
    } finally {
      await transport.stop()
    }
  })
})
