/** The switch as a whole: peers, messages, reactors, and its end. */
import { secretConnection } from '@pex/mconnection'
import { describe, expect, it } from 'vitest'
import { Switch } from '../src/index.ts'
import type { SwitchInit } from '../src/index.ts'
import { bytes, idOf, keyOf, nothing, Notes, Scene } from './scene.ts'

describe('two switches', () => {
  it('become peers of each other, and say who they are', async () => {
    const scene = new Scene()
    const [a, b] = [await scene.host({ n: 1 }), await scene.host({ n: 2 })]
    const peer = await scene.connect(a, b)
    expect(peer).toMatchObject({ id: b.node.id, direction: 'outbound', address: b.address, isRunning: true })
    const [back] = b.node.peers
    expect(back).toMatchObject({ id: a.node.id, direction: 'inbound', address: a.address })
    expect(back?.socket).not.toEqual({ ip: a.address.ip, port: a.address.port })
    expect(back?.nodeInfo).toMatchObject({ moniker: 'host 1', network: 'test-chain', channels: [0] })
    expect(a.node.counts).toMatchObject({ outbound: 1, inbound: 0, dialling: 0, halfOpen: 0, sockets: 1 })
    expect(b.node.counts).toMatchObject({ outbound: 0, inbound: 1, dialling: 0, halfOpen: 0, sockets: 1 })
    expect(await scene.end()).toEqual(nothing)
  })

  it('carry messages both ways, each to the reactor whose channel it is', async () => {
    const scene = new Scene()
    const [low, high] = [new Notes(0x10, 0x11), new Notes(0x20)]
    const a = await scene.host({ n: 1, reactors: [new Notes(0x10, 0x11), new Notes(0x20)] })
    const b = await scene.host({ n: 2, reactors: [low, high] })
    const peer = await scene.connect(a, b)
    for (const channel of [0x11, 0x20, 0x10]) expect(peer.trySend(channel, bytes(`on ${channel}`))).toBe(true)
    await scene.clock.advance(100)
    expect(low.of('receive').map(({ text }) => text)).toEqual(['on 16', 'on 17'])
    expect(high.of('receive')).toMatchObject([{ id: idOf(1), channel: 0x20, text: 'on 32' }])
    expect(await scene.until(b.node.peers.get(idOf(1))!.send(0x10, bytes('you')))).toBe(true)
    expect(peer.status().channels.map(({ id }) => id)).toEqual([0x10, 0x11, 0x20])
    await scene.end()
  })

  it('send nothing on a channel that the other has not announced', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1, reactors: [new Notes(0x00), new Notes(0x20)] })
    const b = await scene.host({ n: 2, reactors: [new Notes(0x00)] })
    const peer = await scene.connect(a, b)
    expect(peer.canSend(0x20)).toBe(false)
    expect(peer.trySend(0x20, bytes('x'))).toBe(false)
    expect(await peer.send(0x20, bytes('x'))).toBe(false)
    expect(await peer.send(0x99, bytes('x'))).toBe(false)
    await scene.clock.advance(1_000)
    expect(b.node.peers.has(a.node.id)).toBe(true)
    expect(peer.canSend(0x00)).toBe(true)
    await scene.end()
  })

  it('broadcast to those who have the channel, and say who has taken it', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1, reactors: [new Notes(0x00), new Notes(0x20)] })
    const both = await scene.host({ n: 2, reactors: [new Notes(0x00), new Notes(0x20)] })
    const one = await scene.host({ n: 3 })
    await scene.connect(a, both)
    await scene.connect(one, a)
    expect(await scene.until(a.node.broadcast(0x00, bytes('all')))).toEqual(
      new Map([
        [idOf(2), true],
        [idOf(3), true]
      ])
    )
    expect(await scene.until(a.node.broadcast(0x20, bytes('some')))).toEqual(new Map([[idOf(2), true]]))
    expect(await a.node.broadcast(0x77, bytes('none'))).toEqual(new Map())
    await scene.clock.advance(100)
    expect(one.notes.of('receive').map(({ text }) => text)).toEqual(['all'])
    await scene.end()
  })

  it('lose each other when one ends it gracefully, with all that was queued', async () => {
    const scene = new Scene()
    const [a, b] = [await scene.host({ n: 1 }), await scene.host({ n: 2 })]
    const peer = await scene.connect(a, b)
    for (let i = 0; i < 10; i++) expect(peer.trySend(0, bytes(`last words ${i}`))).toBe(true)
    await scene.until(a.node.disconnect(peer))
    expect(a.notes.of('remove')).toEqual([{ what: 'remove', id: idOf(2), reason: undefined }])
    await scene.clock.advance(100)
    expect(b.notes.of('receive')).toHaveLength(10)
    expect(b.notes.of('remove')).toMatchObject([{ id: idOf(1), reason: { code: 'PEX_CLOSED' } }])
    expect([a.node.peers.size, b.node.peers.size]).toEqual([0, 0])
    expect(scene.network.sockets).toEqual([])
    expect(peer.isRunning).toBe(false)
    expect(await peer.send(0, bytes('x'))).toBe(false)
    await scene.end()
  })

  it('lose each other at once for a reason, which reactors and listeners hear once', async () => {
    const scene = new Scene()
    const [a, b] = [await scene.host({ n: 1 }), await scene.host({ n: 2 })]
    const peer = await scene.connect(a, b)
    const reason = new Error('it misbehaves')
    const ends = [a.node.disconnect(peer, reason), a.node.disconnect(peer), a.node.disconnect(peer, reason)]
    await scene.until(Promise.all(ends))
    expect(a.notes.of('remove')).toEqual([{ what: 'remove', id: idOf(2), reason }])
    expect(a.events.filter(({ kind }) => kind === 'peer-removed')).toEqual([
      { kind: 'peer-removed', peer, reason }
    ])
    await a.node.disconnect(peer, reason)
    expect(a.notes.of('remove')).toHaveLength(1)
    // Not persistent: nobody dials again.
    await scene.clock.advance(60_000)
    expect([a.node.peers.size, b.node.peers.size, scene.network.dialsTo('10.0.0.2')]).toEqual([0, 0, 1])
    await scene.end()
  })

  it('notice within the pong timeout that a cable has been cut', async () => {
    const scene = new Scene()
    const [a, b] = [await scene.host({ n: 1 }), await scene.host({ n: 2 })]
    await scene.connect(a, b)
    scene.network.blackhole('10.0.0.2')
    await scene.clock.advance(60_000 + 45_000)
    expect(a.notes.of('remove')).toMatchObject([{ reason: { code: 'PEX_TIMEOUT' } }])
    expect([a.node.peers.size, b.node.peers.size]).toEqual([0, 0])
    expect(await scene.end()).toEqual(nothing)
  })

  it('keep the pace that they were given', async () => {
    const scene = new Scene()
    const mconnection = { pingIntervalMs: 1_000, pongTimeoutMs: 500 }
    const [a, b] = [await scene.host({ n: 1, mconnection }), await scene.host({ n: 2 })]
    await scene.connect(a, b)
    scene.network.blackhole('10.0.0.2')
    await scene.clock.advance(1_600)
    expect(a.notes.of('remove')).toMatchObject([{ reason: { code: 'PEX_TIMEOUT' } }])
    expect(b.node.peers.size).toBe(1)
    await scene.end()
  })

  it('end a graceful goodbye that takes too long when a reason comes', async () => {
    const scene = new Scene({ room: 2_000 })
    const [a, b] = [await scene.host({ n: 1 }), await scene.host({ n: 2 })]
    const peer = await scene.connect(a, b)
    scene.network.blackhole('10.0.0.2')
    for (let i = 0; i < 5; i++) peer.trySend(0, new Uint8Array(900))
    const graceful = a.node.disconnect(peer)
    await scene.clock.advance(10_000)
    // It waits for what it has to say, and nobody can take its place meanwhile.
    expect([a.node.peers.size, peer.isRunning]).toEqual([1, false])
    expect(await scene.refused(a.node.dial(b.address))).toMatchObject({ refusal: 'duplicate' })
    await a.node.disconnect(peer, new Error('enough'))
    await graceful
    expect(a.node.peers.size).toBe(0)
    await scene.end()
  })
})

describe('a switch', () => {
  const parts = (scene: Scene): ConstructorParameters<typeof Switch>[0] => ({
    key: keyOf(1),
    nodeInfo: { network: 'test-chain' },
    carrier: scene.network.carrier('10.0.0.1'),
    clock: scene.clock,
    rng: scene.rng,
    reactors: [new Notes(0)]
  })

  it('refuses two reactors that want one channel, and none at all', () => {
    const scene = new Scene()
    for (const reactors of [[new Notes(1, 2), new Notes(3, 1)], [new Notes(4, 4)], [], [new Notes()]])
      expect(() => new Switch({ ...parts(scene), reactors })).toThrow(
        expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
      )
  })

  it.each<SwitchInit>([
    { maxInbound: -1 },
    { maxOutbound: 1.5 },
    { maxHalfOpen: 0 },
    { dialMs: 0 },
    { listen: [{ ip: 'localhost', port: 1 }] },
    { listen: [{ ip: '127.0.0.1', port: 70_000 }] },
    { unconditionalIds: ['nobody'] },
    { persistentPeers: [{ id: 'x', ip: '1.2.3.4', port: 1 }] },
    { mconnection: { sendRate: -1 } }
  ])('refuses %o', init => {
    const scene = new Scene()
    expect(() => new Switch(parts(scene), init)).toThrow(
      expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    )
  })

  it('refuses to say of itself what peers would refuse', () => {
    const scene = new Scene()
    for (const nodeInfo of [{ moniker: '' }, { id: idOf(2) }, { listenAddress: 'x' }, { channels: [1, 1] }])
      expect(() => new Switch({ ...parts(scene), nodeInfo: { network: 'n', ...nodeInfo } })).toThrow(
        'node info'
      )
  })

  it('says where it listens, unless it is told what to say', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1 })
    expect(a.node.nodeInfo).toMatchObject({ id: idOf(1), listenAddress: 'tcp://10.0.0.1:26656' })
    expect(a.node.places).toEqual([{ ip: '10.0.0.1', port: 26_656 }])
    const b = await scene.host({ n: 2, nodeInfo: { listenAddress: 'tcp://10.6.7.8:9' } })
    await scene.connect(b, a)
    expect(a.node.peers.get(idOf(2))?.address).toEqual({ id: idOf(2), ip: '10.6.7.8', port: 9 })
    const c = await scene.host({ n: 3, isListening: false })
    await scene.connect(c, a)
    // Nobody can dial that, and nobody is told to.
    expect(c.node.nodeInfo.listenAddress).toBe('tcp://0.0.0.0:0')
    expect(a.node.peers.get(idOf(3))?.address).toBeUndefined()
    const d = await scene.host({ n: 4, nodeInfo: { listenAddress: 'tcp://node.example.com:26656' } })
    await scene.connect(d, a)
    expect(a.node.peers.get(idOf(4))?.address).toBeUndefined()
    await scene.end()
  })

  it('that cannot listen fails to start, and leaves nothing behind', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1 })
    const b = scene.make({ n: 2, ip: '10.0.0.1' })
    await expect(b.node.start()).rejects.toMatchObject({ code: 'PEX_NO_ADDRESSES' })
    await expect(b.node.start()).rejects.toMatchObject({ code: 'PEX_CLOSED' })
    await a.node.stop()
    expect(await scene.end()).toEqual(nothing)
  })

  it('whose reactor cannot start stops those that have, and fails', async () => {
    const scene = new Scene()
    const [good, bad] = [new Notes(0), new Notes(1)]
    bad.start = () => {
      throw new Error('no disk')
    }
    const a = scene.make({ n: 1, reactors: [good, bad] })
    await expect(a.node.start()).rejects.toThrow('no disk')
    expect(good.heard.map(({ what }) => what)).toEqual(['start', 'stop'])
    expect(scene.network.listening).toEqual([])
  })

  it('that is stopped while it starts leaves nothing behind', async () => {
    const scene = new Scene()
    const slow = new Notes(0)
    slow.start = () => new Promise<void>(resolve => void scene.clock.after(1_000, resolve))
    const a = scene.make({ n: 1, reactors: [slow] })
    const started = a.node.start().catch((error: unknown) => error)
    await scene.clock.advance(10)
    const stopped = a.node.stop()
    await scene.clock.advance(2_000)
    await stopped
    expect(await started).toMatchObject({ code: 'PEX_ABORTED' })
    expect(await scene.end()).toEqual(nothing)
  })

  it('has stopped when stop says so, whatever was under way', async () => {
    const scene = new Scene({ latencyMs: 50 })
    const never = new Promise<boolean>(() => {})
    const filters = [{ peer: ({ id }: { id: string }) => (id === idOf(3) ? never : true) }]
    const persistentPeers = [{ id: idOf(9), ip: '10.0.0.9', port: 1 }]
    const a = await scene.host({ n: 1, filters, persistentPeers })
    const [b, c] = [await scene.host({ n: 2 }), await scene.host({ n: 3 })]
    await scene.connect(a, b)
    scene.network.blackhole('10.0.0.7')
    await scene.network.carrier('10.0.0.8').listen({ ip: '10.0.0.8', port: 1 }, () => {})
    const outcomes = [
      { id: idOf(7), ip: '10.0.0.7', port: 1 },
      { id: idOf(8), ip: '10.0.0.8', port: 1 },
      c.address
    ].map(address => a.node.dial(address).catch((error: unknown) => error as Error))
    const spread = a.node.dialPeers([{ id: idOf(6), ip: '10.0.0.6', port: 1 }])
    await scene.clock.advance(120)
    const [half] = [
      scene.network.carrier('10.0.0.66').dial(a.address, { signal: new AbortController().signal })
    ]
    await scene.clock.advance(120)
    const stranger = await half
    const stopping = a.node.stop()
    expect(a.node.stop()).toBe(stopping)
    await stopping
    expect(scene.network.sockets.filter(({ local }) => local.ip === '10.0.0.1')).toEqual([])
    expect((await Promise.all(outcomes)).map(error => (error as { refusal?: string }).refusal)).toEqual([
      'stopped',
      'stopped',
      'stopped'
    ])
    expect(await spread).toMatchObject([{ error: { refusal: 'stopped' } }])
    expect(a.node.counts).toEqual({ outbound: 0, inbound: 0, dialling: 0, halfOpen: 0, sockets: 0 })
    await expect(a.node.dial(b.address)).rejects.toMatchObject({ refusal: 'stopped' })
    stranger.abort()
    await scene.end()
    expect(scene.clock.pending).toBe(0)
  })

  it('does not wait for a caller whom it has refused and who takes his time to hear of it', async () => {
    const scene = new Scene({ room: 1 })
    const a = await scene.host({ n: 1 })
    const socket = await scene.until(
      scene.network.carrier('10.0.0.9').dial(a.address, { signal: new AbortController().signal })
    )
    const secret = await scene.until(secretConnection(socket, { key: keyOf(9), clock: scene.clock }))
    // A node info that is none; and he does not read what he is told.
    void secret.write(Uint8Array.of(1, 1)).catch(() => {})
    await scene.clock.advance(100)
    expect(a.node.refusals.get('bad-node-info')).toBe(1)
    expect(a.node.counts).toMatchObject({ halfOpen: 1, sockets: 1 })
    await a.node.stop()
    expect(a.node.counts.sockets).toBe(0)
    socket.abort()
    // What was on its way arrives; nobody waits out the second that a refused caller has.
    await scene.clock.advance(10)
    expect(scene.clock.pending).toBe(0)
    expect(await scene.end()).toEqual(nothing)
  })

  it('stops although a reactor cannot, and then says so', async () => {
    const scene = new Scene()
    const [good, bad] = [new Notes(0), new Notes(1)]
    bad.stop = () => {
      throw new Error('the disk is full')
    }
    const a = await scene.host({ n: 1, reactors: [good, bad] })
    await expect(a.node.stop()).rejects.toThrow('the disk is full')
    expect(good.of('stop')).toHaveLength(1)
    expect(scene.network.listening).toEqual([])
  })

  it('is not disturbed by a listener that throws', async () => {
    const scene = new Scene()
    const [a, b] = [await scene.host({ n: 1 }), await scene.host({ n: 2 })]
    a.node.notify(event => {
      if (event.kind !== 'fault') throw new Error('a listener has failed')
    })
    await scene.connect(a, b)
    expect(a.events).toContainEqual(expect.objectContaining({ kind: 'fault' }))
    expect(a.node.peers.size).toBe(1)
    await scene.end()
  })

  it('lets a stranger to it be', async () => {
    const scene = new Scene()
    const [a, b, c] = [await scene.host({ n: 1 }), await scene.host({ n: 2 }), await scene.host({ n: 3 })]
    await scene.connect(a, b)
    await scene.connect(c, b)
    await a.node.disconnect(b.node.peers.get(idOf(3))!, new Error('not mine'))
    expect(b.node.peers.size).toBe(2)
    await scene.end()
  })
})
