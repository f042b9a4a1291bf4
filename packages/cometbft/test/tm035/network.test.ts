import { afterEach, describe, expect, it } from 'vitest'
import { dialects, PEX_CHANNEL, pexReactor } from '@pex/cometbft'
import { AddressBook, netAddresses, rules } from '@pex/address-book'
import { memoryStore } from '@pex/store-memory'
import { seeded } from '@pex/testkit'
import type { Reactor } from '@pex/switch'
import { peerRules } from '../../src/tm035/rules.ts'
import { storedPeers } from '../../src/tm035/stored-peers.ts'
import { addressOf, knows, World } from './network-scene.ts'
import type { Node, NodeInit } from './network-scene.ts'
import { nth, tcp } from './scene.ts'

let world = new World()
const minute = 60_000

/** Everybody goes, and leaves nothing behind. */
async function checkEnd(): Promise<void> {
  await world.stopAll()
  await world.clock.settle()
  expect(world.network.sockets).toEqual([])
  expect(world.clock.pending).toBe(0)
}

afterEach(() => {
  world = new World()
})

/** Nodes from 1 on, each of which knows the next one, the last one the first. */
async function ring(count: number, init: NodeInit = {}): Promise<void> {
  for (let n = 1; n <= count; n++) await world.node(n, [(n % count) + 1], init)
}

/** Nodes that are connected with the first, over whomever. */
function reachable(nodes: readonly Node[]): number {
  const reached = new Set([nodes[0]!.address.id])
  for (const id of reached) {
    const { node } = nodes.find(({ address }) => address.id === id)!
    for (const peer of node.peers) reached.add(peer.id)
  }
  return reached.size
}

describe('a network', () => {
  it('of four nodes in a ring learns everybody, and everybody is connected', async () => {
    await ring(4)
    const ms = await world.until(() => world.nodes.every(knows(3)), minute)
    expect(ms).toBeLessThan(20_000)
    await world.until(() => world.nodes.every(({ node }) => node.peers.size === 3), minute)
    await checkEnd()
  })

  it('of eight nodes whose stores hold seven tells of all of them, though each has two connections', async () => {
    await ring(8, {
      manager: { maxPeers: 7, maxConnected: 2, maxConnectedUpgrade: 0, maxRetryMs: 5 * minute }
    })
    await world.until(() => world.nodes.every(({ manager }) => manager.ratio >= 0.9), minute)
    for (const { node } of world.nodes) expect(node.peers.size).toBeLessThanOrEqual(2)
    await checkEnd()
  })

  it('of three nodes with large stores learns everybody', async () => {
    await ring(3, { manager: { maxPeers: 29, maxConnected: 25, maxRetryMs: 5 * minute } })
    await world.until(() => world.nodes.every(knows(2)), 20_000)
    await world.until(() => world.nodes.every(({ node }) => node.peers.size === 2), minute)
    await checkEnd()
  })

  it('that grows from five nodes to fifteen, all new ones knowing only one of the old, learns everybody', async () => {
    for (let n = 1; n <= 5; n++)
      await world.node(
        n,
        [1, 2, 3, 4, 5].filter(other => other !== n)
      )
    await world.until(() => world.nodes.every(knows(4)), 20_000)
    for (let n = 6; n <= 15; n++) await world.node(n, [1])
    await world.until(() => world.nodes.every(knows(14)), 5 * minute)
    await checkEnd()
  })

  it('larger than its stores keeps them within their bounds, and everybody connected', async () => {
    const manager = { maxPeers: 6, maxConnected: 4, maxConnectedUpgrade: 1 }
    for (let n = 1; n <= 15; n++) await world.node(n, n === 1 ? [] : [n - 1, 1], { manager })
    for (let i = 0; i < 10; i++) {
      await world.clock.advance(5_000)
      for (const node of world.nodes) {
        expect(node.manager.size).toBeLessThanOrEqual(6)
        expect(node.node.peers.size).toBeLessThanOrEqual(5)
      }
    }
    await world.until(() => reachable(world.nodes) === 15, 2 * minute)
    await checkEnd()
  })

  it('of the older generation learns everybody in the first version of the messages', async () => {
    const init: NodeInit = { manager: { rules: peerRules.tm035 }, pex: { dialect: 'tm035' } }
    await ring(4, init)
    await world.until(() => world.nodes.every(knows(3)), 2 * minute)
    for (const { reactor } of world.nodes) expect(reactor.stats().events.blamed).toBe(0)
    await checkEnd()
  })

  it('of that generation and CometBFT’s learns from both, and nobody is punished', async () => {
    const book = new AddressBook({ kind: netAddresses('any'), rules: rules.cometbft, rng: seeded(5) })
    const comet = pexReactor({ book })
    await world.host(1, [comet])
    const init: NodeInit = { manager: { rules: peerRules.tm035 }, pex: { dialect: 'tm035' } }
    await world.node(2, [1], init)
    await world.node(3, [1], init)
    await world.until(() => world.nodes.every(knows(2)), 2 * minute)
    await world.clock.advance(5 * minute)
    expect(comet.stats().events.banned).toBe(0)
    expect(book.size).toBeGreaterThanOrEqual(2)
    await checkEnd()
  })
})

describe('a node', () => {
  it('asks and is asked: whoever it has connected to hears a request, and gets an answer', async () => {
    const heard: string[] = []
    const mock: Reactor = {
      channels: [dialects['sei-url'].channel],
      addPeer: peer => void peer.trySend(PEX_CHANNEL, dialects['sei-url'].request()),
      receive: (_, __, bytes) => {
        const message = dialects['sei-url'].decode(bytes)
        heard.push(typeof message === 'string' ? message : message.kind)
      }
    }
    await world.host(1, [mock])
    await world.node(2, [1])
    await world.until(() => heard.length >= 2, 10_000)
    expect(new Set(heard)).toEqual(new Set(['request', 'addresses']))
    await checkEnd()
  })

  it('evicts who says what nobody has asked for while it is full, and lets it be otherwise', async () => {
    const mock: Reactor = {
      channels: [dialects['sei-url'].channel],
      addPeer: peer => {
        for (let i = 0; i < 2; i++)
          peer.trySend(PEX_CHANNEL, dialects['sei-url'].encode({ kind: 'addresses', version: 2, urls: [] }))
      },
      receive: () => {}
    }
    await world.host(1, [mock])
    const roomy = await world.node(2, [1])
    const full = await world.node(3, [1], { manager: { maxConnected: 1, maxConnectedUpgrade: 0 } })
    const id = addressOf(1).id
    await world.until(() => full.events.some(({ kind }) => kind === 'peer-removed'), 20_000)
    expect(full.node.peers.has(id)).toBe(false)
    expect(roomy.node.peers.has(id)).toBe(true)
    expect(roomy.manager.score(id)).toBeLessThan(10)
    await checkEnd()
  })

  it('lets a better peer take the place of a worse one', async () => {
    const manager = { maxConnected: 1, maxConnectedUpgrade: 1 }
    const main = await world.node(1, [], { manager: { ...manager, persistent: [addressOf(3).id] } })
    await world.node(2, [1], { manager })
    await world.until(() => main.manager.isConnected(addressOf(2).id), 10_000)
    await world.node(3, [1], { manager })
    await world.until(() => main.manager.isConnected(addressOf(3).id) && main.node.peers.size === 1, minute)
    expect(main.manager.counts.connected).toBe(1)
    await checkEnd()
  })

  it('turns away whom it has no room for, before anybody hears of it', async () => {
    const manager = { maxConnected: 1, maxConnectedUpgrade: 0 }
    const main = await world.node(1, [], { manager })
    await world.node(2, [1], { manager })
    await world.until(() => main.node.peers.size === 1, 10_000)
    const third = await world.node(3, [1])
    await world.clock.advance(10_000)
    expect(third.node.peers.size).toBe(0)
    expect(main.node.refusals.get('filtered')).toBeGreaterThan(0)
    expect(main.events.filter(({ kind }) => kind === 'peer-added')).toHaveLength(1)
    await checkEnd()
  })

  it('dials nobody more often than its pauses allow, and few at once', async () => {
    const dials: number[] = []
    let most = 0
    for (let n = 100; n < 120; n++) world.network.blackhole(`10.0.0.${n}`)
    const node = await world.node(
      1,
      Array.from({ length: 20 }, (_, i) => 100 + i)
    )
    let before = 0
    for (let ms = 0; ms < 30_000; ms += 50) {
      await world.clock.advance(50)
      let now = 0
      for (let n = 100; n < 120; n++) now += world.network.dialsTo(`10.0.0.${n}`)
      if (now > before) dials.push(ms)
      expect(now - before).toBeLessThanOrEqual(1)
      before = now
      most = Math.max(most, node.manager.counts.dialing)
    }
    const gaps = dials.slice(1).map((at, i) => at - dials[i]!)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200)
    expect(before).toBeGreaterThan(10)
    expect(before).toBeLessThan(40)
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThanOrEqual(4)
    await checkEnd()
  })

  it('has no more dials under way than may be, and goes on when one has ended', async () => {
    for (let n = 100; n < 110; n++) world.network.blackhole(`10.0.0.${n}`)
    const known = Array.from({ length: 10 }, (_, i) => 100 + i)
    const connections = { dialPauseMs: [1, 1] as const, maxDials: 2 }
    const node = await world.node(1, known, { connections })
    let most = 0
    for (let i = 0; i < 200; i++) {
      await world.clock.advance(10)
      most = Math.max(most, node.manager.counts.dialing)
    }
    expect(most).toBe(2)
    for (const n of [2, 3, 4]) await world.node(n)
    const other = await world.node(5, [2, 3, 4], { connections: { ...connections, maxDials: 1 } })
    await world.until(() => other.node.peers.size === 3, 1_000)
    await checkEnd()
  })

  it('holds it against nobody that its switch has no room for a dial', async () => {
    await world.node(2)
    const listen = [{ ip: '10.0.0.1', port: 26_656 }]
    const node = await world.node(1, [2], { switch: { listen, maxOutbound: 0 } })
    await world.clock.advance(minute)
    expect(node.node.refusals.get('full')).toBeGreaterThan(3)
    expect(node.manager.score(addressOf(2).id)).toBe(10)
    await checkEnd()
  })

  it('forgets an address where nobody is for minutes, and one where somebody else is at once', async () => {
    await world.node(2)
    const node = await world.node(1, [], { connections: { bootstrap: [] } })
    node.manager.add(tcp(nth(7), '10.0.0.77', 1), world.clock.now())
    node.manager.add({ ...addressOf(2), id: nth(8) }, world.clock.now())
    await world.until(() => !node.manager.ids().includes(nth(8)), 20_000)
    await world.until(() => node.manager.size === 0, 20 * minute)
    await checkEnd()
  })

  it('forgets who is of another network, whether it has dialled it or was called', async () => {
    const other = await world.node(2, [], { network: 'other' })
    const node = await world.node(1)
    node.manager.add(addressOf(2), world.clock.now())
    await world.until(() => node.manager.size === 0, 20_000)
    node.manager.add(tcp(addressOf(2).id, '10.0.0.99', 1), world.clock.now())
    other.manager.add(addressOf(1), world.clock.now())
    await world.until(() => node.manager.size === 0, 20_000)
    expect(node.manager.ids()).toEqual([])
    await checkEnd()
  })

  it('does not dial again who has no channel in common, until it calls', async () => {
    const deaf: Reactor = { channels: [{ id: 0x20 }], receive() {} }
    await world.host(2, [deaf])
    const node = await world.node(1, [2])
    await world.clock.advance(30_000)
    const dials = world.network.dialsTo('10.0.0.2')
    await world.clock.advance(10 * minute)
    expect(world.network.dialsTo('10.0.0.2')).toBe(dials)
    expect(node.manager.ids()).toEqual([addressOf(2).id])
    await checkEnd()
  })

  it('finds a peer by its name, one place after the other, and tells nobody of a name that leads nowhere', async () => {
    await world.node(2)
    const resolve = async (name: string): Promise<string[]> => {
      if (name === 'two.example') return ['10.0.0.66', '10.0.0.2']
      throw new Error('no such name')
    }
    const node = await world.node(1, [], { connections: { resolve } })
    node.manager.add({ ...addressOf(2), host: 'two.example' }, world.clock.now())
    node.manager.add(tcp(nth(9), 'nowhere.example', 1), world.clock.now())
    await world.until(() => node.node.peers.size === 1, 20_000)
    await world.until(() => (node.manager.score(nth(9)) ?? 10) < 10, 20_000)
    expect(node.manager.advertise(nth(1), 100).map(({ host }) => host)).toEqual(['two.example'])
    await checkEnd()
  })

  it('comes back with its peers after a restart', async () => {
    const store = memoryStore()
    await store.open()
    const connections = { store: storedPeers(store, 'peers') }
    await world.node(2)
    const before = await world.node(1, [2], { connections })
    await world.until(() => before.node.peers.size === 1, 10_000)
    await world.stop(before)
    const after = await world.node(1, [], { connections: { store: storedPeers(store, 'peers') } })
    await world.until(() => after.node.peers.size === 1, 10_000)
    await checkEnd()
  })

  it('does not start without what it cannot read, and does not write over it', async () => {
    const saved: number[] = []
    const store = {
      load: async () => Promise.reject(new Error('disk')),
      save: async () => void saved.push(1)
    }
    await expect(world.node(1, [], { connections: { store } })).rejects.toThrow('disk')
    expect(saved).toEqual([])
    await checkEnd()
  })

  it('lets a peer come back that it does not know has gone: the old connection makes way', async () => {
    const node = await world.node(1, [], {
      switch: { listen: [{ ip: '10.0.0.1', port: 26_656 }], allowDuplicateIp: true }
    })
    const mock: Reactor = { channels: [dialects['sei-url'].channel], receive() {} }
    const before = await world.host(2, [mock])
    const dialled = before.dial({ id: node.address.id, ip: '10.0.0.1', port: 26_656 })
    await world.until(() => node.node.peers.size === 1, 10_000)
    await dialled
    await world.clock.advance(10_000)
    // The same key somewhere else: to the node it is the same peer.
    const after = await world.host(2, [mock], { switch: { listen: [] } })
    const first = after
      .dial({ id: node.address.id, ip: '10.0.0.1', port: 26_656 })
      .catch((error: unknown) => error)
    await world.until(() => node.events.some(({ kind }) => kind === 'peer-removed'), 10_000)
    await first
    expect(node.manager.isConnected(addressOf(2).id)).toBe(false)
    await checkEnd()
  })

  it('is told when it is alone', async () => {
    const alone: number[] = []
    const init: NodeInit = { pex: { remediation: { windowMs: minute, onAlone: ms => alone.push(ms) } } }
    const node = await world.node(1, [], init)
    const other = await world.node(2, [1])
    await world.until(() => node.node.peers.size === 1, 10_000)
    await world.clock.advance(5 * minute)
    expect(alone).toEqual([])
    await world.stop(other)
    await world.clock.advance(minute + 1_000)
    expect(alone).toHaveLength(1)
    await checkEnd()
  })
})
