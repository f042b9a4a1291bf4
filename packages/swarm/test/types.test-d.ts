/** What the compiler tells who dials through a swarm; `npm run check` compiles it, nothing runs it. */
import { PexError } from '@pex/core'
import type { Clock, Dialer, PexErrorCode, Rng } from '@pex/core'
import { AddressError, DialError, Swarm } from '@pex/swarm'
import type { Gater, SwarmConnection, SwarmInit, SwarmStream } from '@pex/swarm'
import { describe, expectTypeOf, it } from 'vitest'

interface Socket {
  readonly fd: number
}
interface Channel {
  readonly name: string
}
declare const dialer: Dialer<Socket>
declare const clock: Clock
declare const rng: Rng
const parts = { self: 'alice', dialer, clock, rng }

describe('the types of a swarm', () => {
  it('are those of the carrier’s connections', async () => {
    const swarm = new Swarm(parts)
    expectTypeOf(swarm).toEqualTypeOf<Swarm<Socket>>()
    const connection = await swarm.dial({ addresses: ['/ip4/192.0.2.1/tcp/1'] })
    expectTypeOf(connection).toEqualTypeOf<SwarmConnection<Socket>>()
    expectTypeOf(connection.raw).toEqualTypeOf<Socket>()
    // @ts-expect-error a connection of another carrier
    await swarm.adopt({ name: 'a' }, 'inbound')
    // @ts-expect-error inbound or outbound
    await swarm.adopt({ fd: 1 }, 'sideways')
  })

  it('know the streams where the carrier has some', async () => {
    const streams = {
      open: async ({ fd }: Socket): Promise<Channel> => ({ name: `channel of ${fd}` }),
      close: async (): Promise<void> => {},
      reset: (): void => {}
    }
    const swarm = new Swarm<Socket, Channel>({ ...parts, streams })
    expectTypeOf(await swarm.openStream({ addresses: [] })).toEqualTypeOf<SwarmStream<Socket, Channel>>()
    expectTypeOf((await swarm.openStream({ addresses: [] })).raw.name).toBeString()
  })

  it('have a code in every failure, one for each address', () => {
    expectTypeOf<DialError>().toExtend<PexError>()
    expectTypeOf<DialError['code']>().toEqualTypeOf<PexErrorCode>()
    expectTypeOf<DialError['errors']>().toEqualTypeOf<readonly AddressError[]>()
    expectTypeOf<DialError['peer']>().toEqualTypeOf<string | undefined>()
  })

  it('let a gater answer some questions and not the others, at once', () => {
    expectTypeOf<{ peerDial(peer: string): boolean }>().toExtend<Gater>()
    // @ts-expect-error whoever has to wait refuses
    const slow: Gater = { peerDial: async () => true }
    expectTypeOf(slow).toEqualTypeOf<Gater>()
    expectTypeOf<SwarmInit<Socket, never>['victimCap']>().extract<boolean>().toEqualTypeOf<false>()
  })
})
