/** Records that name a third party's address cannot aim the network's dials at it (threat T18). */
import { below } from '@pex/core'
import { NetworkScope } from '@pex/core'
import { VictimCap } from '@pex/swarm'
import { seeded } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { failure, value, wan, World } from './world.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const V = '/ip4/203.1.113.5/tcp/443'
const at = (host: number, port = 1): string => `/ip4/9.8.7.${host}/tcp/${port}`
const cap = (seed = 1): VictimCap => new VictimCap({ rng: seeded(seed) })

describe('places that have proved nothing', () => {
  it('are dialled once in ten minutes, whatever ids name them', () => {
    const cautious = cap()
    expect(cautious.take('id-0', V, 0)).toBeUndefined()
    for (let i = 0; i < 1_000; i++) expect(cautious.take(`id-${i}`, V, i * 599)).toBeTypeOf('string')
    expect(cautious.take('id-7', V, 10 * MINUTE)).toBeUndefined()
  })

  it('have two ids at an ip and four in a /24 or a /64', () => {
    const cautious = cap()
    const taken = (addresses: string[]): number =>
      addresses.filter((address, i) => cautious.take(`${address} ${i}`, address, 0) === undefined).length
    expect(taken([1, 2, 3, 4, 5].map(port => at(1, port)))).toBe(2)
    expect(taken([2, 3, 4, 5, 6, 7].map(host => at(host)))).toBe(2)
    expect(taken(Array.from({ length: 9 }, (_, i) => `/ip6/2a00:1:2:3::${i + 1}/tcp/1`))).toBe(4)
    expect(taken(Array.from({ length: 9 }, (_, i) => `/dns4/v.example.com/tcp/${i + 1}`))).toBe(2)
  })

  it('count however their address is written', () => {
    const cautious = cap()
    expect(cautious.take('a', '/ip4/9.8.7.1/tcp/1', 0)).toBeUndefined()
    for (const same of ['/ip6/::ffff:9.8.7.1/tcp/1', '/ip6/64:ff9b::908:701/tcp/1', `${at(1)}/ws`])
      expect(cautious.take('b', same, 0)).toBeTypeOf('string')
    expect(cautious.take('c', `${at(1)}/p2p/R/p2p-circuit`, 0)).toBeTypeOf('string')
  })

  it('that fail are left alone for hours, longer each time, up to a day', () => {
    const cautious = cap()
    const waits: number[] = []
    let now = 0
    for (let i = 0; i < 6; i++) {
      expect(cautious.take(`id-${i}`, V, now)).toBeUndefined()
      cautious.failed(`id-${i}`, V, now)
      const since = now
      while (cautious.take(`next-${i}`, V, now) !== undefined) now += MINUTE
      cautious.prove(`next-${i}`, V)
      waits.push(now - since)
      now += HOUR
    }
    expect(waits[0]).toBeGreaterThanOrEqual(2 * HOUR)
    expect(Math.max(...waits)).toBeLessThanOrEqual(36 * HOUR + MINUTE)
    expect(waits.at(-1)).toBeGreaterThanOrEqual(12 * HOUR)
  })

  it('share a budget of dials a second', () => {
    const cautious = cap()
    let taken = 0
    for (let ms = 0; ms < 100_000; ms += 10) {
      const address = `/ip4/${11 + (ms % 80)}.${(ms >> 4) % 250}.${(ms >> 9) % 250}.1/tcp/${1 + (ms % 60_000)}`
      if (cautious.take(`id-${ms}`, address, ms) === undefined) taken++
    }
    expect(taken).toBeLessThanOrEqual(32 + 100)
    expect(taken).toBeGreaterThan(100)
  })
})

describe('places that have proved themselves', () => {
  it('are free for the id that did, and for no other', () => {
    const cautious = cap()
    expect(cautious.take('a', V, 0)).toBeUndefined()
    cautious.prove('a', V)
    for (let i = 0; i < 100; i++) expect(cautious.take('a', V, i)).toBeUndefined()
    expect(cautious.take('b', V, 1)).toBeUndefined()
    expect(cautious.take('c', V, 1)).toBeTypeOf('string')
  })

  it('come back after a minute, then later, when they fail', () => {
    const cautious = cap()
    cautious.prove('a', V)
    cautious.failed('a', V, 0)
    expect(cautious.take('a', V, 29_000)).toBeTypeOf('string')
    expect(cautious.take('a', V, 90_000)).toBeUndefined()
    for (let i = 0; i < 20; i++) cautious.failed('a', V, 0)
    expect(cautious.take('a', V, 12 * HOUR - 1)).toBeTypeOf('string')
    expect(cautious.take('a', V, 36 * HOUR)).toBeUndefined()
  })

  it.each(['/ip4/10.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/1', '/ip6/fd00::1/tcp/1', '/memory/1'])(
    'are all of %s: one’s own site is not counted',
    address => {
      const cautious = cap()
      for (let i = 0; i < 500; i++) {
        expect(cautious.take(`id-${i}`, address, 0)).toBeUndefined()
        cautious.failed(`id-${i}`, address, 0)
      }
    }
  )
})

describe('a thousand nodes, each tenth peer an attacker that names the victim', () => {
  /** Dials at V per 10 minutes; each node tries four peers a minute, a tenth of them attackers. */
  function storm(ports: number, hours: number, seed: number): number[] {
    const rng = seeded(seed)
    const nodes = Array.from({ length: 1_000 }, (_, i) => cap(seed * 10_000 + i))
    const windows = Array.from({ length: hours * 6 }, () => 0)
    for (let minute = 0; minute < hours * 60; minute++)
      for (const node of nodes)
        for (let i = 0; i < 4; i++) {
          if (below(rng, 10) !== 0) continue
          const now = minute * MINUTE + below(rng, MINUTE)
          const port = 1 + below(rng, ports)
          const [id, address] = [`attacker-${below(rng, 100)}`, `/ip4/203.1.113.5/tcp/${port}`]
          if (node.take(id, address, now) !== undefined) continue
          windows[Math.floor(minute / 10)]!++
          node.failed(id, address, now)
        }
    return windows
  }

  it.each([
    ['one address of it', 10, 1],
    // Two ids are let try an ip before it is left alone: the first sweep takes twice as long.
    ['any port of it', 20, 65_535]
  ])('bring %s at most 0.1 dials a second after minute %d, and no more later', (_name, minute, ports) => {
    const windows = storm(ports, 12, ports)
    const perSecond = windows.map(dials => dials / 600)
    const swept = minute / 10
    expect(Math.max(...perSecond.slice(swept))).toBeLessThanOrEqual(0.1)
    const hours = Array.from({ length: 12 }, (_, hour) => {
      const some = perSecond.slice(Math.max(hour * 6, swept), (hour + 1) * 6)
      return some.reduce((sum, rate) => sum + rate, 0) / some.length
    })
    expect(Math.max(...hours)).toBeLessThanOrEqual(0.1)
    expect(hours.slice(8).reduce((sum, rate) => sum + rate) / 4).toBeLessThanOrEqual(0.06)
  })
})

describe('a place that several ids name', () => {
  it('is dialled after a while that differs from node to node, and stays reachable', () => {
    const waits = Array.from({ length: 200 }, (_, i) => {
      const cautious = cap(i)
      cautious.heard('honest', V, 0)
      expect(cautious.take('nobody-else', at(9), 0)).toBeUndefined()
      cautious.heard('attacker', V, 0)
      let now = 0
      while (cautious.take('honest', V, now) !== undefined) now += MINUTE
      return now
    })
    expect(Math.max(...waits)).toBeLessThanOrEqual(4 * HOUR + MINUTE)
    expect(waits.filter(wait => wait < HOUR).length).toBeGreaterThan(30)
    expect(waits.filter(wait => wait > 3 * HOUR).length).toBeGreaterThan(30)
  })

  it('is nothing strange where it is one’s own in two records, or proved', () => {
    const cautious = cap()
    cautious.heard('a', V, 0)
    cautious.heard('a', V, 1)
    expect(cautious.take('a', V, 2)).toBeUndefined()
    cautious.prove('a', V)
    cautious.heard('b', V, 3)
    expect(cautious.take('a', V, 4)).toBeUndefined()
  })
})

describe('a thousand nodes at the default tick', () => {
  it('bring a victim at most 0.1 dials a second after minute 10', () => {
    const rng = seeded(11)
    const windows = Array.from({ length: 36 }, () => 0)
    for (let i = 0; i < 1_000; i++) {
      const node = cap(i)
      // A round every five minutes: eight records come, a tenth of them attackers’, and one peer is asked.
      for (let now = below(rng, 5 * MINUTE); now < 6 * HOUR; now += 5 * MINUTE) {
        for (let heard = 0; heard < 8; heard++)
          if (below(rng, 10) === 0) node.heard(`attacker-${below(rng, 100)}`, V, now)
        if (below(rng, 10) !== 0) continue
        const id = `attacker-${below(rng, 100)}`
        node.heard(id, V, now)
        if (node.take(id, V, now) !== undefined) continue
        windows[Math.floor(now / (10 * MINUTE))]!++
        node.failed(id, V, now)
      }
    }
    const perSecond = windows.map(dials => dials / 600)
    expect(Math.max(...perSecond.slice(1))).toBeLessThanOrEqual(0.1)
    expect(perSecond.slice(1).reduce((sum, rate) => sum + rate) / 35).toBeLessThan(0.08)
  })
})

describe('a swarm', () => {
  it('dials a victim that a thousand ids name once, and says why not again', async () => {
    const world = new World()
    const swarm = world.swarm('a', { scope: new NetworkScope('public') })
    const codes = new Set<string>()
    for (let i = 0; i < 1_000; i++)
      codes.add((await failure(world, swarm.dial({ id: `sybil-${i}`, addresses: [V] }))).code)
    expect(world.dials.length).toBe(1)
    expect([...codes]).toEqual(['PEX_UNREACHABLE', 'PEX_CAPPED'])
  })

  it('trusts what its operator has configured, and who has called from there', async () => {
    const world = new World()
    const scope = new NetworkScope('public')
    scope.configure([wan(1)])
    const swarm = world.swarm('a', { scope })
    for (let i = 0; i < 3; i++) {
      await failure(world, swarm.dial({ id: 'seed', addresses: [wan(1)] }))
      await world.clock.advance(10_000)
    }
    expect(world.dials.length).toBe(3)
    await failure(world, swarm.dial({ id: 'x', addresses: [wan(2)] }))
    const call = { peer: 'b', address: wan(2, 50_000), isOpen: true, isLimited: false, isRelayed: false }
    await value(world, swarm.adopt(call, 'inbound'))
    world.cut({ ...call })
    await value(world, swarm.closePeer('b'))
    world.at(wan(2), { kind: 'answers', peer: 'b' })
    expect((await value(world, swarm.dial({ id: 'b', addresses: [wan(2)] }))).peer).toBe('b')
  })
})
