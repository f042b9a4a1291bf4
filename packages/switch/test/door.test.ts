/** Who may come in: caps, filters, half-open sockets, and that everyone is told as much as there is to tell. */
import { secretConnection } from '@pex/mconnection'
import type { Duplex } from '@pex/mconnection'
import { describe, expect, it } from 'vitest'
import type { Filter, Refusal, SwitchEvent } from '../src/index.ts'
import { refusals } from '../src/index.ts'
import { bytes, idOf, keyOf, nothing, Scene } from './scene.ts'
import type { Host } from './scene.ts'

const forever = new AbortController().signal

/** What was refused, and in which direction. */
function refused({ events }: Host): string[] {
  const found = events.filter(
    (event): event is Extract<SwitchEvent, { kind: 'refused' }> => event.kind === 'refused'
  )
  return found.map(({ direction, error }) => `${direction} ${error.refusal}`)
}

/** Somebody who opens a socket and says nothing. */
function knock(scene: Scene, ip: string, { address }: Host): Promise<Duplex> {
  return scene.until(scene.network.carrier(ip).dial(address, { signal: forever }))
}

describe('the door', () => {
  it('takes as many callers as it has room for, and no cap counts the unconditional', async () => {
    const scene = new Scene()
    const unconditionalIds = [idOf(50), idOf(51)]
    const door = await scene.host({ n: 1, maxInbound: 5, unconditionalIds })
    const callers = []
    for (let n = 2; n < 10; n++) {
      const caller = await scene.host({ n })
      callers.push(caller)
      await scene.until(caller.node.dial(door.address))
      await scene.clock.advance(100)
    }
    expect(door.node.counts).toMatchObject({ inbound: 5, halfOpen: 0, sockets: 5 })
    // Who finds no room has been told so as CometBFT tells it: a handshake, and then the end.
    expect(callers.map(({ node }) => node.peers.size)).toEqual([1, 1, 1, 1, 1, 0, 0, 0])
    expect(door.node.refusals.get('full')).toBe(3)
    for (const n of [50, 51]) await scene.connect(await scene.host({ n }), door)
    expect(door.node.counts.inbound).toBe(5)
    expect(door.node.peers.size).toBe(7)
    expect(door.node.peers.get(idOf(50))?.isUnconditional).toBe(true)
    // And a place that is given back is there for the next one.
    await scene.until(callers[0]!.node.stop())
    await scene.clock.advance(100)
    await scene.connect(callers[7]!, door)
    expect(door.node.counts.inbound).toBe(5)
    expect(await scene.end()).toEqual(nothing)
  })

  it('takes many callers at once, and does not let one that is slow hold up the others', async () => {
    const scene = new Scene()
    const door = await scene.host({ n: 1, maxInbound: 30 })
    const slow = await knock(scene, '10.1.0.1', door)
    const callers = await Promise.all(Array.from({ length: 20 }, (_, i) => scene.host({ n: i + 2 })))
    await scene.until(Promise.all(callers.map(({ node }) => node.dial(door.address))))
    await scene.clock.advance(100)
    expect(door.node.peers.size).toBe(20)
    expect(door.node.counts.halfOpen).toBe(1)
    slow.abort()
    expect(await scene.end()).toEqual(nothing)
  })

  it('has no more than its number of half-open sockets, whoever opens 900 of them, and still lets others in', async () => {
    const scene = new Scene()
    const door = await scene.host({ n: 1, maxHalfOpen: 32, maxHalfOpenPerIp: 4 })
    let most = 0
    const watch = (): void => {
      most = Math.max(most, scene.network.sockets.filter(({ local }) => local.ip === '10.0.0.1').length)
    }
    const sockets: Duplex[] = []
    for (let i = 0; i < 900; i++) {
      sockets.push(await knock(scene, `10.1.0.${i % 3}`, door))
      watch()
    }
    // One address has four places, three of them twelve.
    expect(most).toBe(12)
    const friend = await scene.host({ n: 2 })
    await scene.connect(friend, door)
    expect(door.node.peers.size).toBe(1)
    await scene.clock.advance(6_000)
    expect(door.node.counts).toMatchObject({ halfOpen: 0, sockets: 1 })
    // From as many addresses as there are, all of the places and no more.
    for (let i = 0; i < 200; i++) {
      sockets.push(await knock(scene, `10.2.0.${i}`, door))
      watch()
    }
    expect(most).toBe(33)
    expect(door.node.counts.halfOpen).toBe(32)
    await scene.clock.advance(6_000)
    expect(door.node.counts).toMatchObject({ halfOpen: 0, sockets: 1 })
    expect([...door.node.refusals].filter(([, count]) => count > 0).map(([reason]) => reason)).toEqual(
      expect.arrayContaining(['full', 'no-handshake'])
    )
    for (const socket of sockets) socket.abort()
    expect(await scene.end()).toEqual(nothing)
  })

  it('counts a caller until its socket is closed, also one who was refused and takes his time to go', async () => {
    const scene = new Scene()
    const door = await scene.host({ n: 1, maxHalfOpenPerIp: 2, handshakeMs: 1_000 })
    // They say who they are, then nothing, and read nothing.
    const shaken = [2, 3].map(async n => {
      const socket = await scene.network.carrier('10.1.0.1').dial(door.address, { signal: forever })
      return secretConnection(socket, { key: keyOf(n), clock: scene.clock })
    })
    const secrets = await scene.until(Promise.all(shaken))
    const third = await knock(scene, '10.1.0.1', door)
    expect(refused(door)).toEqual(['inbound full'])
    await scene.clock.advance(1_100)
    expect(door.node.counts).toMatchObject({ halfOpen: 0, sockets: 0 })
    expect(door.node.refusals.get('no-handshake')).toBe(2)
    for (const socket of [...secrets, third]) socket.abort()
    expect(await scene.end()).toEqual(nothing)
  })

  it('treats a /64 of IPv6 as one host', async () => {
    const scene = new Scene()
    const door = await scene.host({ n: 1, ip: 'fd00::1' })
    const sockets = []
    for (let i = 0; i < 10; i++) sockets.push(await knock(scene, `fd00:0:0:9::${i + 1}`, door))
    expect(door.node.counts.halfOpen).toBe(4)
    sockets.push(await knock(scene, `fd00:0:0:8::1`, door))
    expect(door.node.counts.halfOpen).toBe(5)
    for (const socket of sockets) socket.abort()
    expect(await scene.end()).toEqual(nothing)
  })

  it('takes one peer of each IP address, either direction, unless it is told otherwise', async () => {
    const scene = new Scene()
    const door = await scene.host({ n: 1 })
    const [first, second] = [
      await scene.host({ n: 2 }),
      await scene.host({ n: 3, ip: '10.0.0.2', isListening: false })
    ]
    await scene.connect(door, first)
    expect(await scene.refused(second.node.dial(door.address))).toMatchObject({ refusal: 'closed' })
    expect(refused(door)).toEqual(['inbound duplicate-ip'])
    expect(door.node.hasIp('10.0.0.2')).toBe(true)
    const other = { id: idOf(3), ip: '10.0.0.2', port: 1 }
    expect(await scene.refused(door.node.dial(other))).toMatchObject({ refusal: 'duplicate-ip' })

    const open = await scene.host({ n: 4, allowDuplicateIp: true })
    await scene.connect(first, open)
    await scene.connect(second, open)
    expect(open.node.peers.size).toBe(2)
    expect(await scene.end()).toEqual(nothing)
  })

  it('takes one of two callers from one IP address who come at the same time', async () => {
    const scene = new Scene()
    const door = await scene.host({ n: 1 })
    const callers = [2, 3].map(n => scene.make({ n, ip: '10.0.0.9', isListening: false }))
    await Promise.all(callers.map(({ node }) => node.start()))
    await scene.until(Promise.allSettled(callers.map(({ node }) => node.dial(door.address))))
    await scene.clock.advance(100)
    expect(door.node.peers.size).toBe(1)
    expect(door.node.refusals.get('duplicate-ip')).toBe(1)
    expect(await scene.end()).toEqual(nothing)
  })

  it('lets the unconditional in from an IP address that is taken', async () => {
    const scene = new Scene()
    const door = await scene.host({ n: 1, unconditionalIds: [idOf(3)] })
    const callers = [2, 3, 4].map(n => scene.make({ n, ip: '10.0.0.9', isListening: false }))
    for (const caller of callers) {
      await caller.node.start()
      await scene.until(caller.node.dial(door.address))
      await scene.clock.advance(100)
    }
    expect(door.node.peers.list().map(({ id }) => id)).toEqual([idOf(2), idOf(3)])
    expect(await scene.end()).toEqual(nothing)
  })

  it('holds to its caps for ranges of addresses, half-open sockets and our own dials included', async () => {
    const scene = new Scene()
    const door = await scene.host({ n: 1, rangeLimits: { ip4: { 24: 2, 16: 3 } } })
    const [a, b] = [await scene.host({ n: 2, ip: '10.5.5.1' }), await scene.host({ n: 3, ip: '10.5.5.2' })]
    await scene.connect(a, door)
    await scene.connect(door, b)
    const c = await scene.host({ n: 4, ip: '10.5.5.3' })
    expect(await scene.refused(c.node.dial(door.address))).toMatchObject({ refusal: 'closed' })
    expect(await scene.refused(door.node.dial(c.address))).toMatchObject({ refusal: 'full' })
    const silent = await knock(scene, '10.5.6.1', door)
    const d = await scene.host({ n: 5, ip: '10.5.7.1' })
    expect(await scene.refused(d.node.dial(door.address))).toMatchObject({ refusal: 'closed' })
    silent.abort()
    // As long as one waits after a failure.
    await scene.clock.advance(2_000)
    await scene.connect(d, door)
    expect(door.node.peers.size).toBe(3)
    expect(await scene.end()).toEqual(nothing)
  })

  it('has nothing left of a caller who goes away in the middle', async () => {
    const scene = new Scene()
    const door = await scene.host({ n: 1 })
    for (const end of ['abort', 'close'] as const) {
      const socket = await knock(scene, '10.1.0.1', door)
      await socket.write(bytes('\x22\x0a'))
      await scene.clock.advance(50)
      await socket[end]()
      await scene.clock.advance(50)
      expect(door.node.counts).toMatchObject({ halfOpen: 0, sockets: 0 })
    }
    expect(door.node.refusals.get('closed')).toBe(2)
    expect(await scene.end()).toEqual(nothing)
  })
})

describe('a filter', () => {
  const host = (filter: Filter): [Scene, Promise<Host>] => {
    const scene = new Scene()
    return [scene, scene.host({ n: 1, filters: [{}, filter] })]
  }

  it.each<[string, Filter]>([
    ['no', { place: () => false }],
    ['no, later', { place: async () => false }],
    [
      'nothing that makes sense',
      {
        place() {
          throw new Error('broken')
        }
      }
    ]
  ])('by place that says %s refuses before anything is said', async (_, filter) => {
    const [scene, made] = host(filter)
    const door = await made
    const b = await scene.host({ n: 2 })
    expect(await scene.refused(b.node.dial(door.address))).toMatchObject({
      refusal: 'closed',
      remoteId: undefined
    })
    expect(refused(door)).toEqual(['inbound filtered'])
    expect(await scene.refused(door.node.dial(b.address))).toMatchObject({ refusal: 'filtered' })
    expect(scene.network.dialsTo('10.0.0.2')).toBe(0)
    expect(await scene.end()).toEqual(nothing)
  })

  it('by place is told where and which way, by peer all that is known', async () => {
    const asked: unknown[] = []
    const filter: Filter = {
      place(place, { direction }) {
        asked.push([direction, place.ip])
        return true
      },
      async peer({ id, nodeInfo, socket, direction }) {
        asked.push([direction, id, nodeInfo.moniker, socket.ip])
        return true
      }
    }
    const [scene, made] = host(filter)
    const door = await made
    const [b, c] = [await scene.host({ n: 2 }), await scene.host({ n: 3 })]
    await scene.connect(b, door)
    await scene.connect(door, c)
    expect(asked).toEqual([
      ['inbound', '10.0.0.2'],
      ['inbound', idOf(2), 'host 2', '10.0.0.2'],
      ['outbound', '10.0.0.3'],
      ['outbound', idOf(3), 'host 3', '10.0.0.3']
    ])
    expect(await scene.end()).toEqual(nothing)
  })

  it('by peer that says no refuses it, whoever called whom', async () => {
    const [scene, made] = host({ peer: ({ id }) => id !== idOf(2) })
    const door = await made
    const [b, c] = [await scene.host({ n: 2 }), await scene.host({ n: 3 })]
    await scene.until(b.node.dial(door.address))
    await scene.clock.advance(100)
    expect([door.node.peers.size, b.node.peers.size]).toEqual([0, 0])
    expect(await scene.refused(door.node.dial(b.address))).toMatchObject({
      refusal: 'filtered',
      remoteId: idOf(2)
    })
    await scene.connect(c, door)
    expect(refused(door)).toEqual(['inbound filtered', 'outbound filtered'])
    expect(await scene.end()).toEqual(nothing)
  })

  it.each<[string, Filter]>([
    ['place', { place: () => new Promise(() => {}) }],
    ['peer', { peer: () => new Promise(() => {}) }]
  ])('by %s that does not answer within five seconds has said no', async (_, filter) => {
    const [scene, made] = host(filter)
    const door = await made
    const b = await scene.host({ n: 2 })
    const begun = scene.clock.now()
    const dialled = b.node.dial(door.address).catch(() => {})
    await scene.clock.runUntil(() => refused(door).length > 0, { maxMs: 10_000 })
    expect(refused(door)).toEqual(['inbound filtered'])
    expect(scene.clock.now() - begun).toBeGreaterThanOrEqual(5_000)
    expect(scene.clock.now() - begun).toBeLessThan(5_200)
    await scene.until(dialled)
    expect(await scene.end()).toEqual(nothing)
  })

  it('that takes its time does not let two in where there is room for one', async () => {
    const scene = new Scene()
    const slow: Filter = {
      peer: () => new Promise(resolve => void scene.clock.after(1_000, () => resolve(true)))
    }
    const door = await scene.host({ n: 1, maxInbound: 1, filters: [slow] })
    const callers = [await scene.host({ n: 2 }), await scene.host({ n: 3 })]
    await scene.until(Promise.all(callers.map(({ node }) => node.dial(door.address))))
    await scene.clock.advance(2_000)
    expect(door.node.peers.size).toBe(1)
    expect(refused(door)).toEqual(['inbound full'])
    expect(await scene.end()).toEqual(nothing)
  })
})

describe('a refusal', () => {
  it.each<[Refusal, Parameters<Scene['host']>[0]]>([
    ['wrong-network', { n: 2, nodeInfo: { network: 'other-chain' } }],
    ['wrong-block', { n: 2, nodeInfo: { protocol: { p2p: 8, block: 10, app: 0 } } }],
    ['no-common-channel', { n: 2, nodeInfo: { channels: [0x55] } }]
  ])('for %s is known at both ends, and counted', async (refusal, init) => {
    const scene = new Scene()
    const [a, b] = [await scene.host({ n: 1 }), await scene.host(init)]
    const error = await scene.refused(a.node.dial(b.address))
    expect(error).toMatchObject({ refusal, remoteId: idOf(2), nodeInfo: { moniker: 'host 2' } })
    await scene.clock.advance(2_000)
    expect(refused(a)).toEqual([`outbound ${refusal}`])
    expect(refused(b)).toEqual([`inbound ${refusal}`])
    expect([a.node.refusals.get(refusal), b.node.refusals.get(refusal)]).toEqual([1, 1])
    expect(await scene.end()).toEqual(nothing)
  })

  it('has its place in the counts from the beginning, whatever it is', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1 })
    expect([...a.node.refusals.keys()]).toEqual(refusals)
    expect([...a.node.refusals.values()].every(count => count === 0)).toBe(true)
    expect(new Set(refusals).size).toBe(refusals.length)
    await scene.end()
  })
})
