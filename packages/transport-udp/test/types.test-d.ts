/** What the compiler tells who uses the UDP transport; `npm run check` compiles it, nothing runs it. */
import type { Transport } from '@pex/core'
import { VictimCap } from '@pex/swarm'
import { datagramRejections, udpTransport } from '@pex/transport-udp'
import type {
  DatagramRejection,
  IdentityKey,
  UdpLimits,
  UdpTransport,
  UdpTransportInit
} from '@pex/transport-udp'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { describe, expectTypeOf, it } from 'vitest'

declare const privateKey: IdentityKey

describe('the types of the UDP transport', () => {
  it('are those of a transport, and an id', () => {
    const transport = udpTransport({ privateKey, listen: ['/ip4/127.0.0.1/udp/0/noise'] })
    expectTypeOf(transport).toEqualTypeOf<UdpTransport>()
    expectTypeOf<UdpTransport>().toExtend<Transport>()
    expectTypeOf(transport.id).toBeString()
  })

  it('take a key of libp2p, or anything like it', async () => {
    expectTypeOf(await generateKeyPair('Ed25519')).toExtend<IdentityKey>()
    expectTypeOf<{ type: 'Ed25519'; raw: Buffer }>().toExtend<IdentityKey>()
    // @ts-expect-error where to listen is for the application to say
    udpTransport({ privateKey })
    // @ts-expect-error one address is a list of one
    udpTransport({ privateKey, listen: '/ip4/127.0.0.1/udp/0/noise' })
  })

  it('take a cap of the swarm, and some bounds without the others', () => {
    expectTypeOf<VictimCap>().toExtend<NonNullable<UdpTransportInit['cap']>>()
    expectTypeOf<UdpTransportInit['limits']>().toEqualTypeOf<Partial<UdpLimits> | undefined>()
    // @ts-expect-error no such bound
    udpTransport({ privateKey, listen: [], limits: { maxFriends: 5 } })
  })

  it('count datagrams by a closed list of reasons', () => {
    expectTypeOf(datagramRejections).toEqualTypeOf<readonly DatagramRejection[]>()
    expectTypeOf<UdpTransport['rejections']>().toEqualTypeOf<
      Readonly<Partial<Record<DatagramRejection, number>>>
    >()
    expectTypeOf<string>().not.toExtend<DatagramRejection>()
  })
})
