import { memoryNetwork } from '@pex/transport-memory'
import { below, sample } from '@pex/core'
import { seeded, virtualClock } from '@pex/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const HOSTS = 6
const PROTOCOL = '/test/1'

interface Plan {
  readonly seed: number
  readonly loss: number
  readonly duplication: number
  readonly latencyMs: readonly [number, number]
}

/** A busy network with faults that come and go; returns who got what, and when. */
async function history({ seed, ...conditions }: Plan): Promise<string[]> {
  const clock = virtualClock()
  const rng = seeded(seed)
  const network = memoryNetwork({ clock, rng: rng.fork('network'), ...conditions })
  const actions = rng.fork('actions')
  const events: string[] = []
  const note = (event: string): number => events.push(`${clock.now()} ${event}`)
  const hosts = Array.from({ length: HOSTS }, (_, i) => network.transport(`${i}`))
  for (const host of hosts) {
    await host.start()
    await host.handle(PROTOCOL, async (from, body) => {
      note(`${host.id} serves ${from}: ${body[0]}`)
      if (body[0]! % 5 === 0) throw new Error('on purpose')
      return body
    })
  }
  for (let i = 0; i < 60; i++) {
    const [from, to] = sample(actions, hosts, 2)
    const controller = new AbortController()
    const contact = { id: to!.id, addresses: [`/memory/${to!.id}`] }
    clock.after(40, () => controller.abort())
    from!.request(contact, PROTOCOL, Uint8Array.of(i), { signal: controller.signal }).then(
      answer => note(`${from!.id} has ${answer.body[0]} from ${answer.from}`),
      error => note(`${from!.id} fails ${i}: ${error.code}`)
    )
    if (i % 10 === 3) network.partition([sample(actions, hosts, 3).map(({ id }) => id)])
    if (i % 10 === 8) network.heal()
    await clock.advance(below(actions, 15))
  }
  await Promise.all(hosts.map(host => host.stop()))
  await clock.advance(40)
  expect(clock.pending).toBe(0)
  return [...events, JSON.stringify(network.traffic)]
}

const plan = fc.record({
  seed: fc.integer(),
  loss: fc.constantFrom(0, 0.1, 0.5),
  duplication: fc.constantFrom(0, 0.3),
  latencyMs: fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 10, max: 30 }))
})

describe('the history of a network', () => {
  it('is the same, event by event, on every run with one seed', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async one => {
        expect(await history(one)).toEqual(await history(one))
      }),
      { seed: 20, numRuns: 30 }
    )
  })

  it('is another one with another seed', async () => {
    const conditions = { loss: 0.1, duplication: 0, latencyMs: [0, 30] as const }
    expect(await history({ seed: 1, ...conditions })).not.toEqual(await history({ seed: 2, ...conditions }))
  })

  it('every request ends exactly once, whatever happens to its messages', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async one => {
        const events = await history(one)
        const ends = events.filter(event => / has | fails /.test(event))
        expect(ends.length).toBe(60)
      }),
      { seed: 21, numRuns: 20 }
    )
  })
})
