/** What libonomy's connection pool was asked to do, and the faults that were found in it: here they are not. */
import { describe, expect, it } from 'vitest'
import { contactOf, failure, lan, swarms, value, World } from './world.ts'
import type { End } from './world.ts'

describe('a pool of connections', () => {
  it('uses the connection of a peer that has called, and dials nobody', async () => {
    const world = new World()
    const [a, b] = await swarms(world, 2)
    await value(world, a!.dial(contactOf(b!)))
    await world.clock.settle()
    const back = await value(world, b!.dial(contactOf(a!)))
    expect([back.direction, world.dials.length]).toEqual(['inbound', 1])
  })

  it('dials anew where the connection has ended', async () => {
    const world = new World()
    const [a, b] = await swarms(world, 2)
    const first = await value(world, a!.dial(contactOf(b!)))
    world.cut(first.raw)
    const second = await value(world, a!.dial(contactOf(b!)))
    expect([second === first, world.dials.length]).toEqual([false, 2])
  })

  it('gives whoever does not want to dial what there is, ten at a time, or says that there is nothing', async () => {
    const world = new World()
    const [a, b] = await swarms(world, 2)
    const look = () => a!.dial(contactOf(b!), { noDial: true })
    expect(await failure(world, look())).toMatchObject({ code: 'PEX_NO_CONNECTION' })
    const connection = await value(world, a!.dial(contactOf(b!)))
    const found = await value(world, Promise.all(Array.from({ length: 10 }, look)))
    expect(new Set(found)).toEqual(new Set([connection]))
  })

  it('ends twenty dials and their callers with it', async () => {
    const world = new World()
    const a = world.swarm('a')
    const ends = Array.from({ length: 20 }, (_, i) => {
      world.at(lan(i + 1), { kind: 'silent' })
      return a.dial({ id: `p${i}`, addresses: [lan(i + 1)] })
    })
    const all = Promise.allSettled(ends)
    await world.clock.advance(10)
    expect(world.underWay).toBe(20)
    await a.close()
    for (const end of await all) expect(end).toMatchObject({ reason: { code: 'PEX_CLOSED' } })
    expect([a.dialling, a.limiter.peers, world.underWay, world.clock.pending]).toEqual([0, 0, 0, 0])
  })

  it('has nothing to do with other pools: one that closes ends nobody else’s connections or listeners', async () => {
    const world = new World()
    const [a, b, c] = await swarms(world, 3)
    const heard: string[] = []
    c!.notify({ disconnected: ({ peer }) => void heard.push(peer) })
    for (const one of [a!, b!]) await value(world, one.dial(contactOf(c!)))
    await world.clock.settle()
    await value(world, a!.close())
    await world.clock.settle()
    expect([heard, c!.peers, b!.isConnected('s2')]).toEqual([['s0'], ['s1'], true])
    await value(world, b!.close())
    await world.clock.settle()
    expect(heard).toEqual(['s0', 's1'])
  })

  it('closes a connection that comes when its caller has left, and tells nobody of it', async () => {
    const world = new World()
    const late = Promise.withResolvers<End>()
    const raw: End = { peer: 'b', address: lan(1), isOpen: true, isLimited: false, isRelayed: false }
    // A carrier that does not notice that nobody waits any more.
    const a = world.swarm('a', {}, { dialer: { ...world.dialer('a'), dial: () => late.promise } })
    const told: string[] = []
    a.notify({ connected: ({ peer }) => void told.push(peer) })
    expect(await failure(world, a.dial({ id: 'b', addresses: [lan(1)] }))).toMatchObject({
      errors: [{ code: 'PEX_TIMEOUT' }]
    })
    late.resolve(raw)
    await world.clock.settle()
    expect([raw.isOpen, a.connections(), told]).toEqual([false, [], []])
  })

  it('tells of a connection and of its end in this order, also where both come at once', async () => {
    const world = new World()
    const a = world.swarm('a')
    const told: string[] = []
    a.notify({
      connected: ({ id }) => void told.push(`+${id}`),
      disconnected: ({ id }) => void told.push(`-${id}`)
    })
    for (let i = 0; i < 100; i++) {
      const raw: End = { peer: 'b', address: lan(1), isOpen: true, isLimited: false, isRelayed: false }
      const adopted = a.adopt(raw, 'inbound')
      a.gone(raw)
      await adopted
    }
    await world.clock.settle()
    const ids = told.filter(text => text.startsWith('+')).map(text => text.slice(1))
    expect(ids.length).toBe(100)
    for (const id of ids) expect(told.indexOf(`-${id}`)).toBeGreaterThan(told.indexOf(`+${id}`))
    expect([told.length, a.peers]).toEqual([200, []])
  })
})
