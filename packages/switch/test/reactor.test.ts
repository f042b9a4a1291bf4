/** What a reactor hears, in which order, and what it may do wrong. */
import { describe, expect, it } from 'vitest'
import type { Peer } from '../src/index.ts'
import { bytes, idOf, nothing, Notes, Scene } from './scene.ts'

describe('a reactor', () => {
  it('hears of a peer before its first message, and of its end after the last', async () => {
    const scene = new Scene()
    const eager = new Notes(0)
    eager.initPeer = (peer: Peer) => {
      eager.heard.push({ what: 'init', id: peer.id })
      expect(peer.isRunning).toBe(false)
      expect(peer.trySend(0, bytes('too early'))).toBe(false)
    }
    eager.addPeer = (peer: Peer) => {
      eager.heard.push({ what: 'add', id: peer.id })
      expect(peer.trySend(0, bytes('at once'))).toBe(true)
    }
    const a = await scene.host({ n: 1, reactors: [eager] })
    const b = await scene.host({ n: 2 })
    const peer = await scene.connect(a, b)
    await scene.until(a.node.disconnect(peer))
    await scene.clock.advance(100)
    expect(b.notes.heard.map(({ what }) => what)).toEqual(['start', 'init', 'add', 'receive', 'remove'])
    expect(eager.heard.map(({ what }) => what)).toEqual(['start', 'init', 'add', 'remove'])
    await scene.end()
  })

  it('hears of the end before the same peer can begin again', async () => {
    const scene = new Scene()
    const [a, b] = [await scene.host({ n: 1 }), await scene.host({ n: 2 })]
    for (let i = 0; i < 20; i++) {
      const peer = await scene.connect(a, b)
      const ending = a.node.disconnect(peer, new Error('again'))
      const again = a.node.dial(b.address).catch(() => {})
      await ending
      await scene.until(again)
      await scene.clock.advance(10_000)
      for (const left of a.node.peers) await a.node.disconnect(left, new Error('end'))
      await scene.clock.advance(10_000)
    }
    for (const { notes } of [a, b]) {
      const order = notes.heard.map(({ what }) => what).filter(what => what !== 'start')
      expect(order.length).toBeGreaterThanOrEqual(60)
      for (let i = 0; i < order.length; i += 3)
        expect(order.slice(i, i + 3)).toEqual(['init', 'add', 'remove'])
    }
    await scene.end()
  })

  it.each(['initPeer', 'addPeer', 'receive', 'removePeer'] as const)(
    'that throws in %s ends that peer and nothing else',
    async call => {
      const scene = new Scene()
      const [bad, good] = [new Notes(0x10), new Notes(0x20)]
      const real = bad[call].bind(bad) as (...args: unknown[]) => void
      Object.assign(bad, {
        [call]: (peer: Peer, ...rest: unknown[]) => {
          real(peer, ...rest)
          if (peer.id === idOf(2)) throw new Error('a reactor has panicked')
        }
      })
      const a = await scene.host({ n: 1, reactors: [bad, good] })
      const b = await scene.host({ n: 2, reactors: [new Notes(0x10), new Notes(0x20)] })
      const c = await scene.host({ n: 3, reactors: [new Notes(0x10), new Notes(0x20)] })
      await scene.connect(c, a)
      const dialled = await scene.until(a.node.dial(b.address).catch((error: unknown) => error as Error))
      await scene.clock.advance(100)
      b.node.peers.get(idOf(1))?.trySend(0x10, bytes('hello'))
      await scene.clock.advance(100)
      const peer = a.node.peers.get(idOf(2))
      if (peer !== undefined) await scene.until(a.node.disconnect(peer))
      await scene.clock.advance(100)
      expect(a.node.peers.list().map(({ id }) => id)).toEqual([idOf(3)])
      if (call === 'initPeer') expect(dialled).toMatchObject({ refusal: 'filtered' })
      // Who has heard of its beginning hears of its end, whatever else has gone wrong.
      for (const notes of [bad, good]) {
        const heard = notes.heard.filter(({ id }) => id === idOf(2))
        expect(heard.filter(({ what }) => what === 'init')).toHaveLength(heard.length === 0 ? 0 : 1)
        expect(heard.filter(({ what }) => what === 'remove')).toHaveLength(heard.length === 0 ? 0 : 1)
      }
      expect(await scene.end()).toEqual(nothing)
    }
  )

  it('may let a peer go from within any call', async () => {
    for (const call of ['initPeer', 'addPeer', 'receive', 'removePeer'] as const) {
      const scene = new Scene()
      const notes = new Notes(0)
      const real = notes[call].bind(notes) as (...args: unknown[]) => void
      Object.assign(notes, {
        [call]: (peer: Peer, ...rest: unknown[]) => {
          real(peer, ...rest)
          void notes.handle!.disconnect(peer, new Error('not you'))
        }
      })
      const a = await scene.host({ n: 1, reactors: [notes] })
      const b = await scene.host({ n: 2 })
      await scene.until(b.node.dial(a.address).catch(() => {}))
      await scene.clock.advance(100)
      const peer = b.node.peers.get(idOf(1))
      peer?.trySend(0, bytes('hello'))
      await scene.clock.advance(100)
      if (call === 'removePeer') await scene.until(a.node.disconnect(a.node.peers.get(idOf(2))!))
      await scene.clock.advance(100)
      expect([a.node.peers.size, b.node.peers.size]).toEqual([0, 0])
      expect(notes.of('remove')).toHaveLength(1)
      expect(await scene.end()).toEqual(nothing)
    }
  })

  it('that takes its time with a message is given no other, and nobody else waits', async () => {
    const scene = new Scene()
    const slow = new Notes(0)
    const waits: (() => void)[] = []
    slow.receive = (peer, channel, message) => {
      void Notes.prototype.receive.call(slow, peer, channel, message)
      return peer.id === idOf(2) ? new Promise<void>(resolve => waits.push(resolve)) : undefined
    }
    const a = await scene.host({ n: 1, reactors: [slow] })
    const [b, c] = [await scene.host({ n: 2 }), await scene.host({ n: 3 })]
    const [fromB, fromC] = [await scene.connect(b, a), await scene.connect(c, a)]
    for (const text of ['one', 'two']) {
      fromB.trySend(0, bytes(text))
      fromC.trySend(0, bytes(text))
    }
    await scene.clock.advance(1_000)
    const texts = (id: string): unknown[] =>
      slow
        .of('receive')
        .filter(heard => heard.id === id)
        .map(({ text }) => text)
    expect([texts(idOf(2)), texts(idOf(3))]).toEqual([['one'], ['one', 'two']])
    waits.shift()!()
    await scene.clock.advance(1_000)
    expect(texts(idOf(2))).toEqual(['one', 'two'])
    await scene.end()
  })

  it('whose message nobody can make sense of ends the peer with that fault', async () => {
    const scene = new Scene()
    const picky = new Notes(0)
    picky.receive = async () => {
      throw new Error('what is this?')
    }
    const a = await scene.host({ n: 1, reactors: [picky] })
    const b = await scene.host({ n: 2 })
    const peer = await scene.connect(b, a)
    peer.trySend(0, bytes('x'))
    await scene.clock.advance(100)
    expect(picky.of('remove')).toMatchObject([{ reason: { fault: 'unusable-message' } }])
    await scene.end()
  })

  it('starts before any peer is there, in order, and stops after the last has gone, the other way round', async () => {
    const scene = new Scene()
    const order: string[] = []
    const named = (name: string, channel: number): Notes => {
      const notes = new Notes(channel)
      notes.start = async () => {
        await new Promise<void>(resolve => scene.clock.after(50, resolve))
        order.push(`start ${name}`)
      }
      notes.initPeer = () => void order.push(`init ${name}`)
      notes.removePeer = () => void order.push(`remove ${name}`)
      notes.stop = () => void order.push(`stop ${name}`)
      return notes
    }
    const a = scene.make({ n: 1, reactors: [named('x', 0), named('y', 1)] })
    const b = await scene.host({ n: 2 })
    const started = a.node.start()
    await scene.clock.advance(10)
    // Somebody calls before all is ready, and has to wait for that.
    const dialled = b.node.dial(a.address)
    await scene.until(Promise.all([started, dialled]))
    await scene.clock.advance(100)
    await scene.until(a.node.stop())
    expect(order).toEqual([
      'start x',
      'start y',
      'init x',
      'init y',
      'remove x',
      'remove y',
      'stop y',
      'stop x'
    ])
    await scene.end()
  })

  it('may dial as it starts, and gets its peer when all have started', async () => {
    const scene = new Scene()
    const b = await scene.host({ n: 2, reactors: [new Notes(0), new Notes(1)] })
    const [first, second] = [new Notes(0), new Notes(1)]
    let dialled: Promise<Peer> | undefined
    first.start = handle => {
      dialled = handle.dial(b.address)
    }
    second.start = () => new Promise<void>(resolve => void scene.clock.after(1_000, resolve))
    const a = scene.make({ n: 1, reactors: [first, second] })
    const started = a.node.start()
    await scene.clock.advance(900)
    expect([first.heard, second.heard, a.node.counts.dialling]).toEqual([[], [], 1])
    await scene.until(started)
    expect(await dialled).toMatchObject({ id: idOf(2), isRunning: true })
    expect(second.of('add')).toHaveLength(1)
    expect(await scene.end()).toEqual(nothing)
  })
})
