/** Peers that do not keep to the protocol, on real TCP; only the transport's time is virtual. */
import { limits } from '@pex/core'
import { virtualClock } from '@pex/testkit'
import { libp2pTransport } from '@pex/transport-libp2p'
import type { Libp2pTransportComponents, Libp2pTransportInit } from '@pex/transport-libp2p'
import type { Libp2p, Stream } from '@libp2p/interface'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { frame } from '../src/body.ts'
import { createNode, event } from './support/nodes.ts'

const PROTOCOL = '/pex-test/1'
const clock = virtualClock()
type Host = Libp2p<{ transport: ReturnType<typeof libp2pTransport> }>

let nodes: Libp2p[] = []
let host: Host
let hostile: Libp2p
let questions = 0

async function start(init: Libp2pTransportInit = {}): Promise<Host> {
  const transport = (components: Libp2pTransportComponents) => libp2pTransport(components, { clock, ...init })
  const node = await createNode({ transport })
  await node.start()
  nodes.push(node)
  return node
}

async function serve(init: Libp2pTransportInit = {}): Promise<void> {
  host = await start(init)
  await host.services.transport.handle(PROTOCOL, async (_from, body) => {
    questions++
    return body
  })
}

function open(): Promise<Stream> {
  return hostile.dialProtocol(host.getMultiaddrs(), PROTOCOL, { maxOutboundStreams: 1_000 })
}

/** The host's streams of the protocol that are open now. */
function streams(node: Libp2p = host): number {
  const all = node.getConnections().flatMap(connection => connection.streams)
  return all.filter(({ protocol }) => protocol === PROTOCOL).length
}

/** Resolves when the remote has reset the stream. */
function gone(stream: Stream): Promise<unknown> {
  return stream.status === 'open' ? event(stream, 'close') : Promise.resolve()
}

async function exchangeWorks(): Promise<void> {
  const honest = await start()
  const to = { id: host.peerId.toString(), addresses: host.services.transport.addresses() }
  const body = new Uint8Array(2_000).fill(5)
  const signal = AbortSignal.timeout(5_000)
  const answer = await honest.services.transport.request(to, PROTOCOL, body, { signal })
  expect(answer.body).toEqual(body)
}

beforeEach(async () => {
  nodes = []
  questions = 0
  hostile = await createNode({})
  await hostile.start()
  nodes.push(hostile)
})

afterEach(async () => {
  await Promise.all(nodes.map(async node => node.stop()))
  if (clock.pending > 0) throw new Error(`${clock.pending} timers left`)
})

describe('slow streams', () => {
  it('100 streams that trickle are gone by the deadline, and an honest exchange works meanwhile', async () => {
    await serve({ maxInboundStreams: 1_000 })
    const slow: Stream[] = []
    for (let i = 0; i < 100; i++) slow.push(await open())
    const all = Promise.all(slow.map(gone))
    const trickle = (): void => {
      for (const stream of slow) if (stream.status === 'open') stream.send(Uint8Array.of(0))
    }
    // The first two bytes promise a thousand more.
    for (const stream of slow) if (stream.status === 'open') stream.send(Uint8Array.of(0xe8, 0x07))
    await exchangeWorks()
    expect(streams(), 'never more than are served at a time').toBeLessThanOrEqual(64)
    for (let passed = 0; passed < limits.exchangeMs; passed += 1_000) {
      await clock.advance(1_000)
      trickle()
    }
    await all
    expect(streams()).toBe(0)
    expect(questions, 'only the honest one').toBe(1)
  })

  it('no byte puts the deadline off', async () => {
    await serve()
    const stream = await open()
    stream.send(Uint8Array.of(100))
    await clock.advance(limits.exchangeMs - 1)
    stream.send(Uint8Array.of(1))
    const closed = gone(stream)
    expect(stream.status).toBe('open')
    await clock.advance(1)
    await closed
  })

  it('whoever opens many makes room at his own cost, not at that of who has opened one before', async () => {
    await serve({ maxInbound: 4 })
    const other = await createNode({})
    await other.start()
    nodes.push(other)
    const slow = await other.dialProtocol(host.getMultiaddrs(), PROTOCOL)
    slow.send(frame(new Uint8Array(100)).subarray(0, 50))
    const many: Stream[] = []
    for (let i = 0; i < 8; i++) many.push(await open())
    await Promise.all(many.slice(0, 5).map(gone))
    expect(slow.status).toBe('open')
    slow.send(frame(new Uint8Array(100)).subarray(50))
    const closed = gone(slow)
    await slow.close()
    await closed
    expect([slow.status, questions]).toEqual(['closed', 1])
  })

  it('a question that is complete is not given up for others', async () => {
    host = await start({ maxInbound: 2 })
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const entered = Promise.withResolvers<void>()
    await host.services.transport.handle(PROTOCOL, async () => {
      if (++questions === 2) entered.resolve()
      await held
      return new Uint8Array()
    })
    const complete = [await open(), await open()]
    for (const stream of complete) {
      stream.send(frame(new Uint8Array(3)))
      await stream.close()
    }
    await entered.promise
    await gone(await open())
    expect(complete.map(({ status }) => status)).toEqual(['open', 'open'])
    const ends = complete.map(gone)
    release()
    await Promise.all(ends)
    expect(complete.map(({ status }) => status)).toEqual(['closed', 'closed'])
  })

  it('one connection has no more streams than it is allowed', async () => {
    await serve({ maxInboundStreams: 3 })
    const opened = [await open(), await open(), await open()]
    await gone(await open())
    expect(opened.map(({ status }) => status)).toEqual(['open', 'open', 'open'])
  })
})

describe('bytes that are no body', () => {
  it.each([
    ['a length over the limit', [0xff, 0xff, 0x7f]],
    ['a length that never ends', [0x80, 0x80, 0x80, 0x80]],
    ['a byte after the body', [1, 7, 7]]
  ])('%s resets the stream at once', async (_name, bytes) => {
    await serve()
    const stream = await open()
    stream.send(Uint8Array.from(bytes))
    await gone(stream)
    expect(questions).toBe(0)
    await exchangeWorks()
  })

  it('a body cut short resets the stream', async () => {
    await serve()
    const stream = await open()
    stream.send(Uint8Array.of(10, 1, 2, 3))
    await stream.close()
    await gone(stream)
    expect(questions).toBe(0)
  })

  it('garbage never reaches the handler, and harms nothing else on the connection', async () => {
    await serve({ maxInboundStreams: 1_000 })
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 2_000 }), async garbage => {
        const stream = await open()
        stream.send(garbage)
        // It may have been reset before it could be closed.
        await stream.close().catch(() => {})
        await gone(stream)
      }),
      { numRuns: 50, seed: 7 }
    )
    expect(hostile.getConnections().length).toBe(1)
    expect(streams()).toBe(0)
    await exchangeWorks()
  })
})

describe('halves left open', () => {
  it('a question whose half stays open is gone by the deadline', async () => {
    await serve()
    const stream = await open()
    stream.send(frame(Uint8Array.of(1)))
    const closed = gone(stream)
    await clock.advance(limits.exchangeMs)
    await closed
    expect(questions).toBe(0)
    expect(streams()).toBe(0)
  })

  it('a responder that leaves its half open runs into the deadline, and no stream stays', async () => {
    host = await start()
    await hostile.handle(PROTOCOL, stream => {
      stream.send(frame(Uint8Array.of(1)))
    })
    const to = { id: hostile.peerId.toString(), addresses: hostile.getMultiaddrs().map(String) }
    const asked = host.services.transport.request(to, PROTOCOL, Uint8Array.of(1), {
      signal: AbortSignal.timeout(200)
    })
    await expect(asked).rejects.toMatchObject({ code: 'PEX_TIMEOUT' })
    expect(streams()).toBe(0)
  })

  it('a responder that never reads runs into the deadline', async () => {
    host = await start()
    await hostile.handle(PROTOCOL, () => {})
    const to = { id: hostile.peerId.toString(), addresses: hostile.getMultiaddrs().map(String) }
    const body = new Uint8Array(limits.maxMessageBytes)
    const asked = host.services.transport.request(to, PROTOCOL, body, { signal: AbortSignal.timeout(200) })
    await expect(asked).rejects.toMatchObject({ code: 'PEX_TIMEOUT' })
    expect(streams()).toBe(0)
  })

  it('an answer over the limit is a failure at once', async () => {
    host = await start()
    await hostile.handle(PROTOCOL, stream => {
      stream.send(Uint8Array.of(0xff, 0xff, 0x7f, 1, 2, 3))
    })
    const to = { id: hostile.peerId.toString(), addresses: hostile.getMultiaddrs().map(String) }
    const signal = AbortSignal.timeout(5_000)
    const asked = host.services.transport.request(to, PROTOCOL, new Uint8Array(), { signal })
    await expect(asked).rejects.toMatchObject({ code: 'PEX_UNREACHABLE' })
    expect(streams()).toBe(0)
  })

  it('stop leaves neither streams nor timers', async () => {
    await serve()
    const stream = await open()
    expect(clock.pending).toBe(1)
    const closed = gone(stream)
    await host.services.transport.stop()
    expect(clock.pending).toBe(0)
    await closed
    expect(streams()).toBe(0)
  })
})
