/**
 * What libonomy-p2p's nodes suffer from, by the numbers of docs/from-libonomy.md, does not happen to hosts; and what its own
 * tests ask of a Switch, of Peers and of a whole network, hosts do.
 */
import { sample } from '@pex/core'
import type { Host } from '@pex/host'
import { memoryStore } from '@pex/store-memory'
import { hostNetwork } from '@pex/testkit/host-network'
import { describe, expect, it } from 'vitest'
import { contact, scene } from './scene.ts'
import { done, network, stopAll, stranger } from './strangers.ts'

describe('what libonomy’s nodes suffer from does not happen here', () => {
  it('D9 a greeting’s claim of an identity puts nobody into a list, a view or a book', async () => {
    const at = scene()
    const host = await at.host({}, { store: memoryStore() })
    await host.start()
    const [mallory, victim] = [await stranger(at, 1), await stranger(at, 2)]
    const { envelope } = await victim.record(['/memory/elsewhere'])
    expect(await done(at, mallory.greet(host, { envelope }))).toBe('bad-greeting')
    expect(host.peers.list()).toEqual([])
    for (const { id } of [mallory, victim])
      await expect(done(at, host.send(id, 'x', new Uint8Array()))).rejects.toMatchObject({
        code: 'PEX_NO_KNOWN_ADDRESS'
      })
    await stopAll(at, [host, mallory.transport, victim.transport])
  })

  it('D13 a host that is alone, or has one peer where it wants five, starts at once and looks ever less often', async () => {
    const at = scene()
    const hosts = await network(at, 2)
    const [one] = hosts as [Host]
    let searches = 0
    const draw = one.pex.sample.bind(one.pex)
    one.pex.sample = (...args) => {
      searches++
      return draw(...args)
    }
    await at.clock.advance(600_000)
    expect(one.peers.size).toBe(1)
    expect(searches).toBeGreaterThan(10)
    expect(searches).toBeLessThanOrEqual(21)
    await stopAll(at, hosts)
  })

  it('D22 whoever comes and goes is told of once, in this order, and a late listener has the list', async () => {
    const at = scene()
    const [host] = await network(at, 1)
    const told: string[] = []
    host!.peers.addEventListener('peer:added', ({ detail }) => told.push(`added ${detail.id}`))
    host!.peers.addEventListener('peer:removed', ({ detail }) => told.push(`removed ${detail.neighbour.id}`))
    const crowd = await Promise.all(Array.from({ length: 40 }, (_, number) => stranger(at, number)))
    const visits = crowd.map(async each => {
      await each.greet(host!)
      await each.leave(host!)
    })
    await done(at, Promise.all(visits))
    for (const { id } of crowd)
      expect(told.filter(line => line.endsWith(id))).toEqual([`added ${id}`, `removed ${id}`])
    await at.clock.advance(1_000)
    for (const each of crowd.slice(0, 3)) await done(at, each.greet(host!))
    const late = host!.peers.list().map(({ id }) => id)
    expect(late).toEqual(crowd.slice(0, 3).map(({ id }) => id))
    await stopAll(at, [host!, ...crowd.map(({ transport }) => transport)])
  })

  it('D25 as many are taken as there is room for, however many greet at one moment', async () => {
    const at = scene()
    const [host] = await network(at, 1, { neighbours: { inbound: 3 } })
    const crowd = await Promise.all(Array.from({ length: 20 }, (_, number) => stranger(at, number)))
    const answers = await done(at, Promise.all(crowd.map(each => each.greet(host!))))
    expect(answers.filter(answer => answer === 'welcome')).toHaveLength(3)
    expect(host!.peers.size).toBe(3)
    await stopAll(at, [host!, ...crowd.map(({ transport }) => transport)])
  })

  it('D26 a neighbour that sends nonsense, or has a clock that is a little off, stays one', async () => {
    const at = scene()
    const [host] = await network(at, 1)
    const peer = await stranger(at, 1)
    expect(await done(at, peer.greet(host!))).toBe('welcome')
    await at.clock.advance(1_000)
    expect(await done(at, peer.say(host!, new Uint8Array(100)))).toBe('bad-greeting')
    const { signal } = new AbortController()
    for (const protocol of ['/pex/rpc/1.0.0', '/pex/broadcast/1.0.0'])
      await done(at, peer.transport.request(contact(host!), protocol, new Uint8Array(50).fill(7), { signal }))
    await at.clock.advance(1_000)
    expect(await done(at, peer.greet(host!, { time: at.clock.now() + 60_000 }))).toBe('welcome')
    expect(host!.peers.list()).toMatchObject([{ id: peer.id, skewMs: expect.closeTo(60_000, -3) }])
    await stopAll(at, [host!, peer.transport])
  })

  it('D35 waiting for neighbours waits for every host, not for the last one', async () => {
    // Host 1 knows nobody, and nobody knows it.
    const init = (index: number): object => (index === 1 ? { bootstrap: [] } : {})
    const hosts = await hostNetwork({ hosts: 5, init })
    await expect(hosts.meet({ maxMs: 30_000 })).rejects.toThrow('host 1')
    await hosts.stop()
  })

  it('D37 a host that stops ends its own listeners’ news, and nobody else’s', async () => {
    const at = scene()
    const hosts = await network(at, 4)
    const [one, two, three] = hosts as [Host, Host, Host]
    const told = new Map<Host, string[]>([one, two].map(host => [host, []]))
    for (const [host, lines] of told)
      host.peers.addEventListener('peer:removed', ({ detail }) => lines.push(detail.neighbour.id))
    await done(at, one.stop())
    await done(at, three.stop())
    expect(told.get(two)).toEqual([one.id, three.id])
    await stopAll(at, hosts)
  })

  it('D39 a bootstrap host is a peer like others: in the view, in the book, and there to be a neighbour', async () => {
    const at = scene()
    const [first] = await network(at, 1)
    const host = await at.host({ bootstrap: [contact(first!)] }, { key: 50, store: memoryStore() })
    await host.start()
    await at.clock.advance(60_000)
    expect(host.pex.view('test').map(({ id }) => id)).toEqual([first!.id])
    expect(host.peers.has(first!.id)).toBe(true)
    await done(at, host.pex.leave('test'))
    host.peers.dismiss(first!.id)
    first!.handle('ping', body => body)
    // Nothing but the book knows where it is.
    expect((await done(at, host.call(first!.id, 'ping', Uint8Array.of(1)))).from).toBe(first!.id)
    await stopAll(at, [first!, host])
  })

  it('D40 a greeting that is answered too late leaves no link that one end alone believes in', async () => {
    const at = scene()
    const neighbours = { greetingMs: 1_000 }
    const [one] = await network(at, 1, { neighbours })
    const two = await at.host({ bootstrap: [contact(one!)], neighbours })
    at.links.latencyMs = 800
    await two.start()
    await at.clock.advance(20_000)
    const chosen = [one!, two].flatMap(({ peers }) => peers.list().filter(({ side }) => side === 'outbound'))
    expect(chosen).toEqual([])
    at.links.latencyMs = 10
    await at.clock.advance(120_000)
    expect([one!.peers.has(two.id), two.peers.has(one!.id)]).toEqual([true, true])
    await stopAll(at, [one!, two])
  })

  it('D41 a listener may do what it likes with the neighbours while it is told of one', async () => {
    const at = scene()
    const hosts = await network(at, 8, { neighbours: { avoidMs: 5_000 } })
    const [host] = hosts as [Host]
    let added = 0
    host.peers.addEventListener('peer:added', ({ detail: { id } }) => {
      added++
      for (const neighbour of host.peers.list()) host.peers.alive(neighbour.id)
      host.peers.broken(id)
      host.peers.dismiss(id)
    })
    for (const { id } of host.peers.list()) host.peers.dismiss(id)
    await at.clock.advance(60_000)
    expect(added).toBeGreaterThan(5)
    await stopAll(at, hosts)
  })

  it('D42 events need no reader, and one that never ends holds up nobody', async () => {
    const at = scene()
    const [host] = await network(at, 1)
    const crowd = await Promise.all(Array.from({ length: 40 }, (_, number) => stranger(at, number)))
    // oxlint-disable-next-line typescript/no-misused-promises -- it is what people do, and what this test is about
    host!.peers.addEventListener('peer:added', () => new Promise(() => {}))
    const answers = await done(at, Promise.all(crowd.map(each => each.greet(host!))))
    expect(new Set(answers)).toEqual(new Set(['welcome']))
    expect(host!.peers.size).toBe(40)
    await stopAll(at, [host!, ...crowd.map(({ transport }) => transport)])
  })
})

describe('what libonomy’s own tests ask of a Switch', () => {
  it('A10 many messages of many senders under many types: each arrives once, with its sender and its type', async () => {
    const at = scene()
    const hosts = await network(at, 6)
    const [to, ...senders] = hosts as [Host, ...Host[]]
    const types = Array.from({ length: 10 }, (_, i) => `type ${i}`)
    const got: string[] = []
    for (const type of types) to.onMessage(type, ([n], { from }) => void got.push(`${from} ${type} ${n}`))
    const sent: string[] = []
    for (let n = 0; n < 10; n++)
      for (const type of types) {
        await done(at, Promise.all(senders.map(sender => sender.send(to.id, type, Uint8Array.of(n)))))
        sent.push(...senders.map(({ id }) => `${id} ${type} ${n}`))
      }
    expect(sent).toHaveLength(500)
    expect(got.sort()).toEqual(sent.sort())
    await stopAll(at, hosts)
  })

  it('A10 a type that nobody registered, a peer that nobody knows, and oneself are errors with a code', async () => {
    const at = scene()
    const hosts = await network(at, 2)
    const [one, two] = hosts as [Host, Host]
    const failure = (to: string): Promise<unknown> =>
      done(at, one.send(to, 'x', new Uint8Array())).catch(error => error)
    expect(await failure(two.id)).toMatchObject({ code: 'PEX_UNSUPPORTED' })
    expect(await failure('nobody')).toMatchObject({ code: 'PEX_NO_KNOWN_ADDRESS' })
    expect(await failure(one.id)).toMatchObject({ code: 'PEX_NO_KNOWN_ADDRESS' })
    await stopAll(at, hosts)
  })
})

describe('what libonomy’s own tests ask of Peers', () => {
  it('A12 five that come and four that go are seen one by one, and the list is always right', async () => {
    const at = scene()
    const [host] = await network(at, 1)
    const crowd = await Promise.all([1, 2, 3, 4, 5].map(number => stranger(at, number)))
    const sizes: number[] = []
    for (const event of ['peer:added', 'peer:removed'] as const)
      host!.peers.addEventListener(event, () => sizes.push(host!.peers.size))
    for (const each of crowd) await done(at, each.greet(host!))
    for (const each of crowd.slice(1)) await done(at, each.leave(host!))
    expect(sizes).toEqual([1, 2, 3, 4, 5, 4, 3, 2, 1])
    expect(host!.peers.list().map(({ id }) => id)).toEqual([crowd[0]!.id])
    await stopAll(at, [host!, ...crowd.map(({ transport }) => transport)])
  })

  it('A12 two samples of all neighbours have them all, in different orders', async () => {
    const at = scene()
    const [host] = await network(at, 1)
    const crowd = await Promise.all(Array.from({ length: 20 }, (_, number) => stranger(at, number)))
    for (const each of crowd) await done(at, each.greet(host!))
    const draw = (): string[] => host!.peers.sample(100).map(({ id }) => id)
    const [first, second] = [draw(), draw()]
    expect(first).not.toEqual(second)
    expect(first.sort()).toEqual(second.sort())
    expect(first).toHaveLength(20)
    await stopAll(at, [host!, ...crowd.map(({ transport }) => transport)])
  })
})

describe('what libonomy’s own suites ask of a network', () => {
  it(
    'A17 one bootstrap host and thirty others with eight neighbours: messages of 60 kB of random hosts come to every host once',
    { timeout: 30_000 },
    async () => {
      const heard = new Map<string, number>()
      const before = (host: Host): void => {
        host.onMessage('direct', () => {})
        host.subscribe('gossip', {
          priority: 'high',
          validate: ({ id }) => (heard.set(id + host.id, (heard.get(id + host.id) ?? 0) + 1), 'valid')
        })
      }
      const init = (): object => ({ neighbours: { outbound: 8 } })
      const net = await hostNetwork({ hosts: 31, before, init, links: { latencyMs: [5, 50] } })
      await net.meet()
      const [one, two] = sample(net.rng, [...net.hosts], 2) as [Host, Host]
      await net.run(one.send(contact(two), 'direct', new Uint8Array(10)))
      const ids: string[] = []
      for (let i = 0; i < 3; i++)
        await net.some(1, host => {
          const payload = new Uint8Array(60_000).fill(i)
          const id = host.broadcast('gossip', payload)
          heard.set(id + host.id, 1)
          ids.push(id)
        })
      await net.until(() => heard.size === 31 * ids.length, { what: 'every message at every host' })
      expect(new Set(heard.values())).toEqual(new Set([1]))
      await net.stop()
    }
  )
})
