/** How MConnections fail, slow down and end, in virtual time. */
import { virtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { duplexPair, MConnection } from '../src/index.ts'
import type { MConnectionInit } from '../src/index.ts'
import { abc, ascii, bytesOf, never, packetsOn, peer, two, Wire } from './kit.ts'

describe('what is wrong with the other side', () => {
  const small = { channels: [{ id: 1, maxMessageBytes: 2_000 }, { id: 2 }] }
  const msg = (channel: number, length: number): string => {
    const data = `1a${(0x80 | (length & 127)).toString(16)}${(length >> 7).toString(16).padStart(2, '0')}${'00'.repeat(length)}`
    const inner = `08${channel.toString(16).padStart(2, '0')}${data}`
    const size = inner.length / 2
    const body = `1a${(0x80 | (size & 127)).toString(16)}${(size >> 7).toString(16).padStart(2, '0')}${inner}`
    const total = body.length / 2
    return `${(0x80 | (total & 127)).toString(16)}${(total >> 7).toString(16).padStart(2, '0')}${body}`
  }

  it.each([
    ['bytes that are no packet', '0102030405', 'malformed'],
    ['an empty packet', '00', 'unknown-packet'],
    ['a packet of an unknown kind', '022200', 'unknown-packet'],
    ['a message of another kind', '030a0178', 'malformed'],
    ['a channel that we do not have', '041a020803', 'unknown-channel'],
    ['channel 256', '051a03088002', 'unknown-channel'],
    ['channel 257, of which the low byte is ours', '051a03088102', 'unknown-channel'],
    ['a packet that is too long', msg(1, 1_028), 'oversize'],
    ['a message that is too long', msg(1, 1_000) + msg(1, 1_001), 'message-oversize'],
    ['a length without end', 'ffffffffffffffffffffff', 'oversize']
  ])('%s is told once by its name, and ends the connection', async (_what, bytes, fault) => {
    const clock = virtualClock()
    const wire = new Wire()
    const { connection, errors } = peer(wire, clock, small)
    await wire.feed(bytesOf(bytes), bytesOf(abc), bytesOf('ffffff'))
    await clock.settle()
    expect(errors).toMatchObject([{ code: 'PEX_REJECTED', fault }])
    expect(connection.isRunning).toBe(false)
    expect(wire.aborted).toBe(errors[0])
    expect(clock.pending).toBe(0)
  })

  it('a packet that is just right is no fault', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    const { errors } = peer(wire, clock, small)
    await wire.feed(bytesOf(msg(1, 1_024)))
    await clock.settle()
    expect(errors).toEqual([])
  })

  it('a message sent on a channel that only the sender has ends the receiver’s connection', async () => {
    const [left, right] = duplexPair()
    const clock = virtualClock()
    const a = peer(left, clock, { channels: [{ id: 1 }, { id: 2 }] })
    const b = peer(right, clock)
    expect(a.connection.trySend(2, ascii('Ant-Man'))).toBe(true)
    await clock.advance(10)
    expect(b.errors).toMatchObject([{ fault: 'unknown-channel' }])
    expect(a.errors).toMatchObject([{ code: 'PEX_CLOSED' }])
  })

  it.each([
    ['throws', () => expect.unreachable()],
    ['rejects', async () => expect.unreachable()]
  ])('a message of which the receiver %s is told once, with the cause', async (_how, onReceive) => {
    const clock = virtualClock()
    const wire = new Wire()
    const { errors } = peer(wire, clock, { onReceive })
    await wire.feed(bytesOf(abc), bytesOf(abc))
    await clock.settle()
    expect(errors).toMatchObject([{ code: 'PEX_REJECTED', fault: 'unusable-message' }])
    expect(errors[0]!.cause).toBeInstanceOf(Error)
  })

  it.each([
    ['', 'PEX_CLOSED', undefined],
    ['02', 'PEX_CLOSED', 'truncated'],
    ['041a', 'PEX_CLOSED', 'truncated']
  ])('an end after “%s” is told once', async (bytes, code, fault) => {
    const clock = virtualClock()
    const wire = new Wire()
    const { errors } = peer(wire, clock)
    await wire.feed(bytesOf(bytes))
    wire.end()
    await clock.settle()
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatchObject({ code, fault })
  })

  it('a stream that breaks both ways at once is told once, with the cause', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    const { connection, errors } = peer(wire, clock)
    connection.trySend(1, ascii('x'))
    wire.abort(new Error('reset'))
    await clock.advance(100)
    expect(errors).toMatchObject([{ code: 'PEX_CLOSED', cause: { message: 'reset' } }])
  })
})

describe('a slow receiver', () => {
  it('slows the sender down, with bounded memory between, and loses nothing', async () => {
    const [left, right] = duplexPair()
    const clock = virtualClock()
    let open = (): void => {}
    const gate = new Promise<void>(resolve => {
      open = resolve
    })
    const got: number[] = []
    const channels = [{ id: 1, sendQueueCapacity: 300 }]
    const a = peer(left, clock, { ...never, channels })
    const b = peer(right, clock, {
      ...never,
      channels,
      onReceive: async (_channel, message) => {
        await gate
        got.push(message[0]!)
      }
    })
    for (let i = 0; i < 300; i++) a.connection.trySend(1, new Uint8Array(1_000).fill(i))
    await clock.advance(1_000)
    expect(got).toEqual([])
    expect(b.connection.status().received.bytes).toBeLessThan(1_100)
    expect(a.connection.status().sent.bytes).toBeLessThan(220_000)
    open()
    await clock.advance(1_000)
    expect(got).toEqual(Array.from({ length: 300 }, (_, i) => i % 256))
  })

  it('does not make an honest peer look dead', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    let open = (): void => {}
    const gate = new Promise<void>(resolve => {
      open = resolve
    })
    const { errors } = peer(wire, clock, { onReceive: () => gate })
    await clock.advance(50_000)
    await wire.feed(bytesOf(abc))
    await clock.advance(10_000)
    expect(packetsOn(wire)).toEqual(['ping'])
    await wire.feed(bytesOf('021200'))
    await clock.advance(50_000)
    expect(errors).toEqual([])
    open()
    await clock.advance(5_000)
    expect(errors).toEqual([])
  })

  it('still finds out that a peer is dead, one deadline after it has caught up', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    let open = (): void => {}
    const gate = new Promise<void>(resolve => {
      open = resolve
    })
    const { errors } = peer(wire, clock, { onReceive: () => gate })
    await clock.advance(50_000)
    await wire.feed(bytesOf(abc))
    await clock.advance(60_000)
    open()
    await clock.advance(44_999)
    expect(errors).toEqual([])
    await clock.advance(1)
    expect(errors).toMatchObject([{ code: 'PEX_TIMEOUT' }])
  })

  it('keeps one deadline for its pong, though the next ping goes out before it', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    let open = (): void => {}
    const gate = new Promise<void>(resolve => {
      open = resolve
    })
    const { errors } = peer(wire, clock, { onReceive: () => gate })
    await clock.advance(50_000)
    await wire.feed(bytesOf(abc))
    await clock.advance(60_000)
    open()
    await clock.advance(20_000)
    expect(packetsOn(wire)).toEqual(['ping', 'ping'])
    await wire.feed(bytesOf('021200'))
    await clock.advance(45_000)
    expect(errors).toEqual([])
  })

  it('at the other end, who takes nothing at all, ends the connection after 45 seconds', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    wire.gate = new Promise(() => {})
    const { connection, errors } = peer(wire, clock)
    connection.trySend(1, ascii('x'))
    await clock.advance(10 + 44_999)
    expect(errors).toEqual([])
    await clock.advance(1)
    expect(errors).toMatchObject([{ code: 'PEX_TIMEOUT' }])
  })
})

describe('the end', () => {
  it('by flushStop writes everything that was taken, at the rate, and then closes', async () => {
    const [left, right] = duplexPair()
    const clock = virtualClock()
    const a = peer(left, clock, { channels: [{ id: 1, sendQueueCapacity: 100 }], sendRate: 100_000 })
    const b = peer(right, clock, { channels: [{ id: 1 }] })
    for (let i = 0; i < 100; i++) expect(a.connection.trySend(1, new Uint8Array(10_000).fill(i))).toBe(true)
    const stopped = a.connection.flushStop()
    expect(a.connection.trySend(1, ascii('x'))).toBe(false)
    expect(a.connection.flushStop()).toBe(stopped)
    await clock.advance(20_000)
    expect(await stopped).toBe(true)
    expect(b.received.map(([, message]) => message[0])).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(b.errors).toMatchObject([{ code: 'PEX_CLOSED', fault: undefined }])
    expect(a.errors).toEqual([])
  })

  it('by flushStop delivers nothing more', async () => {
    const { clock, a, b } = two()
    b.connection.trySend(1, ascii('late'))
    const stopped = a.connection.flushStop()
    await clock.advance(100)
    expect(await stopped).toBe(true)
    expect(a.received).toEqual([])
  })

  it('by flushStop of both ends at once, with both pipes full, comes', async () => {
    const { clock, a, b } = two(virtualClock(), { ...never, channels: [{ id: 1 }] })
    for (const { connection } of [a, b]) connection.trySend(1, new Uint8Array(1_000_000))
    const stopped = Promise.all([a.connection.flushStop(), b.connection.flushStop()])
    await clock.advance(1_000)
    expect(await stopped).toEqual([true, true])
    expect([a.errors, b.errors]).toEqual([[], []])
    expect(clock.pending).toBe(0)
  })

  it('by flushStop comes though the other side reads nothing, and says that it was not all', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    wire.gate = new Promise(() => {})
    const { connection, errors } = peer(wire, clock)
    connection.trySend(1, ascii('x'))
    const stopped = connection.flushStop()
    await clock.advance(60_000)
    expect(await stopped).toBe(false)
    expect(wire.aborted).toBeDefined()
    expect(errors).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('by flushStop comes though the stream does not end, and says so', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    let close = (): void => {}
    wire.closing = new Promise(resolve => {
      close = resolve
    })
    const { connection } = peer(wire, clock)
    connection.trySend(1, ascii('x'))
    const stopped = connection.flushStop()
    await clock.advance(45_000)
    expect(wire.aborted).toBeDefined()
    close()
    expect(await stopped).toBe(false)
    expect(clock.pending).toBe(0)
  })

  it('by stop comes at once, is heard by nobody, and lets go of every timer and every caller', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    wire.gate = new Promise(() => {})
    const { connection, errors } = peer(wire, clock, never)
    connection.trySend(1, new Uint8Array(100_000))
    await clock.settle()
    connection.trySend(1, ascii('x'))
    const send = connection.send(1, ascii('y'))
    connection.stop()
    connection.stop()
    expect(await send).toBe(false)
    expect(wire.aborted).toBeDefined()
    expect(await connection.flushStop()).toBe(false)
    expect(connection.canSend(1)).toBe(false)
    await clock.advance(1_000_000)
    expect(errors).toEqual([])
  })

  it('comes with the signal', async () => {
    const clock = virtualClock()
    const owner = new AbortController()
    const { connection, errors } = peer(new Wire(), clock, { signal: owner.signal })
    owner.abort()
    expect(connection.isRunning).toBe(false)
    expect(peer(new Wire(), clock, { signal: owner.signal }).connection.isRunning).toBe(false)
    await clock.advance(100)
    expect(errors).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('from within the receiver is as good as any', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    const heard: string[] = []
    const { connection, errors } = peer(wire, clock, {
      onReceive: () => {
        heard.push('message')
        connection.stop()
      }
    })
    await wire.feed(bytesOf(abc + abc))
    await clock.settle()
    expect(heard).toEqual(['message'])
    expect(errors).toEqual([])
  })

  it('before the beginning is possible', () => {
    const wire = new Wire()
    const connection = new MConnection(wire, {
      channels: [{ id: 1 }],
      clock: virtualClock(),
      onReceive: () => {},
      onError: () => {}
    })
    expect(connection.trySend(1, ascii('x'))).toBe(false)
    connection.stop()
    connection.start()
    expect(connection.isRunning).toBe(false)
    expect(wire.aborted).toBeDefined()
  })
})

describe('options', () => {
  it.each<[string, Partial<MConnectionInit>]>([
    ['no channel', { channels: [] }],
    ['a channel twice', { channels: [{ id: 1 }, { id: 1 }] }],
    ['channel 256', { channels: [{ id: 256 }] }],
    ['channel 1.5', { channels: [{ id: 1.5 }] }],
    ['a priority of 0', { channels: [{ id: 1, priority: 0 }] }],
    ['no place in a queue', { channels: [{ id: 1, sendQueueCapacity: 0 }] }],
    ['a pong later than the next ping', { pingIntervalMs: 45_000 }],
    ['no payload', { maxPayloadBytes: 0 }],
    ['a negative rate', { sendRate: -1 }]
  ])('with %s are refused', (_what, init) => {
    expect(() => peer(new Wire(), virtualClock(), init)).toThrow(
      expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    )
  })

  it('are CometBFT’s where they are left out', () => {
    const { connection } = peer(new Wire(), virtualClock(5), { channels: [{ id: 7 }] })
    expect(connection.status()).toEqual({
      durationMs: 0,
      sent: { bytes: 0, rate: 0, peak: 0 },
      received: { bytes: 0, rate: 0, peak: 0 },
      channels: [{ id: 7, priority: 1, sendQueueCapacity: 1, sendQueueSize: 0, recentlySent: 0 }]
    })
  })
})
