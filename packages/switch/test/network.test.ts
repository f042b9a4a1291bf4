/** Many switches: everybody with everybody, calls that cross, and a world that goes wrong. */
import { fuzzedConnection } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import type { Carrier } from '../src/index.ts'
import { bytes, nothing, Scene } from './scene.ts'
import type { Host } from './scene.ts'

/** What all hosts have heard of each peer is begun and ended in order. */
function expectOrder(hosts: readonly Host[]): void {
  for (const { notes } of hosts) {
    const state = new Map<string, string>()
    for (const { what, id } of notes.heard) {
      if (id === undefined) continue
      const before = state.get(id) ?? 'none'
      const allowed = { init: ['none'], add: ['init'], receive: ['init', 'add'], remove: ['init', 'add'] }
      expect(allowed[what as keyof typeof allowed]).toContain(before)
      if (what !== 'receive') state.set(id, what === 'remove' ? 'none' : what)
    }
    expect([...state.values()].every(last => last === 'none')).toBe(true)
  }
}

describe('a network', () => {
  it('of ten has everybody connected with everybody, and a broadcast reaches all', async () => {
    const scene = new Scene({ latencyMs: [1, 60] })
    const hosts: Host[] = []
    for (let n = 1; n <= 10; n++) hosts.push(await scene.host({ n, maxOutbound: 20 }))
    await Promise.all([
      ...hosts.flatMap((from, i) => hosts.slice(i + 1).map(to => from.node.dial(to.address))),
      scene.clock.advance(3_000)
    ])
    for (const { node } of hosts) expect(node.peers.size).toBe(9)
    await scene.until(hosts[0]!.node.broadcast(0, bytes('all of you')))
    await scene.clock.advance(500)
    for (const { notes } of hosts.slice(1)) expect(notes.of('receive')).toHaveLength(1)
    expect(await scene.end()).toEqual(nothing)
    expectOrder(hosts)
  })

  it('whose calls all cross has one connection for each pair, and both ends keep the same one', async () => {
    for (const latencyMs of [0, 5, [1, 80]] as const) {
      for (let seed = 1; seed <= 4; seed++) {
        const scene = new Scene({ latencyMs }, seed)
        const hosts: Host[] = []
        for (let n = 1; n <= 4; n++) hosts.push(await scene.host({ n, maxOutbound: 20 }))
        await Promise.all([
          ...hosts.flatMap(from =>
            hosts.filter(to => to !== from).map(to => from.node.dial(to.address).catch(() => {}))
          ),
          scene.clock.advance(5_000)
        ])
        for (const { node } of hosts) {
          expect(node.peers.size).toBe(3)
          for (const peer of node.peers) {
            const other = hosts.find(host => host.node.id === peer.id)!
            const same = other.node.peers.get(node.id)
            expect([peer.direction, same?.direction].toSorted()).toEqual(['inbound', 'outbound'])
          }
        }
        expect(scene.network.sockets).toHaveLength(12)
        expect(await scene.end()).toEqual(nothing)
        expectOrder(hosts)
      }
    }
  })

  it('in which connections break and hosts vanish leaves nothing behind, and tells its reactors in order', async () => {
    const scene = new Scene({ latencyMs: [1, 40] }, 7)
    const rng = scene.rng.fork('faults')
    const shaky = (ip: string): Carrier => {
      const carrier = scene.network.carrier(ip)
      const options = {
        clock: scene.clock,
        rng,
        dropRw: 0,
        dropConnection: 0.004,
        sleep: 0.02,
        maxDelayMs: 400
      }
      return {
        dial: async (to, given) => fuzzedConnection(await carrier.dial(to, given), options),
        listen: (at, take) =>
          carrier.listen(at, (stream, from) => take(fuzzedConnection(stream, options), from))
      }
    }
    const hosts: Host[] = []
    const address = (n: number): Host['address'] => ({ ...scene.make({ n }).address })
    const persistentPeers = [address(1)]
    scene.hosts.length = 0
    for (let n = 1; n <= 12; n++)
      hosts.push(
        await scene.host({ n, persistentPeers, maxInbound: 6, parts: { carrier: shaky(`10.0.0.${n}`) } })
      )
    for (let step = 0; step < 400; step++) {
      const [from, to] = [hosts[rng() % 12]!, hosts[rng() % 12]!]
      const [peer] = from.node.peers
      const what = rng() % 8
      if (what < 4) from.node.dial(to.address).catch(() => {})
      else if (what === 4) scene.network.cut(to.address.ip)
      else if (what === 5) scene.network.blackhole(to.address.ip, rng() % 2 === 0)
      else if (peer !== undefined) void from.node.disconnect(peer, what === 6 ? new Error('no') : undefined)
      void from.node.broadcast(0, bytes(`step ${step}`))
      await scene.clock.advance(rng() % 500)
      for (const { node } of hosts) {
        expect(node.counts.inbound).toBeLessThanOrEqual(6)
        expect(new Set(node.peers.list().map(({ id }) => id)).size).toBe(node.peers.size)
      }
    }
    for (const { address: place } of hosts) scene.network.blackhole(place.ip, false)
    expect(await scene.end()).toEqual(nothing)
    expectOrder(hosts)
    expect(hosts.reduce((sum, { notes }) => sum + notes.of('add').length, 0)).toBeGreaterThan(60)
  })
})
