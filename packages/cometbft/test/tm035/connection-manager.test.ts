import { describe, expect, it } from 'vitest'
import type { Candidate, Peer, SwitchError, SwitchHandle } from '@pex/switch'
import { seeded, virtualClock } from '@pex/testkit'
import type { VirtualClock } from '@pex/testkit'
import { connectionManager } from '../../src/tm035/connection-manager.ts'
import { ConnectionTracker } from '../../src/tm035/connection-tracker.ts'
import { Listeners } from '../../src/tm035/listeners.ts'
import { FakePeer } from './pex-scene.ts'
import { a, b, c, d, managerOf, memory, tcp } from './scene.ts'

describe('callers of one IP address', () => {
  it('are not more than may be at once', () => {
    const tracker = new ConnectionTracker({ maxPerIp: 100, leastMs: 100 })
    for (let i = 0; i < 100; i++) {
      expect(tracker.mayCall('10.0.0.1', i)).toBe(true)
      tracker.opened('10.0.0.1')
    }
    expect(tracker.mayCall('10.0.0.1', 1e6)).toBe(false)
    expect(tracker.mayCall('10.0.0.2', 1e6)).toBe(true)
    tracker.closed('10.0.0.1')
    expect(tracker.mayCall('10.0.0.1', 1e6)).toBe(true)
  })

  it('that have no connection wait 100 ms between two calls; whoever has one need not', () => {
    const tracker = new ConnectionTracker({ maxPerIp: 100, leastMs: 100 })
    expect(tracker.mayCall('10.0.0.1', 0)).toBe(true)
    expect(tracker.mayCall('10.0.0.1', 99)).toBe(false)
    expect(tracker.mayCall('10.0.0.1', 100)).toBe(true)
    tracker.opened('10.0.0.1')
    expect(tracker.mayCall('10.0.0.1', 101)).toBe(true)
    tracker.closed('10.0.0.1')
    expect(tracker.mayCall('10.0.0.1', 102)).toBe(false)
  })

  it('are those of one customer in IPv6', () => {
    const tracker = new ConnectionTracker({ maxPerIp: 1, leastMs: 0 })
    tracker.opened('2001:db8::1')
    expect(tracker.mayCall('2001:db8::2', 0)).toBe(false)
    expect(tracker.mayCall('2001:db8:0:1::1', 0)).toBe(true)
  })
})

describe('a connection manager’s options', () => {
  it.each([
    { maxDials: 0 },
    { maxPerIp: 0 },
    { leastCallMs: -1 },
    { saveMs: 0 },
    { dialPauseMs: [0, 3_000] as const },
    { dialPauseMs: [3_000, 250] as const }
  ])('are numbers that make sense (%#)', init => {
    expect(() => connectionManager({ manager: managerOf(), ...init })).toThrow(
      expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    )
  })

  it('let nobody in before the switch has started it', () => {
    const { filter } = connectionManager({ manager: managerOf() })
    const signal = new AbortController().signal
    expect(filter.place!({ ip: '10.0.0.1', port: 1 }, { direction: 'inbound', signal })).toBe(false)
    expect(filter.place!({ ip: '10.0.0.1', port: 1 }, { direction: 'outbound', signal })).toBe(true)
  })
})

describe('a connection manager without its filter', () => {
  function started(init: Parameters<typeof managerOf>[0]) {
    const manager = managerOf(init)
    const connections = connectionManager({ manager, bootstrap: [tcp(c, '10.0.0.3', 3), memory(d)] })
    const clock = virtualClock()
    const ended: string[] = []
    const vouched: unknown[] = []
    const peers = new Map<string, Peer>()
    const handle = {
      clock,
      rng: seeded(1),
      peers,
      vouch: (addresses: readonly unknown[]) => vouched.push(...addresses),
      dial: () => new Promise(() => {}),
      disconnect: async (peer: Peer) => void ended.push(peer.id)
    } as unknown as SwitchHandle
    return {
      manager,
      connections,
      ended,
      peers,
      vouched,
      start: async () => connections.start!(handle),
      clock
    }
  }
  const signal = new AbortController().signal
  const caller = (id: string, clock: VirtualClock): Peer => new FakePeer(id, clock)

  it('ends whom the peer manager does not want, and tells it nothing more of that peer', async () => {
    const { manager, connections, ended, start, clock } = started({ maxConnected: 1 })
    await start()
    connections.initPeer!(caller(a, clock))
    const second = caller(b, clock)
    connections.initPeer!(second)
    expect(ended).toEqual([b])
    connections.addPeer!(second)
    connections.removePeer!(second, undefined)
    expect(manager.isConnected(b)).toBe(false)
    // A second connection of somebody who is there: its end is not that of the first.
    const again = caller(a, clock)
    connections.initPeer!(again)
    connections.removePeer!(again, undefined)
    expect(ended).toEqual([b, a])
    expect(manager.isConnected(a)).toBe(true)
  })

  it('vouches for what is configured', async () => {
    const { vouched, start } = started({})
    await start()
    expect(vouched).toEqual([{ id: c, ip: '10.0.0.3', port: 3 }])
  })

  it('lets an old connection make way for a new one of the same peer, and none of the same moment', async () => {
    const { connections, peers, ended, start, clock } = started({})
    await start()
    const first = caller(a, clock)
    peers.set(a, first)
    connections.initPeer!(first)
    const error = { refusal: 'duplicate', remoteId: a } as SwitchError
    const refused = {
      kind: 'refused',
      direction: 'inbound',
      place: { ip: '10.0.0.1', port: 1 },
      error
    } as const
    await clock.advance(6_000)
    connections.notice(refused)
    expect(ended).toEqual([])
    await clock.advance(1)
    connections.notice({ ...refused, direction: 'outbound' })
    expect(ended).toEqual([])
    connections.notice(refused)
    expect(ended).toEqual([a])
  })

  it('asks it before, but leaves it to the switch who of two crossing connections stays', async () => {
    const { connections, start, clock } = started({ maxConnected: 1 })
    await start()
    connections.initPeer!(caller(a, clock))
    const may = (id: string, direction: 'inbound' | 'outbound') =>
      connections.filter.peer!({ id, direction } as Candidate, { signal })
    expect(may(b, 'inbound')).toBe(false)
    expect(may(b, 'outbound')).toBe(true)
    expect(may(a, 'inbound')).toBe(true)
  })
})

describe('listeners', () => {
  it('hear everything in one order, also what one of them sets off', () => {
    const listeners = new Listeners<number>(() => {})
    const heard: string[] = []
    listeners.add(n => {
      if (n < 3) listeners.tell(n + 1)
      heard.push(`1:${n}`)
    })
    listeners.add(n => heard.push(`2:${n}`))
    listeners.tell(1)
    expect(heard).toEqual(['1:1', '2:1', '1:2', '2:2', '1:3', '2:3'])
  })
})
