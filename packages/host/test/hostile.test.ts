/** What strangers, and the clock, can do to a host's neighbours, and what they cannot. */
import type { PeerRecord } from '@pex/core'
import { createVerifier } from '@pex/record'
import { describe, expect, it } from 'vitest'
import { encodeGreeting } from '../src/greeting.ts'
import type { Output, Terms } from '../src/neighbourhood/events.ts'
import { neighbourLimits, readLimits } from '../src/neighbourhood/limits.ts'
import { Neighbourhood } from '../src/neighbourhood/neighbourhood.ts'
import { contact, scene } from './scene.ts'
import { done, network, special, stopAll, stranger } from './strangers.ts'

const terms: Terms = { agent: 'test/1.0.0', skewMs: 0, rttMs: 1 }
const at = (id: string, address = '/memory/x'): { id: string; addresses: string[] } => ({
  id,
  addresses: [address]
})
const of = <T extends Output['type']>(outputs: readonly Output[], type: T): Extract<Output, { type: T }>[] =>
  outputs.filter((output): output is Extract<Output, { type: T }> => output.type === type)

describe('a stranger', () => {
  it('that greets with somebody else’s record is nobody’s neighbour, and neither is that somebody', async () => {
    const world = scene()
    const [host] = await network(world, 1)
    const [mallory, victim] = [await stranger(world, 1), await stranger(world, 2)]
    const { envelope } = await victim.record()
    expect(await done(world, mallory.greet(host!, { envelope }))).toBe('bad-greeting')
    expect(host!.peers.size).toBe(0)
    expect(await done(world, victim.greet(host!))).toBe('welcome')
    await stopAll(world, [host!, mallory.transport, victim.transport])
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['rubbish', new Uint8Array(60_000).fill(0xff)],
    [
      'no record',
      encodeGreeting({
        network: 'test',
        agent: 'a/1.0.0',
        time: 1_767_225_600_000,
        envelope: new Uint8Array()
      })
    ]
  ])('that says %s is told so, and no signature is checked too many', async (_, body) => {
    const world = scene()
    const [host] = await network(world, 1)
    const mallory = await stranger(world, 1)
    expect(await done(world, mallory.say(host!, body))).toBe('bad-greeting')
    // Not the next moment, whatever it says then.
    expect(await done(world, mallory.greet(host!))).toBe('too-soon')
    await world.clock.advance(1_000)
    expect(await done(world, mallory.greet(host!))).toBe('welcome')
    await stopAll(world, [host!, mallory.transport])
  })

  it('finds a full host cheap: nothing is verified for whom there is no room', async () => {
    const world = scene()
    const [host] = await network(world, 1, { neighbours: { inbound: 2 } })
    const crowd = await Promise.all([1, 2, 3].map(number => stranger(world, number)))
    for (const each of crowd.slice(0, 2)) expect(await done(world, each.greet(host!))).toBe('welcome')
    // A record that would be refused is not even looked at.
    expect(await done(world, crowd[2]!.greet(host!, { envelope: new Uint8Array(9) }))).toBe('full')
    await world.clock.advance(1_000)
    await done(world, crowd[0]!.leave(host!))
    expect(await done(world, crowd[2]!.greet(host!))).toBe('welcome')
    await stopAll(world, [host!, ...crowd.map(({ transport }) => transport)])
  })

  it('that was dismissed is not taken back for a while', async () => {
    const world = scene()
    const [host] = await network(world, 1)
    const mallory = await stranger(world, 1)
    expect(await done(world, mallory.greet(host!))).toBe('welcome')
    host!.peers.dismiss(mallory.id)
    await world.clock.advance(1_000)
    expect(await done(world, mallory.greet(host!))).toBe('unwanted')
    await world.clock.advance(60_000)
    expect(await done(world, mallory.greet(host!))).toBe('welcome')
    await stopAll(world, [host!, mallory.transport])
  })

  it('finds no more room than broadcasts go to: every neighbour has a line of its own', async () => {
    const world = scene()
    const [host] = await network(world, 1, { neighbours: { outbound: 0 } })
    const crowd = await Promise.all(Array.from({ length: 65 }, (_, number) => stranger(world, number)))
    for (const each of crowd)
      await each.transport.handle('/pex/broadcast/1.0.0', async () => new Uint8Array())
    const answers: unknown[] = []
    for (const each of crowd) answers.push(await done(world, each.greet(host!)))
    expect(answers).toEqual([...Array.from({ length: 64 }, () => 'welcome'), 'full'])
    expect(host!.gossip.census.neighbours).toBe(64)
    await stopAll(world, [host!, ...crowd.map(({ transport }) => transport)])
  })
})

describe('greetings by the hundred', () => {
  it('have 32 records verified at once; the others may come again', async () => {
    const world = scene()
    const verifying: (() => void)[] = []
    const verifier = createVerifier()
    const slow = {
      verify: (envelope: Uint8Array): Promise<PeerRecord> =>
        new Promise(resolve =>
          verifying.push(() => resolve(verifier.verify(envelope) as Promise<PeerRecord>))
        )
    }
    const host = await special(world, { verifier: slow })
    const crowd = await Promise.all(Array.from({ length: 40 }, (_, number) => stranger(world, number)))
    const answers = Promise.all(crowd.map(each => each.greet(host)))
    await world.clock.advance(100)
    expect(verifying).toHaveLength(32)
    for (const verify of verifying) verify()
    const counts = Object.groupBy(await done(world, answers), answer => answer ?? 'none')
    expect([counts.welcome?.length, counts['too-soon']?.length]).toEqual([32, 8])
    await stopAll(world, [host, ...crowd.map(({ transport }) => transport)])
  })
})

describe('neighbours that are no use', () => {
  it('take greetings and pass nothing on: every third one, and all others still hear everything', async () => {
    const world = scene()
    const hosts = await network(world, 18)
    const [mute, honest] = [hosts.filter((_, i) => i % 3 === 1), hosts.filter((_, i) => i % 3 !== 1)]
    // Whoever does not know a protocol takes its messages, and passes none of them on.
    const heard = new Map<string, number>()
    for (const host of honest)
      host.subscribe('news', { validate: ({ payload }) => (heard.set(host.id, payload[0]!), 'valid') })
    for (const number of [1, 2, 3]) {
      honest[number]!.broadcast('news', Uint8Array.of(number))
      await world.clock.advance(5_000)
      const others = honest.filter(host => host !== honest[number])
      expect(others.filter(({ id }) => heard.get(id) !== number)).toEqual([])
    }
    expect(mute).toHaveLength(6)
    await stopAll(world, hosts)
  })

  it('take no broadcasts at all: they are neighbours no more, and not for a while', async () => {
    const world = scene()
    const [host] = await network(world, 1)
    const deaf = await stranger(world, 1)
    host!.subscribe('news', { validate: () => 'valid' })
    const removed: string[] = []
    host!.peers.addEventListener('peer:removed', ({ detail }) => removed.push(detail.why))
    expect(await done(world, deaf.greet(host!))).toBe('welcome')
    host!.broadcast('news', Uint8Array.of(1))
    await world.clock.advance(5_000)
    expect(removed).toEqual(['useless'])
    expect(await done(world, deaf.greet(host!))).toBe('unwanted')
    await stopAll(world, [host!, deaf.transport])
  })
})

describe('one network group', () => {
  const chosen = (candidates: readonly string[]): string[] => {
    const it = new Neighbourhood('self', neighbourLimits)
    it.handle(0, { type: 'wake' })
    const contacts = candidates.map(address => at(address, address))
    return of(it.handle(0, { type: 'candidates', contacts }), 'greet').map(({ to }) => to.id)
  }

  it('is one neighbour of five where there are others', () => {
    const owner = Array.from({ length: 20 }, (_, i) => `/ip4/8.8.1.${i}/tcp/1`)
    const others = [1, 2, 3, 4].map(i => `/ip4/9.${i}.1.1/tcp/1`)
    expect(new Set(chosen([...owner, ...others]))).toEqual(new Set([owner[0], ...others]))
  })

  it('is all of them where there are no others, and places without a group count for themselves', () => {
    const owner = Array.from({ length: 20 }, (_, i) => `/ip4/8.8.1.${i}/tcp/1`)
    expect(chosen(owner)).toHaveLength(5)
    expect(chosen(owner.map((_, i) => `/memory/${i}`))).toHaveLength(5)
  })

  it('has no more than its share where it was chosen before', () => {
    const it = new Neighbourhood('self', { ...neighbourLimits, outbound: 2 })
    it.handle(0, { type: 'wake' })
    it.handle(0, { type: 'candidates', contacts: [at('a', '/ip4/8.8.1.1/tcp/1')] })
    it.handle(0, { type: 'welcome', id: 'a', contact: at('a', '/ip4/8.8.1.1/tcp/1'), terms })
    it.handle(2_000, { type: 'wake' })
    const contacts = [at('b', '/ip4/8.8.1.2/tcp/1'), at('c', '/ip4/9.9.1.1/tcp/1')]
    const outputs = it.handle(2_000, { type: 'candidates', contacts })
    expect(of(outputs, 'greet').map(({ to }) => to.id)).toEqual(['c'])
  })
})

describe('a clock that is set', () => {
  it('back stops neither signs of life nor searches', () => {
    const it = new Neighbourhood('self', { ...neighbourLimits, outbound: 1 })
    it.handle(1_000_000, { type: 'wake' })
    it.handle(1_000_000, { type: 'candidates', contacts: [at('a')] })
    it.handle(1_000_000, { type: 'welcome', id: 'a', contact: at('a'), terms })
    const [wake] = of(it.handle(10_000, { type: 'alive', id: 'a' }), 'wake')
    expect(wake?.at).toBe(20_000)
    expect(of(it.handle(20_000, { type: 'wake' }), 'greet').map(({ to }) => to.id)).toEqual(['a'])
  })

  it('back refuses nobody who has greeted before', async () => {
    const world = scene()
    let behind = 0
    const clock = { now: () => world.clock.now() - behind, after: world.clock.after.bind(world.clock) }
    const host = await special(world, { clock })
    const peer = await stranger(world, 1)
    expect(await done(world, peer.greet(host))).toBe('welcome')
    behind = 300_000
    await world.clock.advance(10_000)
    expect(await done(world, peer.greet(host, { time: clock.now() }))).toBe('welcome')
    await stopAll(world, [host, peer.transport])
  })

  it('wrong from the start is noticed though nobody is a neighbour because of it', async () => {
    const world = scene()
    const hosts = await network(world, 5)
    const far = await world.host({ bootstrap: [contact(hosts[0]!)] }, { skewMs: 3_600_000 })
    const told: number[] = []
    far.peers.addEventListener('clock:change', ({ detail }) => told.push(Math.round(detail.skewMs / 60_000)))
    await far.start()
    await world.clock.advance(30_000)
    expect(far.peers.size).toBe(0)
    expect(told).toEqual([-60])
    await stopAll(world, [...hosts, far])
  })

  it('wrong later on is noticed, too, with no neighbour more or less', async () => {
    const world = scene()
    const hosts = await network(world, 5)
    let behind = 0
    const clock = { now: () => world.clock.now() - behind, after: world.clock.after.bind(world.clock) }
    const host = await special(world, { clock }, { bootstrap: [contact(hosts[0]!)] })
    await world.clock.advance(20_000)
    const told: boolean[] = []
    host.peers.addEventListener('clock:change', ({ detail }) => told.push(detail.isWrong))
    const before = host.peers.size
    expect(before).toBeGreaterThanOrEqual(3)
    behind = 60_000
    await world.clock.advance(30_000)
    behind = 0
    await world.clock.advance(30_000)
    expect([told, host.peers.size]).toEqual([[true, false], before])
    await stopAll(world, [...hosts, host])
  })

  it('is judged by whom this host has chosen, whoever else comes by himself', async () => {
    const world = scene()
    const hosts = await network(world, 5)
    const crowd = await Promise.all(Array.from({ length: 10 }, (_, number) => stranger(world, number)))
    for (const each of crowd) await done(world, each.greet(hosts[0]!, { time: world.clock.now() + 300_000 }))
    expect(hosts[0]!.peers.size).toBeGreaterThan(10)
    expect(hosts[0]!.peers.clock).toMatchObject({ isWrong: false })
    await stopAll(world, [...hosts, ...crowd.map(({ transport }) => transport)])
  })
})

describe('a greeting that comes too soon after another', () => {
  it('ends no neighbourhood: the peer is there, and is asked again later', () => {
    const it = new Neighbourhood('self', { ...neighbourLimits, outbound: 1 })
    it.handle(0, { type: 'wake' })
    it.handle(0, { type: 'candidates', contacts: [at('a')] })
    it.handle(0, { type: 'welcome', id: 'a', contact: at('a'), terms })
    expect(of(it.handle(100, { type: 'broken', id: 'a' }), 'greet')).toHaveLength(1)
    expect(of(it.handle(101, { type: 'postponed', id: 'a' }), 'removed')).toEqual([])
    expect(of(it.handle(1_101, { type: 'wake' }), 'greet')).toHaveLength(1)
  })

  it('because something could not be sent just then, leaves both neighbours', async () => {
    const world = scene()
    const hosts = await network(world, 2)
    const [one, two] = hosts as [(typeof hosts)[0], (typeof hosts)[0]]
    world.links.latencyMs = 1
    const gone: string[] = []
    const declined: string[] = []
    for (const { peers } of hosts) {
      peers.addEventListener('peer:removed', ({ detail }) => gone.push(detail.why))
      peers.addEventListener('peer:declined', ({ detail }) => declined.push(detail.why))
    }
    one.peers.broken(two.id)
    await world.clock.advance(100)
    one.peers.broken(two.id)
    await world.clock.advance(30_000)
    expect([gone, new Set(declined)]).toEqual([[], new Set(['too-soon'])])
    await stopAll(world, hosts)
  })
})

describe('limits of a neighbourhood', () => {
  it('leave to those that come what the chosen leave', () => {
    expect(readLimits({})).toEqual(neighbourLimits)
    expect(readLimits({ outbound: 8 })).toMatchObject({ outbound: 8, inbound: 56 })
  })

  it.each([
    { outbound: -1 },
    { inbound: 1.5 },
    { heartbeatMs: 0 },
    { misses: Number.NaN },
    { outbound: 5, inbound: 60 }
  ])('%j are refused', wanted =>
    expect(() => readLimits(wanted)).toThrow(expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' }))
  )
})
