/** Which connections there are: those of exchanges, and those of the keeper. On real nodes over TCP. */
import { casm } from '@pex/core'
import type { PeerRecord } from '@pex/core'
import { memoryStore } from '@pex/store-memory'
import { seeded, virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'
import type { PeerId } from '@libp2p/interface'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { describe, expect, it } from 'vitest'
import { createNode, event, TCP } from './support/nodes.ts'
import { addresses, counted, create, idOf, learns, NS, run } from './support/pex-nodes.ts'
import type { Node } from './support/pex-nodes.ts'

/** A policy that asks for nothing beside its exchanges, so that a test can count what there is. */
const plain = { gossip: { policy: casm() } }

/** One exchange on a new connection, and the end of what libp2p does on it by itself. */
async function meet(node: Node, other: Node): Promise<void> {
  const quiet = [event(node, 'peer:identify'), event(other, 'peer:identify')]
  await node.services.pex.join(NS, { bootstrap: addresses(other) })
  await Promise.all(quiet)
  await node.services.pex.leave(NS)
}

/** Lets time go on until it has happened: by `ms`, and again where the peer was just asking something and so used the connection. */
async function closed(clock: VirtualClock, happened: Promise<unknown>, ms: number): Promise<void> {
  let over = false
  void happened.then(() => (over = true))
  await clock.advance(ms)
  for (let turn = 0; !over; turn++) {
    await new Promise(resolve => setImmediate(resolve))
    if (turn % 1_000 === 999) await clock.advance(5_000)
  }
}

/** Peers from which the node is disconnected from now on, as they go. */
function losses(node: Node): string[] {
  const lost: string[] = []
  node.addEventListener('peer:disconnect', ({ detail }) => lost.push(detail.toString()))
  return lost
}

describe('connections of exchanges', () => {
  it('are closed when they have been idle for a while, and only then', async () => {
    const clock = virtualClock()
    const [one, two] = [await run(plain), await run(plain)]
    const node = await run({ clock, rng: seeded(1), namespaces: [], ...plain })
    const lost = losses(node)
    await meet(node, one)
    await clock.advance(3_000)
    await meet(node, two)
    await clock.advance(1_999)
    expect(lost).toEqual([])
    await closed(clock, event(node, 'peer:disconnect'), 1)
    expect(lost).toEqual([idOf(one)])
    const second = event(node, 'peer:disconnect')
    await clock.advance(2_999)
    expect(lost).toEqual([idOf(one)])
    await closed(clock, second, 1)
    expect(lost).toEqual([idOf(one), idOf(two)])
    expect(clock.pending).toBe(0)
  })

  it('stay open for the next exchange, which counts as use', async () => {
    const clock = virtualClock()
    const hub = await run()
    const node = await run({ clock, rng: seeded(2), bootstrap: addresses(hub) })
    const lost = losses(node)
    await learns(node, idOf(hub))
    for (let i = 0; i < 10; i++) {
      await clock.advance(4_999)
      await node.services.pex.advertise(NS)
    }
    expect(node.getConnections().length).toBe(1)
    expect(lost).toEqual([])
  })

  it('are let be for ever where that is wanted', async () => {
    const clock = virtualClock()
    const hub = await run()
    const node = await run({
      clock,
      rng: seeded(3),
      namespaces: [],
      transport: { idleConnectionMs: Infinity }
    })
    await meet(node, hub)
    await clock.advance(3_600_000)
    expect(node.getConnections().length).toBe(1)
  })

  it('of a tagged peer, of one that somebody else uses, and of one that was dialled stay open', async () => {
    const clock = virtualClock()
    const [tagged, used, dialled, idle] = [await run(), await run(), await run(), await run()]
    const node = await run({ clock, rng: seeded(4), namespaces: [] })
    const lost = losses(node)
    await used.handle('/app/1', () => {})
    await node.peerStore.merge(tagged.peerId, { tags: { mine: { value: 1 } } })
    await meet(node, tagged)
    await meet(node, used)
    const stream = await node.dialProtocol(used.getMultiaddrs(), '/app/1')
    const quiet = [event(node, 'peer:identify'), event(dialled, 'peer:identify')]
    await Promise.all([node.dial(dialled.getMultiaddrs()), ...quiet])
    await node.services.pex.join(NS, { bootstrap: addresses(dialled) })
    await node.services.pex.leave(NS)
    await meet(node, idle)
    const gone = event(node, 'peer:disconnect')
    await clock.advance(60_000)
    await gone
    expect(lost).toEqual([idOf(idle)])
    stream.abort(new Error('enough'))
    await clock.advance(60_000)
    expect(lost, 'what is not ours is not ours later either').toEqual([idOf(idle)])
  })
})

describe('the keeper on real nodes', () => {
  it('reaches the number wanted among ten nodes, holds it when peers go, and marks them for pruning', async () => {
    const all: Node[] = []
    for (let i = 0; i < 9; i++) all.push(await run({ bootstrap: all[0] && addresses(all[0]) }))
    const node = await create({
      bootstrap: addresses(all[0]!),
      keep: { connections: 4 }
    })
    const keepsFour = async (): Promise<boolean> => {
      const peers = await Promise.all(
        node.getPeers().map(peer => node.peerStore.get(peer).catch(() => undefined))
      )
      return peers.length === 4 && peers.every(peer => peer?.tags.size === 1)
    }
    const settled = async (): Promise<void> => {
      const types = ['peer:connect', 'peer:disconnect', 'peer:update']
      for (;;) {
        const change = Promise.race(types.map(type => event(node, type)))
        if (await keepsFour()) return
        await change
      }
    }
    await node.start()
    await settled()
    const [kept] = node.getPeers()
    const gone = all.find(({ peerId }) => peerId.equals(kept))!
    const lost = event<PeerId>(node, 'peer:disconnect', peer => peer.equals(gone.peerId))
    await gone.stop()
    await lost
    await settled()
    expect(node.getConnections(gone.peerId).length).toBe(0)
  })

  it('adopts the connection of an exchange, once', async () => {
    const hub = await run()
    const { node, dials } = await counted({ bootstrap: addresses(hub), keep: { connections: 1 } })
    const tagged = event<{ peer: { tags: Map<string, unknown> } }>(
      node,
      'peer:update',
      ({ peer }) => peer.tags.size > 0
    )
    await node.start()
    await learns(node, idOf(hub))
    await tagged
    for (let i = 0; i < 5; i++) await node.services.pex.advertise(NS)
    expect(node.getConnections().length).toBe(1)
    expect((await node.peerStore.get(hub.peerId)).tags.has('pex-keeper')).toBe(true)
    // The exchange's by address or by name, and the keeper's.
    expect([...dials.values()].reduce((sum, count) => sum + count)).toBeLessThanOrEqual(2)
  })

  it('is not misled by the connection of an exchange that failed', async () => {
    const clock = virtualClock()
    const store = memoryStore()
    const privateKey = await generateKeyPair('Ed25519')
    const hub = await run()
    const before = await run({ bootstrap: addresses(hub), store }, [TCP], { privateKey })
    await learns(before, idOf(hub))
    await before.stop()
    await hub.stop()
    const stranger = await createNode({})
    await stranger.start()
    const { node, dials } = await counted({
      ...plain,
      clock,
      rng: seeded(5),
      store,
      bootstrap: addresses(stranger),
      keep: { connections: 1 }
    })
    const over = event(node.services.pex, 'round')
    await node.start()
    await over
    await clock.settle()
    const known: readonly PeerRecord[] = node.services.pex.view(NS)
    expect(known.map(({ id }) => id)).toEqual([idOf(hub)])
    const tries = dials.get(idOf(hub))!
    await clock.advance(6_000)
    expect(dials.get(idOf(hub)), 'the keeper has looked again').toBe(tries + 1)
    await node.stop()
    expect(clock.pending).toBe(0)
    await stranger.stop()
  })
})
