/** With the service: hosts that know no address find each other by a survey, and then exchange. */
import { survey } from '@pex/discovery/survey'
import { createSigner } from '@pex/record'
import { createPex } from '@pex/service'
import { seeded, virtualClock } from '@pex/testkit'
import { memoryNetwork } from '@pex/transport-memory'
import { expect, it } from 'vitest'
import { idOf, keyOf, Link } from './world.ts'

it('hosts that were told no address come to know each other by a survey alone', async () => {
  const clock = virtualClock()
  const rng = seeded(7)
  const link = new Link(clock)
  const network = memoryNetwork({ clock, rng, latencyMs: [1, 5] })
  const hosts = await Promise.all(
    [1, 2, 3, 4].map(async seed => {
      const privateKey = await keyOf(seed)
      const transport = network.transport(idOf(privateKey))
      const discovery = survey({
        privateKey,
        addresses: () => transport.addresses(),
        open: link.socket({ address: `10.0.0.${seed}`, port: 40_000 }),
        clock,
        rng: rng.fork(`survey-${seed}`)
      })
      const signer = clock.tracked(createSigner(privateKey))
      const pex = createPex(
        { transport, signer, clock, rng: rng.fork(`pex-${seed}`) },
        { namespaces: ['pex'], discovery: [discovery], gossip: { tickMs: 10_000, exchangeMs: 5_000 } }
      )
      return { pex, discovery }
    })
  )
  for (const { pex } of hosts) {
    const starting = pex.start()
    await clock.advance(1)
    await starting
  }
  await clock.runUntil(() => hosts.every(({ pex }) => pex.view('pex').length === 3), { maxMs: 600_000 })
  for (const { pex, discovery } of hosts) {
    const stopping = Promise.all([pex.stop(), discovery.stop()])
    await clock.advance(10_000)
    await stopping
  }
  expect(link.open).toBe(0)
})
