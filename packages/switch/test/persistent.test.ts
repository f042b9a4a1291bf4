/** Peers that the operator wants back whenever they are lost. */
import { describe, expect, it } from 'vitest'
import { idOf, nothing, PORT, Scene } from './scene.ts'
import type { Host } from './scene.ts'

/** The waits that were announced, ms. */
function waits({ events }: Host): number[] {
  return events.flatMap(event => (event.kind === 'reconnecting' ? [event.waitMs] : []))
}

describe('a persistent peer', () => {
  it('is dialled at the start, and back soon after it was lost for an error', async () => {
    const scene = new Scene()
    const b = await scene.host({ n: 2 })
    const a = await scene.host({ n: 1, persistentPeers: [b.address] })
    expect(a.node.isPersistent(idOf(2))).toBe(true)
    await scene.clock.advance(3_100)
    const peer = a.node.peers.get(idOf(2))!
    expect(peer.isPersistent).toBe(true)
    expect(b.node.peers.get(idOf(1))?.isPersistent).toBe(false)
    await a.node.disconnect(peer, new Error('it misbehaves'))
    expect(a.node.peers.size).toBe(0)
    await scene.clock.advance(8_100)
    expect(a.node.peers.get(idOf(2))).toMatchObject({ isRunning: true })
    expect(a.node.peers.get(idOf(2))).not.toBe(peer)
    expect(await scene.end()).toEqual(nothing)
  })

  it('is dialled back where the operator says that it is, when it was the one who had called', async () => {
    const scene = new Scene()
    const liar = await scene.host({ n: 2, nodeInfo: { listenAddress: 'tcp://10.9.9.9:1' } })
    const a = await scene.host({ n: 1 })
    await scene.connect(liar, a)
    a.node.addPersistentPeers([liar.address])
    expect(a.node.peers.get(idOf(2))).toMatchObject({ direction: 'inbound', isPersistent: true })
    scene.network.cut('10.0.0.2')
    await scene.clock.advance(4_000)
    expect(a.node.peers.get(idOf(2))).toMatchObject({ direction: 'outbound' })
    expect(scene.network.dialsTo('10.9.9.9')).toBe(0)
    expect(await scene.end()).toEqual(nothing)
  })

  it('that was let go gracefully is not dialled again', async () => {
    const scene = new Scene()
    const b = await scene.host({ n: 2 })
    const a = await scene.host({ n: 1, persistentPeers: [b.address] })
    await scene.clock.advance(3_100)
    await scene.until(a.node.disconnect(a.node.peers.get(idOf(2))!))
    await scene.clock.advance(60_000)
    expect(a.node.peers.size).toBe(0)
    expect(await scene.end()).toEqual(nothing)
  })

  it('is tried twenty times some seconds apart, then ever more rarely, and never given up', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1, persistentPeers: [{ id: idOf(2), ip: '10.0.0.2', port: PORT }] })
    await scene.clock.advance(24 * 3_600_000)
    const all = waits(a)
    const [first, ...rest] = all
    expect(first).toBeLessThan(3_000)
    // Twenty tries before it grows: not nineteen, and not twenty-one.
    for (const wait of rest.slice(0, 19)) {
      expect(wait).toBeGreaterThanOrEqual(5_000)
      expect(wait).toBeLessThan(8_000)
    }
    const grown = rest.slice(19)
    for (const [i, wait] of grown.entries()) {
      const least = Math.min(3_000 * 3 ** i, 3_600_000)
      expect(wait).toBeGreaterThanOrEqual(least)
      expect(wait).toBeLessThan(least + 3_000)
    }
    expect(grown.length).toBeGreaterThan(20)
    expect(new Set(all).size).toBe(all.length)
    // Half a day later it is there, and found within the hour.
    const b = await scene.host({ n: 2 })
    await scene.clock.advance(3_603_000)
    expect(a.node.peers.has(b.node.id)).toBe(true)
    expect(await scene.end()).toEqual(nothing)
  })

  it('that takes us and throws us out again is not dialled at the quick pace for ever', async () => {
    const scene = new Scene()
    const rude = await scene.host({ n: 2, maxInbound: 0 })
    const a = await scene.host({ n: 1, persistentPeers: [rude.address] })
    await scene.clock.advance(3_600_000)
    expect(scene.network.dialsTo('10.0.0.2')).toBeLessThan(32)
    expect(a.notes.of('add').length).toBeGreaterThan(20)
    expect(await scene.end()).toEqual(nothing)
  })

  it('that was there for a minute begins a new story when it is lost', async () => {
    const scene = new Scene()
    scene.network.refuse('10.0.0.2')
    const b = await scene.host({ n: 2 })
    const a = await scene.host({ n: 1, persistentPeers: [b.address] })
    await scene.clock.advance(3_600_000)
    scene.network.refuse('10.0.0.2', false)
    await scene.clock.runUntil(() => a.node.peers.size === 1, { maxMs: 3_603_000 })
    await scene.clock.advance(60_000)
    const before = waits(a).length
    scene.network.cut('10.0.0.1')
    await scene.clock.advance(20)
    expect(waits(a).slice(before)).toEqual([expect.closeTo(1_500, -3.5)])
    await scene.clock.advance(3_100)
    expect(a.node.peers.size).toBe(1)
    expect(await scene.end()).toEqual(nothing)
  })

  it('that calls before it is dialled is not dialled', async () => {
    const scene = new Scene()
    const b = await scene.host({ n: 2 })
    const a = await scene.host({ n: 1, persistentPeers: [b.address] })
    await scene.connect(b, a)
    await scene.clock.advance(10_000)
    expect(scene.network.dialsTo('10.0.0.2')).toBe(0)
    expect(a.node.refusals.get('duplicate')).toBe(0)
    expect(a.node.peers.get(idOf(2))).toMatchObject({ direction: 'inbound' })
    await scene.end()
  })

  it('is one like others as soon as the operator says so', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1, persistentPeers: [{ id: idOf(2), ip: '10.0.0.2', port: PORT }] })
    await scene.clock.advance(10_000)
    expect(a.node.removePersistentPeer(idOf(2))).toBe(true)
    expect(a.node.removePersistentPeer(idOf(2))).toBe(false)
    const dials = scene.network.dialsTo('10.0.0.2')
    await scene.clock.advance(60_000)
    expect(scene.network.dialsTo('10.0.0.2')).toBe(dials)
    expect(scene.clock.pending).toBe(0)
    await scene.end()
  })

  it('is never this node itself', async () => {
    const scene = new Scene()
    const a = scene.make({ n: 1 })
    a.node.addPersistentPeers([a.address])
    await a.node.start()
    await scene.clock.advance(10_000)
    expect(a.node.isPersistent(idOf(1))).toBe(false)
    expect(waits(a)).toEqual([])
    await scene.end()
  })

  it('and the ids that the operator keeps private or counts under no cap are known to reactors', async () => {
    const scene = new Scene()
    const a = await scene.host({ n: 1, privateIds: [idOf(3).toUpperCase()], unconditionalIds: [idOf(4)] })
    const { handle } = a.notes
    expect([2, 3, 4].map(n => handle?.isPrivate(idOf(n)))).toEqual([false, true, false])
    expect([2, 3, 4].map(n => handle?.isUnconditional(idOf(n)))).toEqual([false, false, true])
    await scene.end()
  })
})
