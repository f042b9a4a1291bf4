/** The driver on a host whose clock is set while it runs. */
import { createBroadcast } from '@pex/broadcast'
import { seeded } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { encode } from '../src/codec.ts'
import { contact, meet, PROTOCOL } from './hosts.ts'
import { announce } from './kit.ts'

describe('a clock that is set back and right again', () => {
  it('holds up nothing: what is announced afterwards is asked for in time', async () => {
    const { clock, network, hosts } = await meet(['a'])
    let shift = 0
    const transport = network.transport('b')
    const late = createBroadcast({
      transport,
      clock: { now: () => clock.now() + shift, after: (ms, callback) => clock.after(ms, callback) },
      rng: seeded(2),
      peers: { peers: () => [contact('a')] }
    })
    await transport.start()
    await late.start()
    await clock.advance(1_000)
    shift = -3_600_000
    // Long enough for a timer to go off, and to be armed anew for what had been planned by the former time.
    await clock.advance(25_000)
    shift = 0
    hosts[0]!.peers = [contact('b')]
    hosts[0]!.broadcast.refresh()
    const [a] = hosts
    const { signal } = new AbortController()
    const body = encode([announce('ab'.repeat(32))])
    const told = a!.transport.request(contact('b'), PROTOCOL, body, { signal })
    await clock.advance(2_000)
    await told
    expect(a!.broadcast.counts.rejected['graft-unknown']).toBe(1)
    await late.stop()
    await transport.stop()
  })
})
