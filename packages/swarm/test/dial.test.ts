/** Dialling a peer: one dial for all who want it, several addresses, backoff, and errors that say everything. */
import { NetworkScope } from '@pex/core'
import { DialError } from '@pex/swarm'
import { describe, expect, it } from 'vitest'
import { failure, lan, settled, value, wan, World } from './world.ts'

describe('dials of one peer', () => {
  it('of two callers are one dial, and both get its connection', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const addresses = [world.at(lan(1), { kind: 'answers', peer: 'b' })]
    const [one, two] = await value(
      world,
      Promise.all([swarm.dial({ id: 'b', addresses }), swarm.dial({ id: 'b', addresses })])
    )
    expect(one).toBe(two)
    expect(world.dials.length).toBe(1)
    expect(swarm.dialling).toBe(0)
  })

  it('go on when the first caller leaves', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const addresses = [world.at(lan(1), { kind: 'answers', peer: 'b', ms: 100 })]
    const leaver = new AbortController()
    const first = swarm.dial({ id: 'b', addresses }, { signal: leaver.signal })
    const second = swarm.dial({ id: 'b', addresses })
    await world.clock.advance(50)
    leaver.abort()
    expect(await failure(world, first)).toMatchObject({ code: 'PEX_ABORTED' })
    expect((await value(world, second)).peer).toBe('b')
    expect(world.dials.length).toBe(1)
    expect(world.aborted).toBe(0)
  })

  it('end when all callers have left, without blame for the address, and a new one works', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const addresses = [world.at(lan(1), { kind: 'answers', peer: 'b', ms: 100 })]
    const leaver = new AbortController()
    const dials = [1, 2].map(() => swarm.dial({ id: 'b', addresses }, { signal: leaver.signal }))
    const all = Promise.allSettled(dials)
    await world.clock.advance(50)
    leaver.abort()
    await settled(world, all)
    expect(world.aborted).toBe(1)
    expect(swarm.dialling).toBe(0)
    expect(swarm.backoff.size).toBe(0)
    expect((await value(world, swarm.dial({ id: 'b', addresses }))).peer).toBe('b')
    expect(world.clock.pending).toBe(0)
  })

  it('that failed say so, and the next one works', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    expect(await failure(world, swarm.dial({ id: 'b', addresses: [lan(1)] }))).toBeInstanceOf(DialError)
    world.at(lan(2), { kind: 'answers', peer: 'b' })
    expect((await value(world, swarm.dial({ id: 'b', addresses: [lan(2)] }))).peer).toBe('b')
  })

  it('by ten thousand callers leave nothing behind', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const contacts = Array.from({ length: 100 }, (_, i) => ({
      id: `peer-${i}`,
      addresses: [world.at(lan(i), { kind: 'answers', peer: `peer-${i}`, ms: 5 + (i % 7) })]
    }))
    const all = contacts.flatMap(contact => Array.from({ length: 100 }, () => swarm.dial(contact)))
    await value(world, Promise.all(all))
    expect(world.dials.length).toBe(100)
    expect([swarm.dialling, swarm.limiter.peers, world.clock.pending]).toEqual([0, 0, 0])
    expect(swarm.limiter.descriptors).toEqual({ used: 0, waiting: 0 })
  })

  it('of oneself are refused, every time, and leave no entry', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    for (let i = 0; i < 2; i++) {
      const error = await failure(world, swarm.dial({ id: 'a', addresses: [lan(1)] }))
      expect(error).toMatchObject({ code: 'PEX_DIAL_SELF', peer: 'a' })
    }
    expect(swarm.dialling).toBe(0)
    expect(world.dials).toEqual([])
  })

  it('that reach oneself behind an unnamed address are refused too', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const error = await failure(
      world,
      swarm.dial({ addresses: [world.at(lan(1), { kind: 'answers', peer: 'a' })] })
    )
    expect(error.errors[0]).toMatchObject({ code: 'PEX_DIAL_SELF' })
    expect(swarm.connections()).toEqual([])
  })

  it('that is connected already give the same connection, without dialling', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const contact = { id: 'b', addresses: [world.at(lan(1), { kind: 'answers', peer: 'b' })] }
    const first = await value(world, swarm.dial(contact))
    expect(await value(world, swarm.dial(contact))).toBe(first)
    expect(world.dials.length).toBe(1)
  })

  it('hang on a silent address until a later caller knows a better one: then both are connected', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    world.at(lan(1), { kind: 'silent' })
    world.at(lan(2), { kind: 'answers', peer: 'b' })
    const first = swarm.dial({ id: 'b', addresses: [lan(1)] })
    await world.clock.advance(1_000)
    const second = swarm.dial({ id: 'b', addresses: [lan(2)] })
    const [one, two] = await value(world, Promise.all([first, second]))
    expect(one).toBe(two)
    expect(world.clock.now()).toBeLessThan(2_000)
    expect(swarm.backoff.size, 'a dial that was ended is nobody’s fault').toBe(0)
  })

  it('that are not wanted are not made', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const error = await failure(world, swarm.dial({ id: 'b', addresses: [lan(1)] }, { noDial: true }))
    expect(error).toMatchObject({ code: 'PEX_NO_CONNECTION' })
    expect(world.dials).toEqual([])
  })

  it('to somebody else than expected fail, and close what was opened', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const addresses = [world.at(lan(1), { kind: 'answers', peer: 'c' })]
    const error = await failure(world, swarm.dial({ id: 'b', addresses }))
    expect(error.errors[0]).toMatchObject({ code: 'PEX_WRONG_PEER' })
    expect(swarm.connections()).toEqual([])
  })

  it('directly go past a relayed connection, and past the backoff', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const relayed = world.at(`${lan(9)}/p2p/R/p2p-circuit`, { kind: 'answers', peer: 'b', isRelayed: true })
    await failure(world, swarm.dial({ id: 'b', addresses: [lan(1)] }))
    const indirect = await value(world, swarm.dial({ id: 'b', addresses: [relayed] }))
    await failure(world, swarm.dial({ id: 'c', addresses: [lan(1)] }))
    world.at(lan(1), { kind: 'answers', peer: 'b' })
    const direct = await value(world, swarm.dial({ id: 'b', addresses: [relayed, lan(1)] }, { direct: true }))
    expect([indirect.isDirect, direct.isDirect]).toEqual([false, true])
    expect(await value(world, swarm.dial({ id: 'b', addresses: [] }))).toBe(direct)
  })
})

describe('a dial that others have joined for a direct way', () => {
  it('goes on when a relayed connection has answered the rest', async () => {
    const world = new World()
    const swarm = world.swarm('a', { victimCap: false })
    const relayed = world.at(`${lan(9)}/p2p/R/p2p-circuit`, { kind: 'answers', peer: 'b', isRelayed: true })
    const slow = world.at('/dns4/b.example.com/tcp/443/wss', { kind: 'answers', peer: 'b', ms: 50 })
    world.at(wan(1), { kind: 'silent' })
    const addresses = [relayed, slow, wan(1)]
    const [any, direct] = await value(
      world,
      Promise.all([swarm.dial({ id: 'b', addresses }), swarm.dial({ id: 'b', addresses }, { direct: true })])
    )
    expect([any.isDirect, direct.isDirect]).toEqual([false, true])
    expect(world.clock.now()).toBeLessThan(2_000)
  })
})

describe('the time that a dial takes', () => {
  it('is bounded for each address; after it the address is in backoff', async () => {
    const world = new World()
    const swarm = world.swarm('a', { victimCap: false })
    world.at(wan(1), { kind: 'silent' })
    const error = await failure(world, swarm.dial({ id: 'b', addresses: [wan(1)] }))
    expect(world.clock.now()).toBe(15_000)
    expect(error.errors[0]).toMatchObject({ code: 'PEX_TIMEOUT', address: wan(1) })
    expect(swarm.backoff.isWaiting('b', wan(1), world.clock.now())).toBe(true)
  })

  it('is shorter in a local range', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    world.at(lan(1), { kind: 'silent' })
    await failure(world, swarm.dial({ id: 'b', addresses: [lan(1)] }))
    expect(world.clock.now()).toBe(5_000)
  })

  it('is bounded for each caller, whatever the addresses do', async () => {
    const world = new World()
    const swarm = world.swarm('a', { dialTimeoutMs: 2_000 })
    world.at(lan(1), { kind: 'silent' })
    expect(await failure(world, swarm.dial({ id: 'b', addresses: [lan(1)] }))).toMatchObject({
      code: 'PEX_TIMEOUT'
    })
    expect(world.clock.now()).toBe(2_000)
  })
})

describe('several addresses', () => {
  it('are tried one delay apart, the next at once where nothing is left under way', async () => {
    const world = new World()
    const swarm = world.swarm('a', { victimCap: false })
    world.at('/ip6/2a00::1/tcp/1', { kind: 'silent' })
    world.at(wan(1), { kind: 'refuses', ms: 10 })
    world.at(wan(2), { kind: 'answers', peer: 'b', ms: 10 })
    await value(world, swarm.dial({ id: 'b', addresses: [wan(1), wan(2), '/ip6/2a00::1/tcp/1'] }))
    expect(world.dials.map(({ address, at }) => [address, at])).toEqual([
      ['/ip6/2a00::1/tcp/1', 0],
      [wan(1), 250],
      [wan(2), 500]
    ])
    expect(world.aborted, 'the losing dial has been ended').toBe(1)
  })

  it('that are refused one after the other cost no delay', async () => {
    const world = new World()
    const swarm = world.swarm('a', { victimCap: false })
    world.at(wan(3), { kind: 'answers', peer: 'b', ms: 10 })
    const relay = world.at(`${wan(4)}/p2p/R/p2p-circuit`, { kind: 'refuses' })
    await value(world, swarm.dial({ id: 'b', addresses: [wan(1), relay, wan(3)] }))
    expect(world.clock.now()).toBeLessThan(50)
  })

  it('never open more than one connection that stays', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const addresses = Array.from({ length: 8 }, (_, i) => world.at(lan(i), { kind: 'answers', peer: 'b' }))
    await value(world, swarm.dial({ id: 'b', addresses }))
    await world.clock.advance(1_000)
    expect(swarm.connections('b').length).toBe(1)
  })
})

describe('a dial error', () => {
  it('has a cause for each of five bad addresses', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const addresses = [1, 2, 3, 4, 5].map(n => lan(n))
    const error: DialError = await failure(world, swarm.dial({ id: 'b', addresses }))
    expect(error.code).toBe('PEX_UNREACHABLE')
    expect(error.errors.map(({ address }) => address).toSorted()).toEqual(addresses)
    for (const { cause } of error.errors) expect(cause).toMatchObject({ message: 'connection refused' })
    for (const address of addresses) expect(error.message).toContain(address)
  })

  it('keeps sixteen causes and counts the others', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const addresses = Array.from({ length: 40 }, (_, i) => lan(i))
    const error: DialError = await failure(world, swarm.dial({ id: 'b', addresses }))
    expect([error.errors.length, error.skipped]).toEqual([16, 24])
    expect(error.message).toContain('and 24 more')
  })

  it('gives the reason for addresses that were not dialled', async () => {
    const world = new World()
    const gater = { addressDial: (_peer: string | undefined, address: string) => address !== lan(7) }
    const swarm = world.swarm('a', { gater, scope: new NetworkScope('private') })
    await value(world, swarm.listen(lan(1)))
    const addresses = [lan(1), '/ip6/fe80::1/tcp/1', '/ip4/1.2.3.4/sctp/5', lan(7)]
    const error: DialError = await failure(world, swarm.dial({ id: 'b', addresses }))
    expect(error.errors.map(each => each.code)).toEqual([
      'PEX_FILTERED',
      'PEX_FILTERED',
      'PEX_NO_TRANSPORT',
      'PEX_GATED'
    ])
    expect(error.code).toBe('PEX_FILTERED')
    expect(world.dials).toEqual([])
  })

  it.each([
    ['PEX_NO_KNOWN_ADDRESS', []],
    ['PEX_NO_TRANSPORT', ['/ip4/1.2.3.4/sctp/5']],
    ['PEX_FILTERED', ['/ip6/fe80::1/tcp/1', '/ip4/169.254.169.254/tcp/80']],
    ['PEX_GATED', [lan(66)]]
  ])('has the code %s for %j', async (code, addresses) => {
    const world = new World()
    const swarm = world.swarm('a', { gater: { addressDial: (_peer, address) => address !== lan(66) } })
    expect(await failure(world, swarm.dial({ id: 'b', addresses }))).toMatchObject({ code })
    expect(world.dials).toEqual([])
  })

  it('outweighs nothing: why the caller left is what it hears', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    world.at(lan(1), { kind: 'silent' })
    const signal = AbortSignal.abort(new Error('enough'))
    expect(await failure(world, swarm.dial({ id: 'b', addresses: [lan(1)] }, { signal }))).toMatchObject({
      code: 'PEX_ABORTED',
      cause: { message: 'enough' }
    })
  })
})
