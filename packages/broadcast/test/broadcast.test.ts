/** The driver, over the network in memory and in virtual time. */
import type { Contact, Transport } from '@pex/core'
import { limits } from '@pex/core'
import { createBroadcast } from '@pex/broadcast'
import type { ProtocolInit } from '@pex/broadcast'
import { seeded } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { bounds, maxPayloadBytes } from '../src/bounds.ts'
import { encode } from '../src/codec.ts'
import { bytes, contact, meet, PROTOCOL, words } from './hosts.ts'
import type { Host } from './hosts.ts'
import { announce, data, message } from './kit.ts'

describe('a broadcast', () => {
  it('reaches everybody once, with who brought it', async () => {
    const { clock, hosts } = await meet(['a', 'b', 'c', 'd', 'e'])
    const id = hosts[0]!.broadcast.publish('chat', bytes('hello'))
    await clock.advance(1_000)
    for (const host of hosts.slice(1)) {
      expect(host.got).toMatchObject([
        { protocol: 'chat', publishedAt: 1_000_000, payload: bytes('hello'), id, from: expect.any(String) }
      ])
      expect(host.got[0]!.nonce).toMatch(/^[0-9a-f]{16}$/)
    }
    expect(hosts[0]!.got, 'its publisher has it already').toEqual([])
  })

  it('of the same bytes by two hosts in the same millisecond is two messages, and everybody gets both', async () => {
    const { clock, hosts } = await meet(['a', 'b', 'c', 'd'])
    const ids = hosts.slice(0, 2).map(({ broadcast }) => broadcast.publish('chat', bytes('good morning')))
    await clock.advance(1_000)
    expect(new Set(hosts[2]!.got.map(({ publishedAt }) => publishedAt)).size).toBe(1)
    expect(hosts.map(host => host.got.map(({ id }) => id).toSorted())).toEqual([
      [ids[1]],
      [ids[0]],
      ids.toSorted(),
      ids.toSorted()
    ])
  })

  it('goes over hosts that are not everybody’s neighbours', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const { clock, hosts } = await meet(names)
    hosts.forEach((host, at) => {
      host.peers = names.filter((_, near) => Math.abs(near - at) === 1).map(contact)
      host.broadcast.refresh()
    })
    hosts[0]!.broadcast.publish('chat', bytes('along the line'))
    await clock.advance(1_000)
    expect(hosts.map(words)).toEqual([[], ...names.slice(1).map(() => ['along the line'])])
    expect(hosts[5]!.got[0]!.from).toBe('e')
  })

  it('takes hardly more payloads than hosts once the tree stands', async () => {
    const { clock, hosts } = await meet(Array.from({ length: 8 }, (_, i) => `host ${i}`))
    const pushed = (): number => hosts.reduce((sum, { broadcast }) => sum + broadcast.counts.pushed, 0)
    for (let i = 0; i < 10; i++) {
      hosts[i % 8]!.broadcast.publish('chat', bytes(`first ${i}`))
      await clock.advance(2_000)
    }
    const before = pushed()
    for (let i = 0; i < 10; i++) {
      hosts[i % 8]!.broadcast.publish('chat', bytes(`then ${i}`))
      await clock.advance(2_000)
    }
    expect((pushed() - before) / 10).toBeLessThan(7 * 1.3)
    for (const host of hosts)
      expect(host.got.length).toBe(20 - (host.id < 'host 2' ? 4 : host.id < 'host 4' ? 2 : 2))
  })

  it('of many messages at once loses none, and packs them', async () => {
    const { clock, hosts, network } = await meet(['a', 'b', 'c'])
    for (let i = 0; i < 200; i++) hosts[0]!.broadcast.publish('chat', bytes(`message ${i}`))
    await clock.advance(10_000)
    for (const host of hosts.slice(1)) expect(new Set(words(host)).size).toBe(200)
    expect(network.traffic.requests).toBeLessThan(200)
  })

  it('carries the longest payload, and refuses a longer one', async () => {
    const { clock, hosts } = await meet(['a', 'b'])
    hosts[0]!.broadcast.publish('chat', new Uint8Array(maxPayloadBytes))
    await clock.advance(1_000)
    expect(hosts[1]!.got[0]!.payload.length).toBe(maxPayloadBytes)
    expect(() => hosts[0]!.broadcast.publish('chat', new Uint8Array(maxPayloadBytes + 1))).toThrow(
      expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    )
  })

  it.each([
    ['bytes', bytes('mine')],
    ['a Buffer, whose slice is no copy', Buffer.from('mine')]
  ])('does not change when its publisher uses the buffer again: %s', async (_, payload) => {
    const { clock, hosts } = await meet(['a', 'b'])
    hosts[0]!.broadcast.publish('chat', payload)
    payload.fill(0)
    await clock.advance(1_000)
    expect(words(hosts[1]!)).toEqual(['mine'])
  })
})

describe('verdicts', () => {
  it('that take time hold up this message and no other', async () => {
    const open: (() => void)[] = []
    const { clock, hosts } = await meet(
      ['a', 'b'],
      {},
      {
        validate: ({ payload }) =>
          payload.length > 4 ? new Promise(resolve => void open.push(() => resolve('valid'))) : 'valid'
      }
    )
    hosts[0]!.broadcast.publish('chat', bytes('slowly'))
    hosts[0]!.broadcast.publish('chat', bytes('fast'))
    await clock.advance(1_000)
    expect(hosts[1]!.broadcast.counts.accepted).toBe(1)
    open.forEach(resolve => resolve())
    await clock.advance(1_000)
    expect(hosts[1]!.broadcast.counts.accepted).toBe(2)
  })

  it('invalid: the sender is named, and the message ends there', async () => {
    const { clock, hosts } = await meet(['a', 'b', 'c'], {}, { validate: () => 'invalid' })
    hosts[1]!.peers = [contact('a')]
    hosts[0]!.peers = [contact('b')]
    for (const { broadcast } of hosts) broadcast.refresh()
    hosts[0]!.broadcast.publish('chat', bytes('bad'))
    await clock.advance(5_000)
    expect(hosts[1]!.invalid).toEqual(['a'])
    expect(hosts[2]!.broadcast.counts.duplicates + hosts[2]!.broadcast.counts.accepted).toBe(0)
  })

  it.each<[string, ProtocolInit['validate']]>([
    [
      'a throw',
      () => {
        throw new Error('broken')
      }
    ],
    ['a rejection', () => Promise.reject(new Error('broken'))]
  ])('%s ignores the message, names nobody, and is told', async (_, validate) => {
    const { clock, hosts } = await meet(['a', 'b'], {}, { validate })
    hosts[0]!.broadcast.publish('chat', bytes('x'))
    await clock.advance(1_000)
    expect(hosts[1]!.broadcast.counts).toMatchObject({ ignored: 1, accepted: 0 })
    expect(hosts[1]!.invalid).toEqual([])
    expect(hosts[1]!.logged).toHaveLength(1)
  })

  it('something that is no verdict ignores the message', async () => {
    const { clock, hosts } = await meet(['a', 'b'], {}, { validate: () => true as never })
    hosts[0]!.broadcast.publish('chat', bytes('x'))
    await clock.advance(1_000)
    expect(hosts[1]!.broadcast.counts).toMatchObject({ ignored: 1, accepted: 0 })
  })

  it('a payload longer than its protocol allows is invalid without asking', async () => {
    const { clock, hosts } = await meet(['a', 'b'])
    hosts[1]!.broadcast.register('chat', { validate: () => 'valid', maxBytes: 3 })
    hosts[0]!.broadcast.publish('chat', bytes('four'))
    await clock.advance(1_000)
    expect(hosts[1]!.invalid).toEqual(['a'])
  })
})

describe('neighbours', () => {
  it('that are dead are found out by what is sent to them, named, and left alone for a while', async () => {
    const { clock, hosts, network } = await meet(['a', 'b', 'c'])
    network.kill('c')
    hosts[0]!.broadcast.publish('chat', bytes('one'))
    await clock.advance(1_000)
    expect(hosts[0]!.unreachable).toEqual(['c'])
    expect(hosts[0]!.broadcast.census.neighbours).toBe(1)
    expect(words(hosts[1]!)).toEqual(['one'])
    const before = network.traffic.requests
    hosts[0]!.broadcast.publish('chat', bytes('two'))
    await clock.advance(1_000)
    expect(network.traffic.requests - before, 'to the living one alone').toBeLessThanOrEqual(2)
  })

  it('that take no broadcasts are told from the dead, and left alone for a while, too', async () => {
    const { clock, hosts } = await meet(['a', 'b', 'c'])
    await hosts[2]!.broadcast.stop()
    hosts[0]!.broadcast.publish('chat', bytes('one'))
    await clock.advance(1_000)
    expect([hosts[0]!.unsupported, hosts[0]!.unreachable]).toEqual([['c'], []])
    expect(hosts[0]!.broadcast.counts).toMatchObject({ unsupported: 1, unreachable: 0 })
    expect(hosts[0]!.broadcast.census.neighbours).toBe(1)
    await clock.advance(bounds.refreshMs)
    hosts[0]!.broadcast.refresh()
    expect(hosts[0]!.broadcast.census.neighbours).toBe(2)
  })

  it('that did not answer are tried again after a while, not before', async () => {
    const { clock, hosts, network } = await meet(['a', 'b', 'c'])
    network.kill('c')
    const { broadcast } = hosts[0]!
    broadcast.publish('chat', bytes('one'))
    await clock.advance(1_000)
    broadcast.refresh()
    expect(broadcast.census.neighbours).toBe(1)
    await clock.advance(bounds.refreshMs)
    broadcast.refresh()
    expect(broadcast.census.neighbours).toBe(2)
  })

  it('that are lazy are told in time, though the verdict came at once', async () => {
    const { clock, hosts } = await meet(['a', 'b', 'c'])
    const [a, b, c] = hosts as [Host, Host, Host]
    a.peers = [contact('b')]
    c.peers = [contact('b')]
    for (const { broadcast } of hosts) broadcast.refresh()
    const { signal } = new AbortController()
    const pruned = c.transport.request(contact('b'), PROTOCOL, encode([{ kind: 'prune' }]), { signal })
    await clock.advance(100)
    await pruned
    a.broadcast.publish('chat', bytes('x'))
    await clock.advance(1_000)
    expect(b.broadcast.counts.announced).toBe(1)
    expect(words(c)).toEqual(['x'])
  })

  it('that are silent hold up nobody else, and their messages wait within bounds', async () => {
    const { clock, hosts, network } = await meet(['a', 'b', 'c'])
    network.cut('a', 'c')
    for (let i = 0; i < 500; i++) hosts[0]!.broadcast.publish('chat', new Uint8Array(5_000).fill(i))
    await clock.advance(9_000)
    expect(hosts[1]!.broadcast.counts.accepted).toBe(500)
    expect(hosts[0]!.broadcast.counts.deferred).toBeGreaterThan(300)
    await clock.advance(2_000)
    expect(hosts[0]!.unreachable).toEqual(['c'])
  })

  it('that come back get what they have missed', async () => {
    const { clock, hosts, network } = await meet(['a', 'b'])
    network.partition([['a'], ['b']])
    hosts[0]!.broadcast.publish('chat', bytes('while apart'))
    await clock.advance(15_000)
    expect(hosts[0]!.unreachable).toEqual(['b'])
    network.heal()
    await clock.advance(20_000)
    expect(words(hosts[1]!)).toEqual(['while apart'])
  })

  it('that nobody speaks to are found out all the same', async () => {
    const { clock, hosts, network } = await meet(['a', 'b'])
    network.kill('b')
    await clock.advance(bounds.idleMs + 1_000)
    expect(hosts[0]!.unreachable).toEqual(['b'])
  })

  it('the list is read again when it says so, and when somebody speaks who is not on it', async () => {
    let changed = (): void => {}
    let peers: Contact[] = []
    const { clock, hosts } = await meet(['a', 'b'], {
      peers: { peers: () => peers, watch: listener => ((changed = listener), () => {}) }
    })
    await hosts[0]!.broadcast.stop()
    expect(hosts[1]!.broadcast.census.neighbours).toBe(0)
    peers = [contact('c'), { addresses: ['/memory/x'] }]
    changed()
    expect(hosts[1]!.broadcast.census.neighbours).toBe(1)
    peers = [contact('a'), contact('c')]
    const ask = async (): Promise<number> => {
      const { signal } = new AbortController()
      const asked = hosts[0]!.transport.request(contact('b'), PROTOCOL, encode([announce()]), { signal })
      await clock.advance(100)
      await asked
      return hosts[1]!.broadcast.census.neighbours
    }
    expect(await ask(), 'not so soon again').toBe(1)
    await clock.advance(bounds.strangerMs)
    expect(await ask()).toBe(2)
  })

  it('pruning and what is asked for travel in answers', async () => {
    const { clock, hosts } = await meet(['a', 'b'])
    const ask = async (...frames: Parameters<typeof encode>[0]): Promise<Uint8Array> => {
      const answer = hosts[0]!.transport.request(contact('b'), PROTOCOL, encode(frames), {
        signal: new AbortController().signal
      })
      await clock.advance(50)
      return (await answer).body
    }
    const known = message(1, { publishedAt: clock.now() })
    const stranger = hosts[1]!
    expect(await ask(data(known))).toEqual(new Uint8Array())
    stranger.broadcast.publish('chat', bytes('x'))
    await clock.advance(1_000)
    // The first to bring it is not pruned; whoever else brings it is.
    const { id } = hosts[0]!.got[0]!
    expect(await ask({ kind: 'graft', ids: [id] })).toEqual(encode([data(hosts[0]!.got[0]!)]))
  })
})

describe('hostile bytes', () => {
  it('are counted by reason, answered with nothing, and cost nobody a neighbour', async () => {
    const { clock, hosts } = await meet(['a', 'b'])
    const send = (body: Uint8Array): Promise<unknown> =>
      hosts[0]!.transport.request(contact('b'), PROTOCOL, body, { signal: new AbortController().signal })
    const rng = seeded(4)
    for (let i = 0; i < 1_000; i++) void send(Uint8Array.from({ length: 1 + (rng() % 60) }, () => rng() & 7))
    const answer = send(Uint8Array.of(9))
    await clock.advance(100)
    expect(await answer).toEqual({ from: 'b', body: new Uint8Array() })
    const { rejected } = hosts[1]!.broadcast.counts
    expect(rejected['unknown-kind'] + rejected.truncated + rejected['too-many-ids']).toBeGreaterThan(500)
    expect(hosts[1]!.broadcast.census.neighbours).toBe(1)
    hosts[0]!.broadcast.publish('chat', bytes('still here'))
    await clock.advance(1_000)
    expect(words(hosts[1]!)).toContain('still here')
  })

  it('in an answer are counted, too', async () => {
    const { clock, hosts } = await meet(['a', 'b'])
    await hosts[1]!.transport.handle(PROTOCOL, async () => Uint8Array.of(9))
    hosts[0]!.broadcast.publish('chat', bytes('x'))
    await clock.advance(100)
    expect(hosts[0]!.broadcast.counts.rejected['unknown-kind']).toBe(1)
  })
})

describe('what is not possible says so', () => {
  const code = (code: string): unknown => expect.objectContaining({ code })

  it('publishing before the start, after the stop, or what nobody registered', async () => {
    const { hosts } = await meet(['a'])
    const { broadcast } = hosts[0]!
    expect(() => broadcast.publish('other', bytes('x'))).toThrow(code('PEX_INVALID_PARAMETER'))
    expect(() => broadcast.publish('chat', 'text' as never)).toThrow(code('PEX_INVALID_PARAMETER'))
    broadcast.unregister('chat')
    expect(() => broadcast.publish('chat', bytes('x'))).toThrow(code('PEX_INVALID_PARAMETER'))
    await broadcast.stop()
    await broadcast.stop()
    expect(() => broadcast.publish('chat', bytes('x'))).toThrow(code('PEX_NOT_STARTED'))
  })

  it.each<[string, string, Partial<ProtocolInit>]>([
    ['a name of no bytes', '', {}],
    ['a name of 65 bytes', 'x'.repeat(65), {}],
    ['a priority that there is none of', 'x', { priority: 'urgent' as never }],
    ['a payload that would not fit', 'x', { maxBytes: limits.maxMessageBytes }],
    ['half a byte', 'x', { maxBytes: 0.5 }]
  ])('registering with %s', async (_, name, init) => {
    const { hosts } = await meet(['a'])
    expect(() => hosts[0]!.broadcast.register(name, { validate: () => 'valid', ...init })).toThrow(
      code('PEX_INVALID_PARAMETER')
    )
  })

  it('stopped with something left to say, it says it when it is started again', async () => {
    const { clock, hosts, network } = await meet(['a', 'b'])
    network.cut('a', 'b')
    hosts[0]!.broadcast.publish('chat', bytes('one'))
    await clock.advance(1_000)
    await hosts[0]!.broadcast.stop()
    network.heal()
    await clock.advance(30_000)
    await hosts[0]!.broadcast.start()
    await clock.advance(2_000)
    expect(words(hosts[1]!)).toEqual(['one'])
  })

  it('stopped and started again, it goes on', async () => {
    const { clock, hosts } = await meet(['a', 'b'])
    hosts[0]!.broadcast.publish('chat', bytes('one'))
    await clock.advance(1_000)
    await hosts[0]!.broadcast.stop()
    await hosts[0]!.broadcast.start()
    await hosts[0]!.broadcast.start()
    hosts[0]!.broadcast.publish('chat', bytes('two'))
    hosts[1]!.broadcast.publish('chat', bytes('three'))
    await clock.advance(30_000)
    expect(words(hosts[1]!)).toEqual(['one', 'two'])
    expect(words(hosts[0]!)).toEqual(['three'])
  })
})

it('D21: what one neighbour cannot take is sent to the others without delay', async () => {
  const slow = (transport: Transport): Transport =>
    Object.assign(Object.create(transport) as Transport, {
      handle: (protocol: string, handler: never) => transport.handle(protocol, handler),
      unhandle: (protocol: string) => transport.unhandle(protocol),
      request: (to: Contact, ...rest: [string, Uint8Array, { signal: AbortSignal }]) =>
        to.id === 'c' ? new Promise<never>(() => {}) : transport.request(to, ...rest)
    })
  const { clock, hosts, network } = await meet(['a', 'b', 'c'])
  const transport = network.transport('d')
  await transport.start()
  const peers = { peers: () => ['a', 'b', 'c'].map(contact) }
  const broadcast = createBroadcast({ transport: slow(transport), clock, rng: seeded(4), peers })
  broadcast.register('chat', { validate: () => 'valid' })
  await broadcast.start()
  broadcast.publish('chat', bytes('quick'))
  await clock.advance(25)
  expect(hosts.slice(0, 2).map(words)).toEqual([['quick'], ['quick']])
  await broadcast.stop()
  await transport.stop()
  await clock.advance(bounds.sendMs)
})
