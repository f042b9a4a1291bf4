/** Bodies without a length, as casm's Go nodes send them: on real TCP, and only on their protocols. */
import { limits } from '@pex/core'
import { virtualClock } from '@pex/testkit'
import { libp2pTransport } from '@pex/transport-libp2p'
import type { Libp2pTransportComponents } from '@pex/transport-libp2p'
import type { Libp2p, Stream } from '@libp2p/interface'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BareBodyReader, BodyError, framingOf } from '../src/body.ts'
import { createNode, event } from './support/nodes.ts'

const CASM = '/casm/0.0.0/test/pex'
const clock = virtualClock()
type Host = Libp2p<{ transport: ReturnType<typeof libp2pTransport> }>

let nodes: Libp2p[] = []
let host: Host
let raw: Libp2p
let questions: number[] = []

async function start(): Promise<Host> {
  const transport = (components: Libp2pTransportComponents) => libp2pTransport(components, { clock })
  const node = await createNode({ transport })
  await node.start()
  nodes.push(node)
  return node
}

const open = (): Promise<Stream> => raw.dialProtocol(host.getMultiaddrs(), CASM, { maxOutboundStreams: 100 })

/** All that comes on a stream up to its end. */
async function readAll(stream: Stream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk.subarray())
  return Buffer.concat(chunks)
}

function gone(stream: Stream): Promise<unknown> {
  return stream.status === 'open' ? event(stream, 'close') : Promise.resolve()
}

function streams(node: Libp2p = host): number {
  const all = node.getConnections().flatMap(connection => connection.streams)
  return all.filter(({ protocol }) => protocol === CASM).length
}

function ask(body: Uint8Array, signal: AbortSignal = AbortSignal.timeout(5_000)): Promise<Uint8Array> {
  const to = { id: raw.peerId.toString(), addresses: raw.getMultiaddrs().map(String) }
  return host.services.transport.request(to, CASM, body, { signal }).then(answer => answer.body)
}

beforeEach(async () => {
  nodes = []
  questions = []
  raw = await createNode({})
  await raw.start()
  nodes.push(raw)
  host = await start()
  await host.services.transport.handle(CASM, async (_from, body) => {
    questions.push(body.length)
    return body
  })
})

afterEach(async () => {
  await Promise.all(nodes.map(async node => node.stop()))
  if (clock.pending > 0) throw new Error(`${clock.pending} timers left`)
})

describe('a body without a length', () => {
  it('is what casm’s protocols carry, and nobody else’s', () => {
    const protocols = ['/casm/0.0.0/ns/pex', '/pex/1.0.0/ns', '/pex/1.0.0//casm/', '/casm', '/casmic/1']
    expect(protocols.map(framingOf)).toEqual(['bare', 'length', 'length', 'length', 'length'])
  })

  it('is whatever came, however it is cut up, in at most twice its memory', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 20 }), chunks => {
        const reader = new BareBodyReader()
        for (const chunk of chunks) reader.push(chunk)
        expect(Buffer.compare(reader.body, Buffer.concat(chunks))).toBe(0)
        expect(reader.body.buffer.byteLength).toBeLessThanOrEqual(Math.max(2 * reader.body.length, 1_024))
      })
    )
  })

  it('is refused with the first byte over the limit', () => {
    const reader = new BareBodyReader()
    reader.push(new Uint8Array(limits.maxMessageBytes))
    expect(reader.body.length).toBe(limits.maxMessageBytes)
    expect(() => reader.push(Uint8Array.of(1))).toThrow(BodyError)
  })
})

describe('a question without a length', () => {
  it.each([0, 1, 3_000, limits.maxMessageBytes])(
    'of %i bytes ends with its half and is answered',
    async n => {
      const stream = await open()
      const answered = readAll(stream)
      if (n > 0) stream.send(new Uint8Array(n).fill(7))
      await stream.close()
      const answer = await answered
      expect(answer.length).toBe(n)
      expect(answer.every(byte => byte === 7)).toBe(true)
      expect(questions).toEqual([n])
      expect(streams()).toBe(0)
    }
  )

  it('is not answered before its half has ended', async () => {
    const stream = await open()
    const answered = readAll(stream)
    stream.send(Uint8Array.of(1, 2))
    stream.send(Uint8Array.of(3))
    expect(questions).toEqual([])
    await stream.close()
    expect([...(await answered)]).toEqual([1, 2, 3])
    expect(questions).toEqual([3])
  })

  it('that is too long resets its stream before it ends, and reaches nobody', async () => {
    const stream = await open()
    stream.send(new Uint8Array(limits.maxMessageBytes + 1))
    await gone(stream)
    expect(stream.status).not.toBe('closed')
    expect(questions).toEqual([])
    const next = await open()
    const answered = readAll(next)
    await next.close()
    await answered
    expect(questions).toEqual([0])
  })

  it('whose half stays open is gone by the deadline', async () => {
    const stream = await open()
    stream.send(Uint8Array.of(1))
    const closed = gone(stream)
    await clock.advance(limits.exchangeMs)
    await closed
    expect(questions).toEqual([])
    expect(streams()).toBe(0)
  })

  it('that is refused finds its stream reset', async () => {
    await host.services.transport.handle(CASM, () => Promise.reject(new Error('no')))
    const stream = await open()
    stream.send(Uint8Array.of(1))
    await stream.close()
    await gone(stream)
    expect(stream.status).toBe('reset')
  })
})

describe('an answer without a length', () => {
  it('may come before the question has ended', async () => {
    await raw.handle(CASM, stream => {
      stream.send(Uint8Array.of(9))
      void stream.close()
    })
    expect([...(await ask(Uint8Array.of(1, 2)))]).toEqual([9])
  })

  it('may be empty', async () => {
    await raw.handle(CASM, stream => void stream.close())
    expect(await ask(new Uint8Array())).toEqual(new Uint8Array())
  })

  it('that breaks off is none', async () => {
    await raw.handle(CASM, stream => {
      stream.send(Uint8Array.of(9))
      stream.abort(new Error('broken off'))
    })
    await expect(ask(Uint8Array.of(1))).rejects.toMatchObject({ code: 'PEX_UNREACHABLE' })
  })

  it('that is too long is a failure at once', async () => {
    await raw.handle(CASM, stream => {
      stream.send(new Uint8Array(limits.maxMessageBytes + 1))
    })
    await expect(ask(Uint8Array.of(1))).rejects.toMatchObject({ code: 'PEX_UNREACHABLE' })
    expect(streams()).toBe(0)
  })

  it('whose half stays open runs into the deadline', async () => {
    await raw.handle(CASM, stream => {
      stream.send(Uint8Array.of(1))
    })
    const asked = ask(Uint8Array.of(1), AbortSignal.timeout(200))
    await expect(asked).rejects.toMatchObject({ code: 'PEX_TIMEOUT' })
    expect(streams()).toBe(0)
  })
})
