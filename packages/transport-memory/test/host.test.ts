/** Where a host lives, and what the network keeps and refuses. */
import { describe, expect, it } from 'vitest'
import { ask, at, PROTOCOL, world } from './world.ts'

describe('addresses', () => {
  it('a host is found at the addresses that it was given, first one that fits first', async () => {
    const { clock, network, a } = await world()
    const c = network.transport('c', { addresses: ['/memory/x', '/memory/y'] })
    await c.handle(PROTOCOL, async () => Uint8Array.of(3))
    await c.start()
    const byId = ask(a, { id: 'c', addresses: ['/memory/nowhere', '/memory/b', '/memory/y'] })
    const byAddress = ask(a, { addresses: ['/memory/nowhere', '/memory/b', '/memory/y'] })
    await clock.advance(20)
    expect([byId.answer?.from, byAddress.answer?.from]).toEqual(['c', 'b'])
    expect([c.addresses(), network.transport('d').addresses()]).toEqual([['/memory/x', '/memory/y'], []])
  })

  it('a host that moves tells its listeners, and is found at its new address alone', async () => {
    const { clock, a, b } = await world()
    const seen: unknown[] = []
    b.watchAddresses(() => seen.push(b.addresses()))
    b.setAddresses(['/memory/elsewhere'])
    const [old, moved] = [ask(a), ask(a, { id: 'b', addresses: b.addresses() })]
    await clock.advance(20)
    expect([old.state, moved.state]).toEqual(['PEX_UNREACHABLE', 'answered'])
    await b.stop()
    expect(seen).toEqual([['/memory/elsewhere'], []])
  })

  it('an address or id in use is refused, and leaves everything as it was', async () => {
    const { clock, network, a, b } = await world()
    const inUse = { code: 'PEX_INVALID_PARAMETER' }
    await expect(network.transport('b').start()).rejects.toMatchObject(inUse)
    await expect(network.transport('b', { addresses: [] }).start()).rejects.toMatchObject(inUse)
    expect(() => b.setAddresses(['/memory/a'])).toThrow(expect.objectContaining(inUse))
    const outcome = ask(a)
    await clock.advance(20)
    expect(outcome.state).toBe('answered')
  })

  it('a host does not reach itself', async () => {
    const { clock, b } = await world()
    const outcome = ask(b)
    await clock.advance(20)
    expect(outcome.state).toBe('PEX_UNREACHABLE')
  })
})

describe('the network', () => {
  it('keeps nothing of a request that is over', async () => {
    const { clock, a, b } = await world()
    const controller = new AbortController()
    const outcomes = Array.from({ length: 50 }, () => ask(a, at('b'), controller.signal))
    await clock.advance(5)
    outcomes.push(...Array.from({ length: 50 }, () => ask(a, at('b'), controller.signal)))
    await clock.advance(15)
    controller.abort()
    await clock.advance(20)
    expect(new Set(outcomes.map(({ state }) => state))).toEqual(new Set(['answered', 'PEX_ABORTED']))
    const { asking } = a as unknown as { asking: Set<unknown> }
    const { serving } = b as unknown as { serving: Set<unknown> }
    expect([asking.size, serving.size, clock.pending]).toEqual([0, 0, 0])
  })

  it('copies bytes: what an end does to its own afterwards changes nothing at the other', async () => {
    const { clock, a, b } = await world()
    const held: Uint8Array[] = []
    await b.handle(PROTOCOL, async (_from, body) => {
      held.push(body)
      return body
    })
    const body = Uint8Array.of(1, 2, 3)
    const asked = a.request(at('b'), PROTOCOL, body, { signal: new AbortController().signal })
    body.fill(0)
    await clock.advance(10)
    held[0]!.fill(9)
    await clock.advance(10)
    expect((await asked).body).toEqual(Uint8Array.of(1, 2, 3))
  })

  it.each([
    { loss: -0.1 },
    { loss: 1.1 },
    { loss: NaN },
    { duplication: 2 },
    { latencyMs: -1 },
    { latencyMs: Infinity },
    { latencyMs: [5, 2] as const },
    { latencyMs: [0, NaN] as const }
  ])('refuses %j, when it is made and later', async condition => {
    const refusal = expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    await expect(world(condition)).rejects.toMatchObject({ code: 'PEX_INVALID_PARAMETER' })
    const { network } = await world()
    expect(() => Object.assign(network, condition)).toThrow(refusal)
    expect([network.loss, network.duplication, network.latencyMs]).toEqual([0, 0, 10])
  })
})
