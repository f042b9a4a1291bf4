/** Swarms among themselves: connections both ways, gaters and listening. */
import type { PexError } from '@pex/core'
import type { Gater } from '@pex/swarm'
import { describe, expect, it } from 'vitest'
import { connectAll, contactOf, failure, lan, settled, swarms, value, World } from './world.ts'
import type { End } from './world.ts'

describe('connections', () => {
  it('carry a stream once dialled, also from a swarm that listens nowhere', async () => {
    const world = new World()
    const [b] = await swarms(world, 1)
    const a = world.swarm('dial-only')
    const stream = await value(world, a.openStream(contactOf(b!)))
    expect(stream.isOpen).toBe(true)
    expect(b!.peers).toEqual(['dial-only'])
  })

  it.each([1, 20])('of two that dial each other, %d at a time, are two at most', async count => {
    const world = new World()
    const [a, b] = await swarms(world, 2)
    const dials = Array.from({ length: count }, () => [a!.dial(contactOf(b!)), b!.dial(contactOf(a!))])
    await value(world, Promise.all(dials.flat()))
    await world.clock.settle()
    expect(a!.isConnected(b!.self) && b!.isConnected(a!.self)).toBe(true)
    expect(a!.connections(b!.self).length).toBeLessThanOrEqual(2)
    expect(b!.connections(a!.self).length).toBe(a!.connections(b!.self).length)
  })

  it('of twenty that all dial each other ten times over leave nobody apart', async () => {
    const world = new World()
    const all = await swarms(world, 20)
    for (let round = 0; round < 10; round++)
      await value(
        world,
        Promise.all(all.flatMap(a => all.filter(b => b !== a).map(b => a.dial(contactOf(b)))))
      )
    for (const swarm of all) expect(swarm.peers.length).toBe(19)
  })

  it('are listed by both sides, as copies', async () => {
    const world = new World()
    const all = await swarms(world, 2)
    await connectAll(world, all)
    expect([all[0]!.peers, all[1]!.peers]).toEqual([['s1'], ['s0']])
    for (const list of [all[0]!.peers, all[0]!.connections(), all[0]!.connections('s1'), all[0]!.addresses]) {
      const before = list.length
      ;(list as unknown[]).push('x')
      expect(before).toBe(1)
    }
    expect(all[0]!.peers).toEqual(['s1'])
    expect(all[0]!.connections().length).toBe(1)
    expect(all[0]!.addresses).toEqual([lan(1)])
  })

  it('are right about four peers, and closing a peer changes it at both ends', async () => {
    const world = new World()
    const [a, b, c, d] = await swarms(world, 4)
    for (const other of [b, c, d]) await value(world, a!.dial(contactOf(other!)))
    await value(world, b!.dial(contactOf(c!)))
    await world.clock.settle()
    expect([a!.isConnected('s1'), a!.isConnected('s3'), b!.isConnected('s3')]).toEqual([true, true, false])
    await value(world, a!.closePeer('s1'))
    expect([a!.isConnected('s1'), b!.isConnected('s0'), b!.isConnected('s2')]).toEqual([false, false, true])
    await value(world, a!.closePeer('nobody'))
  })

  it('best of several: unlimited, direct, of the lower id, new', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const end = (kind: Partial<End>): End => ({
      peer: 'b',
      address: '/memory/b',
      isOpen: true,
      isLimited: false,
      isRelayed: false,
      ...kind
    })
    const best = async () => (await value(world, swarm.dial({ id: 'b', addresses: [] }))).raw
    const ends = [end({ isLimited: true }), end({ isRelayed: true }), end({}), end({})]
    for (const each of ends) {
      await swarm.adopt(each, 'inbound')
      expect(await best()).toBe(each)
    }
    const own = end({})
    await swarm.adopt(own, 'outbound')
    await swarm.adopt(end({}), 'inbound')
    expect(await best()).toBe(own)
    own.isOpen = false
    expect(await best()).not.toBe(own)
  })

  it('whose closing fails give each call the same result', async () => {
    const world = new World()
    let closings = 0
    const dialer = {
      ...world.dialer('a'),
      close: async () => {
        closings++
        throw new Error('it broke')
      }
    }
    const swarm = world.swarm('a', {}, { dialer })
    const contact = { id: 'b', addresses: [world.at(lan(1), { kind: 'answers', peer: 'b' })] }
    const connection = await value(world, swarm.dial(contact))
    expect((await failure(world, connection.close())).message).toBe('it broke')
    expect((await failure(world, connection.close())).message).toBe('it broke')
    expect(closings).toBe(1)
    expect(swarm.peers).toEqual([])
  })

  it('that fail to come about give an error and nothing else', async () => {
    const world = new World()
    const swarm = world.swarm('a')
    const end = await settled(world, swarm.dial({ id: 'a', addresses: [lan(1)] }))
    expect(end.status).toBe('rejected')
    expect('value' in end).toBe(false)
  })
})

describe('a gater', () => {
  const no = (): boolean => false
  const cases: [string, 'here' | 'there', Gater, PexError['code']][] = [
    ['the peer, before anything', 'here', { peerDial: no }, 'PEX_GATED'],
    ['the address', 'here', { addressDial: no }, 'PEX_GATED'],
    ['the peer that has proved itself', 'here', { secured: no }, 'PEX_GATED'],
    ['the connection', 'here', { upgraded: no }, 'PEX_GATED'],
    ['the caller’s address', 'there', { accept: no }, 'PEX_UNREACHABLE'],
    ['the caller that has proved itself', 'there', { secured: no }, 'PEX_UNREACHABLE']
  ]

  it.each(cases)('that refuses %s, %s, leaves nobody connected', async (_what, side, gater, code) => {
    const world = new World()
    const a = world.swarm('a', side === 'here' ? { gater } : {})
    const b = world.swarm('b', side === 'there' ? { gater } : {})
    await value(world, b.listen(lan(1)))
    expect(await failure(world, a.dial(contactOf(b)))).toMatchObject({ code })
    await world.clock.settle()
    expect([a.isConnected('b'), b.isConnected('a')]).toEqual([false, false])
  })

  it('that refuses a complete connection from outside closes it at both ends', async () => {
    const world = new World()
    const a = world.swarm('a')
    const b = world.swarm('b', { gater: { upgraded: direction => direction !== 'inbound' } })
    await value(world, b.listen(lan(1)))
    await settled(world, a.dial(contactOf(b)))
    await world.clock.settle()
    expect([a.isConnected('b'), b.isConnected('a')]).toEqual([false, false])
  })

  it('that allows everything is asked in order, and not for a connection that is there', async () => {
    const world = new World()
    const asked: string[] = []
    const note = (name: string) => (): boolean => asked.push(name) > 0
    const gater = {
      peerDial: note('peerDial'),
      addressDial: note('addressDial'),
      secured: note('secured'),
      upgraded: note('upgraded')
    }
    const a = world.swarm('a', { gater })
    const [b] = await swarms(world, 1)
    await value(world, a.dial(contactOf(b!)))
    await value(world, a.dial(contactOf(b!)))
    expect(asked).toEqual(['peerDial', 'addressDial', 'secured', 'upgraded'])
  })
})

describe('listening', () => {
  it('succeeds when one address does, and fails with every cause when none does', async () => {
    const world = new World()
    const [a] = await swarms(world, 1)
    const b = world.swarm('b')
    await value(world, b.listen(lan(1), lan(2)))
    expect(b.addresses).toEqual([lan(2)])
    const error = await failure(world, b.listen(lan(1), lan(2)))
    expect(error.code).toBe('PEX_NO_ADDRESSES')
    expect(error.cause.errors.length).toBe(2)
    expect(a!.addresses).toEqual([lan(1)])
    await value(world, b.listen())
  })

  it('without a transport is its own error', async () => {
    const world = new World()
    const a = world.swarm('a', {}, { listen: undefined })
    expect(await failure(world, a.listen(lan(1)))).toMatchObject({ code: 'PEX_NO_TRANSPORT' })
  })

  it('nowhere is an empty list, not an error', () => {
    const swarm = new World().swarm('a')
    expect([swarm.addresses, swarm.interfaceAddresses]).toEqual([[], []])
  })

  it('on all interfaces is spelled out, looked up once a minute, and anew after a change', async () => {
    const world = new World()
    let lookups = 0
    const interfaces = (): string[] => {
      lookups++
      return ['127.0.0.1', '10.0.0.9', '::1']
    }
    const a = world.swarm('a', {}, { interfaces })
    await value(world, a.listen('/ip4/0.0.0.0/tcp/1', '/ip6/::/tcp/1'))
    const spelled = ['/ip4/127.0.0.1/tcp/1', '/ip4/10.0.0.9/tcp/1', '/ip6/::1/tcp/1']
    for (let i = 0; i < 5; i++) expect(a.interfaceAddresses).toEqual(spelled)
    expect(lookups).toBe(1)
    await world.clock.advance(60_000)
    expect(a.interfaceAddresses).toEqual(spelled)
    expect(lookups).toBe(2)
    await value(world, a.listen(lan(9, 7)))
    expect(a.interfaceAddresses).toEqual([...spelled, lan(9, 7)])
  })

  it('somewhere keeps others’ records from making a host dial itself', async () => {
    const world = new World()
    const a = world.swarm('a', {}, { interfaces: () => ['10.0.0.9'] })
    await value(world, a.listen('/ip4/0.0.0.0/udp/1/quic-v1'))
    const error = await failure(
      world,
      a.dial({ id: 'b', addresses: ['/ip4/10.0.0.9/udp/1/quic-v1', '/ip4/10.0.0.9/udp/1/quic-v1/p2p/b'] })
    )
    expect(error.code).toBe('PEX_FILTERED')
    expect(world.dials).toEqual([])
  })

  it('at a relay keeps it from nobody else who is reached there: only ids tell them apart', async () => {
    const world = new World()
    const relay = '/ip4/10.0.0.9/tcp/1/p2p/relay/p2p-circuit'
    const a = world.swarm('a', {}, { ownAddresses: () => [relay, `${relay}/webrtc`] })
    const error = await failure(world, a.dial({ id: 'b', addresses: [relay, `${relay}/webrtc`] }))
    expect(error.code).toBe('PEX_UNREACHABLE')
    expect(world.dials).toHaveLength(2)
  })
})
