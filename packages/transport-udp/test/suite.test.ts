/** The contract of core's `Transport`: in virtual time over calm and bad networks, and over real sockets. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { seeded, virtualClock } from '@pex/testkit'
import { transportSuite } from '@pex/testkit/transport'
import { udpTransport } from '@pex/transport-udp'
import { describe, expect, it } from 'vitest'
import { Network } from './net.ts'
import type { Weather } from './net.ts'

const runner = { describe, it, expect }

const weathers: readonly (readonly [string, Weather])[] = [
  ['without latency', {}],
  ['with latency that lets datagrams overtake each other', { latencyMs: [5, 60] }],
  ['with every other datagram doubled', { duplication: 0.5, latencyMs: [1, 20] }],
  ['with a tenth of the datagrams lost', { loss: 0.1, latencyMs: [1, 10] }]
]

describe.each(weathers)('in virtual time, %s', (name, weather) => {
  transportSuite(runner, () => {
    const clock = virtualClock()
    const network = new Network(clock, seeded(1).fork(name)(), weather)
    return {
      clock,
      teardown: async () => network.drain(),
      nobody: () => ({ addresses: ['/ip4/198.19.0.1/udp/4001/noise'] }),
      create: async () => {
        const transport = await network.host()
        return { id: transport.id, transport }
      }
    }
  })
})

describe.each(['/ip4/127.0.0.1', '/ip6/::1'])('over real sockets, %s', host => {
  transportSuite(runner, () => ({
    // Port 9 (discard): nobody listens there.
    nobody: () => ({ addresses: [`${host}/udp/9/noise`] }),
    create: async () => {
      const privateKey = await generateKeyPair('Ed25519')
      // Nobody is far away here: silence need not last long to be sure.
      const limits = { silenceMs: 1_000 }
      const transport = udpTransport({ privateKey, listen: [`${host}/udp/0/noise`], limits })
      return { id: transport.id, transport }
    }
  }))
})
