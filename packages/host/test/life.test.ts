/** The life of a host: what a start and a stop leave behind, and what the book holds meanwhile. */
import { hostOver } from '@pex/host'
import { memoryStore } from '@pex/store-memory'
import { seeded } from '@pex/testkit/chance'
import { describe, expect, it } from 'vitest'
import { peerBook } from '../src/peer-book.ts'
import { contact, scene } from './scene.ts'
import { done, network, special, stopAll, stranger } from './strangers.ts'

describe('a step that fails in the middle', () => {
  it('is told to who asked for it, and the next one is taken as ever', async () => {
    const world = scene()
    let isBroken = false
    const after = (ms: number, callback: () => void): (() => void) => {
      if (isBroken) throw new Error('no timer')
      return world.clock.after(ms, callback)
    }
    const host = await special(world, { clock: { now: () => world.clock.now(), after } })
    isBroken = true
    expect(() => host.peers.dismiss('nobody')).toThrow('no timer')
    isBroken = false
    const peer = await stranger(world, 1)
    expect(await done(world, peer.greet(host))).toBe('welcome')
    await stopAll(world, [host, peer.transport])
  })
})

describe('a host without neighbours', () => {
  it('takes every name that peer exchange takes for its network', async () => {
    const { pex } = await scene().host()
    expect(() => hostOver({ pex }, { network: 'café' })).toThrow('ASCII')
    expect(hostOver({ pex }, { network: 'café', neighbours: false }).id).toBe(pex.id)
  })
})

describe('a stop', () => {
  it('ends the rest though a part of it fails, and says what failed', async () => {
    const world = scene()
    const store = memoryStore()
    const host = await world.host({}, { store })
    await host.start()
    host.gossip.stop = () => Promise.reject(new Error('no'))
    await expect(done(world, host.stop())).rejects.toThrow('no')
    expect(host.pex.namespaces).toEqual([])
    await expect(store.load('x')).rejects.toMatchObject({ code: 'PEX_STORE_CLOSED' })
  })

  it('after a start that fails does not hide why it failed', async () => {
    const world = scene()
    const host = await world.host()
    host.pex.start = () => Promise.reject(new Error('no port'))
    host.rpc.stop = () => Promise.reject(new Error('no'))
    await expect(done(world, host.start())).rejects.toThrow('no port')
    expect(world.clock.pending).toBe(0)
  })

  it('leaves no timer though the book is being written just then', async () => {
    const world = scene()
    const store = memoryStore()
    let release = (): void => {}
    const slow = {
      ...store,
      open: () => store.open(),
      close: () => store.close(),
      load: (name: string) => store.load(name)
    }
    const saves = { save: () => new Promise<void>(resolve => (release = resolve)) }
    const parts = { network: 'test', self: 'me', clock: world.clock, rng: seeded(1), log: () => {} }
    const book = peerBook({ ...parts, store: { ...slow, ...saves } })
    await book.open()
    await world.clock.advance(30_000)
    const closed = book.close()
    release()
    await world.clock.settle()
    release()
    await closed
    expect(world.clock.pending).toBe(0)
  })
})

describe('the book', () => {
  it('holds those of its own network alone, and finds whom the view has lost', async () => {
    const world = scene()
    const [one, two] = await network(world, 2)
    const store = memoryStore()
    const host = await world.host({ bootstrap: [contact(one!)] }, { key: 50, store })
    await host.start()
    await world.clock.advance(20_000)
    two!.handle('ping', body => body)
    for (const each of [one!, two!]) await done(world, each.pex.leave('test'))
    // In the same overlay for something else.
    await done(world, one!.pex.join('other'))
    await done(world, host.pex.join('other', { bootstrap: [contact(one!)] }))
    const stranger = await world.host({ network: 'other', bootstrap: [contact(one!)] }, { key: 60 })
    await stranger.start()
    await world.clock.advance(20_000)
    expect(host.pex.view('other').map(({ id }) => id)).toContain(stranger.id)
    await expect(done(world, host.call(stranger.id, 'ping', Uint8Array.of(1)))).rejects.toMatchObject({
      code: 'PEX_NO_KNOWN_ADDRESS'
    })
    await done(world, host.pex.leave('test'))
    const reply = await done(world, host.call({ id: two!.id, addresses: [] }, 'ping', Uint8Array.of(7)))
    expect(reply).toEqual({ from: two!.id, value: Uint8Array.of(7) })
    await stopAll(world, [one!, two!, host, stranger])
  })

  it('blames nobody while nobody at all answers', async () => {
    const world = scene()
    const [one, two] = await network(world, 2)
    const store = memoryStore()
    const parts = { network: 'test', self: 'me', store, clock: world.clock, rng: seeded(1), log: () => {} }
    const book = peerBook(parts)
    await book.open()
    for (const { pex } of [one!, two!]) book.met(pex.record!)
    for (let i = 0; i < 20; i++) book.failed(one!.id)
    const isOffered = async (): Promise<boolean> => {
      const { signal } = new AbortController()
      for await (const { id } of book.findPeers('test', { signal })) if (id === one!.id) return true
      return false
    }
    await world.clock.advance(120_000)
    expect(await isOffered()).toBe(true)
    for (let i = 0; i < 20; i++) {
      await world.clock.advance(60_000)
      book.good(two!.id)
      await world.clock.advance(60_000)
      book.failed(one!.id)
    }
    await world.clock.advance(120_000)
    expect(await isOffered()).toBe(false)
    await book.close()
    await stopAll(world, [one!, two!])
  })
})
