/** Over real sockets, on loopback. */
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { systemClock as clock } from '@pex/service'
import { seeded } from '@pex/testkit'
import type { Clock } from '@pex/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Switch } from '../src/index.ts'
import type { SwitchEvent, SwitchInit } from '../src/index.ts'
import { tcp } from '../src/tcp/index.ts'
import { bytes, idOf, keyOf, Notes } from './scene.ts'

const signal = new AbortController().signal

interface Node {
  readonly node: Switch
  readonly notes: Notes
  readonly address: { id: string; ip: string; port: number }
  /** Resolves at the first such event, also one that has been. */
  heard(kind: SwitchEvent['kind']): Promise<SwitchEvent>
}

async function host(n: number, init: SwitchInit = {}): Promise<Node> {
  const notes = new Notes(0)
  const parts = { key: keyOf(n), carrier: tcp(), clock, rng: seeded(n), reactors: [notes] }
  const node = new Switch(
    { ...parts, nodeInfo: { network: 'tcp-test', moniker: `host ${n}` } },
    { allowDuplicateIp: true, listen: [{ ip: '127.0.0.1', port: 0 }], ...init }
  )
  const events: SwitchEvent[] = []
  let wake = (): void => {}
  node.notify(event => {
    events.push(event)
    wake()
  })
  onTestFinished(() => node.stop())
  await node.start()
  const heard = async (kind: SwitchEvent['kind']): Promise<SwitchEvent> => {
    for (;;) {
      const found = events.find(event => event.kind === kind)
      if (found !== undefined) return found
      await new Promise<void>(resolve => (wake = resolve))
    }
  }
  return { node, notes, heard, address: { id: idOf(n), ip: '127.0.0.1', port: node.places[0]?.port ?? 0 } }
}

describe('over TCP', () => {
  it('two switches meet, talk, and part', async () => {
    const [a, b] = [await host(1), await host(2)]
    const peer = await a.node.dial(b.address)
    await b.heard('peer-added')
    expect(b.node.peers.get(idOf(1))).toMatchObject({ address: a.address, direction: 'inbound' })
    const received = new Promise<string>(resolve => {
      b.notes.receive = (_peer, _channel, message) => resolve(new TextDecoder().decode(message))
    })
    expect(await peer.send(0, bytes('over a real socket'))).toBe(true)
    expect(await received).toBe('over a real socket')
    await a.node.disconnect(peer)
    expect(await b.heard('peer-removed')).toMatchObject({ reason: { code: 'PEX_CLOSED' } })
    expect([a.node.counts.sockets, b.node.counts.sockets]).toEqual([0, 0])
  })

  it('a message of the longest kind arrives whole, both ways at once', async () => {
    const [a, b] = [await host(1), await host(2)]
    const big = new Uint8Array(1_000).map((_, i) => i)
    const peer = await a.node.dial(b.address)
    await b.heard('peer-added')
    const back = b.node.peers.get(idOf(1))!
    const done = Promise.all(
      [a, b].map(({ notes }) => {
        let left = 50
        return new Promise<void>(resolve => {
          notes.receive = (_peer, _channel, message) => {
            expect(message).toEqual(big)
            if (--left === 0) resolve()
          }
        })
      })
    )
    for (let i = 0; i < 50; i++) await Promise.all([peer.send(0, big), back.send(0, big)])
    await done
  })

  it('a dial fails where nobody listens', async () => {
    const a = await host(1)
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    await expect(a.node.dial({ id: idOf(2), ip: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'PEX_UNREACHABLE',
      refusal: 'unreachable'
    })
  })

  it('a handshake has its deadline, and a half-open socket is closed', async () => {
    const a = await host(1, { handshakeMs: 50 })
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as AddressInfo
    await expect(a.node.dial({ id: idOf(2), ip: '127.0.0.1', port })).rejects.toMatchObject({
      refusal: 'no-handshake'
    })
    const socket = connect(a.address.port, '127.0.0.1').resume()
    socket.on('error', () => {})
    await once(socket, 'close')
    expect(a.node.refusals.get('no-handshake')).toBe(2)
    expect(a.node.counts).toMatchObject({ halfOpen: 0, sockets: 0 })
  })

  it('a flood of half-open sockets is cut off at the cap', async () => {
    const a = await host(1, { maxHalfOpen: 8, maxHalfOpenPerIp: 8, handshakeMs: 60_000 })
    const sockets = Array.from({ length: 60 }, () => connect(a.address.port, '127.0.0.1').resume())
    let closed = 0
    await new Promise<void>(resolve => {
      for (const socket of sockets)
        socket
          .on('error', () => {})
          .once('close', () => {
            if (++closed === 52) resolve()
          })
    })
    expect(a.node.counts.halfOpen).toBe(8)
    expect(a.node.refusals.get('full')).toBe(52)
    await a.node.stop()
    await Promise.all(sockets.map(socket => (socket.closed ? undefined : once(socket, 'close'))))
  })

  it('who crashes is noticed at once, and dialled again where the operator wants that', async () => {
    const b = await host(2)
    const a = await host(1)
    await a.node.dial(b.address)
    a.node.addPersistentPeers([b.address])
    // Without a goodbye.
    await b.node.stop()
    expect(await a.heard('peer-removed')).toMatchObject({ reason: { code: 'PEX_CLOSED' } })
    expect(a.node.peers.size).toBe(0)
    expect(await a.heard('reconnecting')).toMatchObject({ id: idOf(2), attempt: 1 })
  })

  it('a port that is taken is an error that says so, and a name is none to listen at', async () => {
    const a = await host(1)
    await expect(tcp().listen(a.address, () => {})).rejects.toMatchObject({ code: 'PEX_NO_ADDRESSES' })
    await expect(tcp().listen({ ip: 'localhost', port: 0 }, () => {})).rejects.toMatchObject({
      code: 'PEX_INVALID_PARAMETER'
    })
    await expect(tcp().dial({ ip: 'localhost', port: 1 }, { signal })).rejects.toMatchObject({
      code: 'PEX_INVALID_PARAMETER'
    })
  })

  it('a dial ends with its signal, before and while it is under way', async () => {
    const aborted = AbortSignal.abort()
    await expect(tcp().dial({ ip: '127.0.0.1', port: 1 }, { signal: aborted })).rejects.toMatchObject({
      code: 'PEX_ABORTED'
    })
    const controller = new AbortController()
    // TEST-NET: packets to it get lost, or are refused at once.
    const dial = tcp().dial({ ip: '192.0.2.1', port: 1 }, { signal: controller.signal })
    controller.abort()
    await expect(dial).rejects.toMatchObject({ code: 'PEX_ABORTED' })
  })

  it('a dial has its own deadline, by the clock that it was given', async () => {
    let fire = (): void => {}
    const still: Clock = { now: () => 0, after: (_ms, callback) => ((fire = callback), () => {}) }
    const dial = tcp({ clock: still, dialMs: 7 }).dial({ ip: '192.0.2.1', port: 1 }, { signal })
    fire()
    await expect(dial).rejects.toMatchObject({ code: 'PEX_TIMEOUT' })
  })

  it('a listener takes no more sockets than it may, and closes with nobody there', async () => {
    const streams: { abort(): void }[] = []
    const listener = await tcp({ maxSockets: 2 }).listen({ ip: '127.0.0.1', port: 0 }, stream =>
      streams.push(stream)
    )
    const { port } = listener.place
    const sockets = Array.from({ length: 5 }, () => connect(port, '127.0.0.1').on('error', () => {}))
    let dropped = 0
    await new Promise<void>(resolve => {
      for (const socket of sockets)
        socket.once('close', () => {
          if (++dropped === 3) resolve()
        })
      for (const socket of sockets) socket.resume()
    })
    expect(streams).toHaveLength(2)
    for (const stream of streams) stream.abort()
    await listener.close()
  })
})
