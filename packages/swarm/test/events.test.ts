/** What is told in which order, streams, and how a swarm ends. */
import type { Notifiee } from '@pex/swarm'
import { describe, expect, it } from 'vitest'
import { connectAll, contactOf, failure, lan, settled, swarms, value, World } from './world.ts'
import type { End, RawStream } from './world.ts'

describe('notifications', () => {
  it('tell five swarms of every connection and stream, and of listening, in pairs', async () => {
    const world = new World()
    const all = Array.from({ length: 5 }, (_, i) => world.swarm(`s${i}`))
    const told = new Map(all.map(({ self }) => [self, [] as string[]]))
    for (const swarm of all) {
      const tell = (text: string): void => void told.get(swarm.self)!.push(text)
      swarm.notify({
        connected: ({ peer }) => tell(`connected ${peer}`),
        disconnected: ({ peer }) => tell(`disconnected ${peer}`),
        openedStream: ({ connection }) => tell(`opened ${connection.peer}`),
        closedStream: ({ connection }) => tell(`closed ${connection.peer}`),
        listen: address => tell(`listen ${address}`),
        listenClose: address => tell(`unlisten ${address}`)
      })
    }
    for (const [i, swarm] of all.entries()) await value(world, swarm.listen(lan(i + 1)))
    await connectAll(world, all)
    for (const [i, a] of all.entries())
      for (const b of all.slice(i + 1)) {
        const stream = await value(world, a.openStream(contactOf(b)))
        await world.clock.settle()
        await value(world, stream.close())
        for (const other of b.connections(a.self)[0]!.streams) await value(world, other.close())
      }
    for (const swarm of all) await value(world, swarm.close())
    for (const [i, swarm] of all.entries()) {
      const others = all.filter(other => other !== swarm).map(({ self }) => self)
      const of = (what: string): string[] =>
        told
          .get(swarm.self)!
          .filter(text => text.startsWith(`${what} `))
          .map(text => text.split(' ')[1]!)
          .toSorted()
      for (const what of ['connected', 'disconnected', 'opened', 'closed']) expect(of(what)).toEqual(others)
      expect([of('listen'), of('unlisten')]).toEqual([[lan(i + 1)], [lan(i + 1)]])
    }
  })

  it('are over before a dial returns and before a stream is accepted, and leave after they came, once', async () => {
    const world = new World()
    const order: string[] = []
    const slow = (name: string): Notifiee<End, RawStream> => ({
      connected: () =>
        new Promise<void>(resolve => {
          order.push(`${name} hears`)
          world.clock.after(100, () => {
            order.push(`${name} knows`)
            resolve()
          })
        }),
      disconnected: () => void order.push(`${name} loses`),
      openedStream: () => void order.push(`${name} streams`)
    })
    const a = world.swarm('a')
    const b = world.swarm('b', { onStream: () => void order.push('b serves') })
    await value(world, b.listen(lan(1)))
    a.notify(slow('a'))
    b.notify(slow('b'))
    const connection = await value(world, a.dial(contactOf(b)))
    order.push('dialled')
    await value(world, connection.openStream({ signal: new AbortController().signal }))
    await world.clock.settle()
    await connection.close()
    await connection.close()
    await world.clock.settle()
    expect(order.filter(text => text.startsWith('a') || text === 'dialled')).toEqual([
      'a hears',
      'a knows',
      'dialled',
      'a streams',
      'a loses'
    ])
    expect(order.filter(text => text.startsWith('b'))).toEqual([
      'b hears',
      'b knows',
      'b streams',
      'b serves',
      'b loses'
    ])
  })

  it('reach all in parallel; a slow or failing one delays nobody else’s connection', async () => {
    const world = new World()
    const heard: string[] = []
    const errors: unknown[] = []
    const a = world.swarm('a', {}, { log: error => void errors.push(error) })
    world.at(lan(1), { kind: 'answers', peer: 'slow' })
    world.at(lan(2), { kind: 'answers', peer: 'fast' })
    a.notify({ connected: ({ peer }) => (peer === 'slow' ? new Promise(() => {}) : undefined) })
    a.notify({ connected: ({ peer }) => void heard.push(peer) })
    a.notify({
      connected: () => {
        throw new Error('a listener’s own fault')
      }
    })
    void a.dial({ id: 'slow', addresses: [lan(1)] }).catch(() => {})
    await world.clock.advance(20)
    expect((await value(world, a.dial({ id: 'fast', addresses: [lan(2)] }))).peer).toBe('fast')
    expect(heard).toEqual(['slow', 'fast'])
    expect(errors.length).toBe(2)
  })

  it('may close the connection that they are told of', async () => {
    const world = new World()
    const lost: string[] = []
    const a = world.swarm('a')
    world.at(lan(1), { kind: 'answers', peer: 'b' })
    a.notify({
      connected: connection => connection.close(),
      disconnected: ({ peer }) => void lost.push(peer)
    })
    await value(world, a.dial({ id: 'b', addresses: [lan(1)] }))
    await world.clock.settle()
    expect([a.peers, lost]).toEqual([[], ['b']])
  })

  it('hold back the end of the connection and its streams until everybody knows of it', async () => {
    const world = new World()
    const order: string[] = []
    const a = world.swarm('a', { onStream: () => void order.push('serves') })
    a.notify({
      connected: () =>
        new Promise<void>(resolve => {
          order.push('hears')
          world.clock.after(100, () => {
            order.push('knows')
            resolve()
          })
        }),
      openedStream: () => void order.push('streams'),
      disconnected: () => void order.push('loses')
    })
    const end = (peer: string): End => ({
      peer,
      address: `/memory/${peer}`,
      isOpen: true,
      isLimited: false,
      isRelayed: false
    })
    const [one, two] = [end('b'), end('c')]
    void a.adopt(one, 'inbound')
    void a.accept(one, { on: one, isOpen: true })
    await world.clock.advance(200)
    expect(order.splice(0)).toEqual(['hears', 'knows', 'streams', 'serves'])
    void a.adopt(two, 'inbound')
    a.gone(two)
    await world.clock.advance(200)
    expect(order).toEqual(['hears', 'knows', 'loses'])
  })

  it('come once for each connection at each side', async () => {
    const world = new World()
    const counts = new Map<string, number>()
    const all = await swarms(world, 4)
    for (const swarm of all)
      swarm.notify({ connected: ({ id }) => void counts.set(id, (counts.get(id) ?? 0) + 1) })
    await connectAll(world, all)
    const first = all[0]!.connections()[0]!
    expect(await value(world, all[0]!.adopt(first.raw, 'outbound'))).toBe(first)
    expect(all.flatMap(swarm => swarm.connections()).length).toBe(12)
    expect(new Set(counts.values())).toEqual(new Set([1]))
  })
})

describe('streams', () => {
  it('of five swarms carry a hundred pings each way', async () => {
    const world = new World()
    let served = 0
    const all = await swarms(world, 5, { onStream: stream => void (served++, stream.close()) })
    for (const a of all)
      for (const b of all.filter(other => other !== a))
        for (let i = 0; i < 25; i++) {
          const stream = await value(world, a.openStream(contactOf(b)))
          await value(world, stream.close())
        }
    await world.clock.settle()
    expect(served).toBe(5 * 4 * 25)
    for (const swarm of all) expect(swarm.connections().flatMap(({ streams }) => streams)).toEqual([])
  })

  it('are counted while they are open; an unknown peer has none', async () => {
    const world = new World()
    const [a, b] = await swarms(world, 2)
    const stream = await value(world, a!.openStream(contactOf(b!)))
    expect(a!.connections('s1')[0]!.streams).toEqual([stream])
    await world.clock.settle()
    expect(b!.connections('s0')[0]!.streams.length).toBe(1)
    await value(world, stream.close())
    expect(a!.connections('s1')[0]!.streams).toEqual([])
    const unknown = a!.openStream({ id: 'nobody', addresses: [] })
    expect(await failure(world, unknown)).toMatchObject({ code: 'PEX_NO_KNOWN_ADDRESS' })
  })

  it('without dialling need a connection', async () => {
    const world = new World()
    const [a, b] = await swarms(world, 2)
    const stream = a!.openStream(contactOf(b!), { noDial: true })
    expect(await failure(world, stream)).toMatchObject({ code: 'PEX_NO_CONNECTION' })
  })

  it('over a limited connection have to be asked for', async () => {
    const world = new World()
    const a = world.swarm('a')
    world.at(lan(1), { kind: 'answers', peer: 'b', isLimited: true })
    const contact = { id: 'b', addresses: [lan(1)] }
    expect(await failure(world, a.openStream(contact))).toMatchObject({ code: 'PEX_NO_CONNECTION' })
    expect((await value(world, a.openStream(contact, { useLimited: true }))).isOpen).toBe(true)
  })

  it('count their bytes for the peer and the protocol', async () => {
    const world = new World()
    const [a, b] = await swarms(world, 2)
    const stream = await value(world, a!.openStream(contactOf(b!)))
    stream.protocol = '/ping/1'
    stream.sent(100)
    stream.received(7)
    expect(a!.bandwidth.total).toEqual({ sent: 100, received: 7 })
    expect(a!.bandwidth.ofPeer('s1')).toEqual({ sent: 100, received: 7 })
    expect(a!.bandwidth.ofProtocol('/ping/1')).toEqual({ sent: 100, received: 7 })
    expect(a!.bandwidth.ofPeer('s2')).toEqual({ sent: 0, received: 0 })
  })

  it('on a closed connection are reset, and told of as closed', async () => {
    const world = new World()
    const [a, b] = await swarms(world, 2)
    const closed: string[] = []
    a!.notify({ closedStream: ({ id }) => void closed.push(id) })
    const stream = await value(world, a!.openStream(contactOf(b!)))
    await stream.connection.close()
    await world.clock.settle()
    expect([stream.isOpen, closed]).toEqual([false, [stream.id]])
    const late = stream.connection.openStream({ signal: new AbortController().signal })
    expect(await failure(world, late)).toMatchObject({ code: 'PEX_CLOSED' })
  })
})

describe('the end of a swarm', () => {
  it('does not hang on open streams, is told of, and comes once', async () => {
    const world = new World()
    const [a, b] = await swarms(world, 2)
    await value(world, a!.openStream(contactOf(b!)))
    const lost: string[] = []
    a!.notify({ disconnected: ({ peer }) => void lost.push(peer) })
    const end = a!.close()
    expect(a!.close()).toBe(end)
    await value(world, end)
    expect([lost, a!.connections(), a!.addresses, b!.peers]).toEqual([['s1'], [], [], []])
    expect(world.clock.pending).toBe(0)
  })

  it('refuses everything afterwards, and ends the dials under way', async () => {
    const world = new World()
    const a = world.swarm('a')
    world.at(lan(1), { kind: 'silent' })
    const dial = a.dial({ id: 'b', addresses: [lan(1)] })
    await world.clock.advance(10)
    const ended = settled(world, dial)
    await a.close()
    expect(await ended).toMatchObject({ reason: { code: 'PEX_CLOSED' } })
    expect(await failure(world, a.dial({ id: 'b', addresses: [lan(1)] }))).toMatchObject({
      code: 'PEX_CLOSED'
    })
    expect(await failure(world, a.listen(lan(2)))).toMatchObject({ code: 'PEX_CLOSED' })
    const call = { peer: 'c', address: '/memory/c', isOpen: true, isLimited: false, isRelayed: false }
    expect(await failure(world, a.adopt(call, 'inbound'))).toMatchObject({ code: 'PEX_CLOSED' })
    expect([call.isOpen, a.accepts('/memory/c')]).toEqual([false, false])
  })
})
