/** What of a peer is dialled again after a failure, and what is never dialled: backoff, and names and where they lead. */
import { NetworkScope } from '@pex/core'
import { describe, expect, it } from 'vitest'
import { failure, lan, value, wan, World } from './world.ts'

describe('the backoff', () => {
  it('keeps ten callers from dialling the dead again, and never the living', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    world.at(lan(1), { kind: 'answers', peer: 'live' })
    world.at(lan(2), { kind: 'silent' })
    const round = (): Promise<PromiseSettledResult<unknown>[]> =>
      Promise.allSettled(
        ['live', 'dead'].flatMap((id, i) =>
          Array.from({ length: 10 }, () => swarm.dial({ id, addresses: [lan(i + 1)] }))
        )
      )
    const outcome = (ends: readonly PromiseSettledResult<unknown>[]): string =>
      ends.map(({ status }) => status[0]).join('')
    const succeedsThenFails = 'f'.repeat(10) + 'r'.repeat(10)
    expect(outcome(await value(world, round()))).toBe(succeedsThenFails)
    expect(world.dials.length).toBe(2)
    await value(world, swarm.closePeer('live'))
    expect(outcome(await value(world, round()))).toBe(succeedsThenFails)
    expect(world.dials.filter(({ peer }) => peer === 'dead').length).toBe(1)
    expect(swarm.backoff.isWaiting('live', lan(1), world.clock.now())).toBe(false)
    const error = await failure(world, swarm.dial({ id: 'dead', addresses: [lan(2)] }))
    expect(error.code).toBe('PEX_BACKOFF')
    await world.clock.advance(5_000)
    await failure(world, swarm.dial({ id: 'dead', addresses: [lan(2)] }))
    expect(world.dials.filter(({ peer }) => peer === 'dead').length).toBe(2)
  })

  it('is of one address: another one connects, and then it is gone', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    await failure(world, swarm.dial({ id: 'b', addresses: [lan(1)] }))
    expect(swarm.backoff.isWaiting('b', lan(1), world.clock.now())).toBe(true)
    world.at(lan(2), { kind: 'answers', peer: 'b' })
    await value(world, swarm.dial({ id: 'b', addresses: [lan(1), lan(2)] }))
    expect(world.dials.filter(({ address }) => address === lan(1)).length).toBe(1)
    expect(swarm.backoff.isWaiting('b', lan(1), world.clock.now())).toBe(false)
  })

  it('is gone when the peer calls', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    await failure(world, swarm.dial({ id: 'b', addresses: [lan(1)] }))
    await swarm.adopt(
      { peer: 'b', address: '/memory/b', isOpen: true, isLimited: false, isRelayed: false },
      'inbound'
    )
    expect(swarm.backoff.size).toBe(0)
  })

  it('spares no time: a new network with one dead peer in ten sees no dead address twice within it', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const peers = Array.from({ length: 200 }, (_, i) => {
      const address = `/ip4/10.0.${i >> 7}.${i % 128}/tcp/1`
      if (i % 10 !== 0) world.at(address, { kind: 'answers', peer: `peer-${i}` })
      return { id: `peer-${i}`, addresses: [address] }
    })
    for (let second = 0; second < 120; second++) {
      for (let i = 0; i < 20; i++) void swarm.dial(peers[(second * 7 + i * 31) % 200]!).catch(() => {})
      await world.clock.advance(1_000)
    }
    const byAddress = Map.groupBy(world.dials, ({ address }) => address)
    let again = 0
    for (const [address, dials] of byAddress) {
      if (world.spots.has(address)) continue
      for (const [i, { at }] of dials.slice(1).entries()) {
        again++
        const wait = i === 0 ? 5_000 : 5_000 + 1_000 * i ** 2
        expect(at - dials[i]!.at).toBeGreaterThanOrEqual(wait)
      }
    }
    expect(again).toBeGreaterThan(20)
  })
})

describe('names', () => {
  it('are dialled where they lead, and not to where the scope does not reach', async () => {
    const world = new World()
    const swarm = world.swarm('a', { scope: new NetworkScope('public'), victimCap: false })
    world.names.set('/dns4/rebound.example.com/tcp/80', [
      '/ip4/169.254.169.254/tcp/80',
      '/ip4/10.0.0.1/tcp/80'
    ])
    const error = await failure(
      world,
      swarm.dial({ id: 'b', addresses: ['/dns4/rebound.example.com/tcp/80'] })
    )
    expect(error.errors.map((each: { code: string }) => each.code)).toEqual(['PEX_FILTERED', 'PEX_FILTERED'])
    expect(world.dials).toEqual([])
    world.names.set('/dns4/fine.example.com/tcp/80', [world.at(wan(1), { kind: 'answers', peer: 'b' })])
    expect(
      (await value(world, swarm.dial({ id: 'b', addresses: ['/dns4/fine.example.com/tcp/80'] }))).peer
    ).toBe('b')
  })

  it('of the operator lead into the operator’s own site, but never to a metadata service', async () => {
    const world = new World()
    const scope = new NetworkScope('auto')
    const seed = '/dns4/seed.example.com/tcp/1'
    scope.configure([seed])
    expect(scope.current).toBe('public')
    const swarm = world.swarm('a', { scope })
    world.names.set(seed, ['/ip4/169.254.169.254/tcp/1', world.at(lan(1), { kind: 'answers', peer: 'b' })])
    expect((await value(world, swarm.dial({ id: 'b', addresses: [seed] }))).peer).toBe('b')
    expect(world.dials.map(({ address }) => address)).toEqual([lan(1)])
  })

  it('that a handshake needs are judged by every place that they lead to', async () => {
    const world = new World()
    const name = world.at('/dns4/n.example.com/tcp/443/wss', { kind: 'answers', peer: 'b' })
    const places = ['/ip4/9.9.9.9/tcp/443/wss']
    const dialer = {
      ...world.dialer('a'),
      resolve: async (dial: string) => places.map(at => ({ dial, at }))
    }
    const scope = new NetworkScope('public')
    const swarm = world.swarm('a', { scope, victimCap: false }, { dialer })
    places.push('/ip4/127.0.0.1/tcp/443/wss')
    const error = await failure(world, swarm.dial({ id: 'b', addresses: [name] }))
    expect(error).toMatchObject({ code: 'PEX_FILTERED', errors: [{ address: name }] })
    expect(world.dials).toEqual([])
    places.pop()
    expect((await value(world, swarm.dial({ id: 'b', addresses: [name] }))).address).toBe(name)
  })

  it('that stand for nothing are a cause as well', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    world.names.set('/dns4/gone.example.com/tcp/80', [])
    const error = await failure(world, swarm.dial({ id: 'b', addresses: ['/dns4/gone.example.com/tcp/80'] }))
    expect(error.message).toContain('stands for nothing')
  })
})
