/** MConnections in virtual time: one against a wire in the test's hands, or two against each other. */
import { virtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { duplexPair, MConnection } from '../src/index.ts'
import type { MConnectionInit } from '../src/index.ts'
import { decodePacket } from '../src/packets.ts'
import { Parser } from '../src/parser.ts'
import { ascii, bytesOf, concat, hex, peer, Wire } from './kit.ts'
import type { Peer } from './kit.ts'

/** A packet of channel 1 with the whole message “abc”. */
const abc = '0b1a09080110011a03616263'
const never = { receiveRate: 0, sendRate: 0 }

/** The packets that a wire has carried, in short: `ping`, `pong`, or channel, bytes and `.` at the end of a message. */
function packetsOn(wire: Wire): string[] {
  return [...new Parser(1 << 20).push(wire.sent)].map(bytes => {
    const packet = decodePacket(bytes)
    if (typeof packet === 'string') return packet
    return packet.kind === 'msg'
      ? `${packet.channel}:${packet.data.length}${packet.eof ? '.' : ''}`
      : packet.kind
  })
}

function two(
  clock = virtualClock(),
  init: Partial<MConnectionInit> = {}
): { clock: typeof clock; a: Peer; b: Peer } {
  const [left, right] = duplexPair()
  return { clock, a: peer(left, clock, init), b: peer(right, clock, init) }
}

describe('a message', () => {
  it('goes from one end to the other', async () => {
    const { clock, a, b } = two()
    expect(await a.connection.send(1, ascii('Cyclops'))).toBe(true)
    await clock.advance(10)
    expect(b.received).toEqual([[1, ascii('Cyclops')]])
    expect([a.errors, b.errors]).toEqual([[], []])
  })

  it('has the bytes of Go on the wire, once the throttle has passed', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    const { connection } = peer(wire, clock)
    connection.trySend(1, ascii('abc'))
    await clock.advance(9)
    expect(wire.sent.length).toBe(0)
    await clock.advance(1)
    expect(hex(wire.sent)).toBe(abc)
  })

  it('of nothing is a message as well', async () => {
    const { clock, a, b } = two()
    a.connection.trySend(1, new Uint8Array())
    await clock.advance(10)
    expect(b.received).toEqual([[1, new Uint8Array()]])
  })

  it('of several packets is cut at the payload, and only the last one says that it ends', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    const { connection } = peer(wire, clock)
    connection.trySend(1, new Uint8Array(2_048))
    await clock.advance(10)
    connection.trySend(1, new Uint8Array(2_049))
    await clock.advance(10)
    expect(packetsOn(wire)).toEqual(['1:1024', '1:1024.', '1:1024', '1:1024', '1:1.'])
  })

  it('of a megabyte arrives whole', async () => {
    const { clock, a, b } = two(virtualClock(), never)
    const message = Uint8Array.from({ length: 1_000_000 }, (_, i) => i * 7)
    a.connection.trySend(1, message)
    await clock.advance(20)
    expect(b.received).toHaveLength(1)
    expect(Buffer.compare(b.received[0]![1], message)).toBe(0)
  })

  it('goes out without waiting when 64 KiB are ready', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    const { connection } = peer(wire, clock, never)
    connection.trySend(1, new Uint8Array(100_000))
    await clock.settle()
    expect(wire.written).toHaveLength(1)
    expect(wire.sent.length).toBeGreaterThanOrEqual(65_536)
    await clock.advance(10)
    expect(wire.written).toHaveLength(2)
  })

  it('longer than its channel allows is refused to the application', async () => {
    const { a } = two(virtualClock(), { channels: [{ id: 1, maxMessageBytes: 3 }] })
    expect(a.connection.trySend(1, new Uint8Array(3))).toBe(true)
    expect(() => a.connection.trySend(1, new Uint8Array(4))).toThrow(
      expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    )
    await expect(a.connection.send(1, new Uint8Array(4))).rejects.toMatchObject({
      code: 'PEX_INVALID_PARAMETER'
    })
  })
})

describe('a queue', () => {
  it('takes as many messages as it has places; then trySend says no and canSend knows', () => {
    const wire = new Wire()
    const { connection } = peer(wire, virtualClock(), { channels: [{ id: 1, sendQueueCapacity: 2 }] })
    expect(connection.canSend(1)).toBe(true)
    expect([1, 2, 3].map(() => connection.trySend(1, ascii('x')))).toEqual([true, true, false])
    expect(connection.canSend(1)).toBe(false)
    expect(connection.status().channels[0]).toMatchObject({ sendQueueCapacity: 2, sendQueueSize: 2 })
  })

  it('of an unknown channel takes nothing', async () => {
    const { connection } = peer(new Wire(), virtualClock())
    expect(connection.canSend(5)).toBe(false)
    expect(connection.trySend(5, ascii('x'))).toBe(false)
    expect(await connection.send(5, ascii('x'))).toBe(false)
  })

  /** A connection whose stream takes nothing, with its one place and its buffer full. */
  async function full(): Promise<{
    clock: ReturnType<typeof virtualClock>
    wire: Wire
    open: () => void
    sender: Peer
  }> {
    const clock = virtualClock()
    const wire = new Wire()
    let open = (): void => {}
    wire.gate = new Promise(resolve => {
      open = resolve
    })
    const sender = peer(wire, clock, never)
    sender.connection.trySend(1, new Uint8Array(100_000))
    await clock.settle()
    expect(sender.connection.trySend(1, ascii('second'))).toBe(true)
    return { clock, wire, open, sender }
  }

  it('makes send wait, in turn, until there is room', async () => {
    const { clock, open, sender } = await full()
    const order: number[] = []
    const sends = [1, 2, 3].map(async n => {
      const sent = await sender.connection.send(1, Uint8Array.of(n))
      order.push(n)
      return sent
    })
    await clock.advance(9_000)
    expect(order).toEqual([])
    open()
    await clock.advance(10)
    expect(await Promise.all(sends)).toEqual([true, true, true])
    expect(order).toEqual([1, 2, 3])
  })

  it('makes send give up after ten seconds, and what it gave up is not sent', async () => {
    const { clock, wire, open, sender } = await full()
    const send = sender.connection.send(1, ascii('late'))
    await clock.advance(10_000)
    expect(await send).toBe(false)
    open()
    await clock.advance(100)
    expect(packetsOn(wire).at(-1)).toBe('1:6.')
  })

  it('lets a caller leave', async () => {
    const { clock, sender } = await full()
    const caller = new AbortController()
    const send = sender.connection.send(1, ascii('x'), { signal: caller.signal })
    caller.abort()
    await expect(send).rejects.toMatchObject({ code: 'PEX_ABORTED' })
    await expect(sender.connection.send(1, ascii('x'), { signal: caller.signal })).rejects.toMatchObject({
      code: 'PEX_ABORTED'
    })
    sender.connection.stop()
    expect(clock.pending).toBe(0)
  })

  it('lets no more than 1 024 callers wait', async () => {
    const { sender } = await full()
    const sends = Array.from({ length: 1_025 }, () => sender.connection.send(1, ascii('x')))
    expect(await sends.at(-1)).toBe(false)
    sender.connection.stop()
    expect((await Promise.all(sends)).every(sent => !sent)).toBe(true)
  })
})

describe('channels', () => {
  it('share the bandwidth by their priorities', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    const channels = [1, 2, 5].map(priority => ({ id: priority, priority, sendQueueCapacity: 1 }))
    const { connection } = peer(wire, clock, { channels, sendRate: 512_000 })
    for (const { id } of channels) connection.trySend(id, new Uint8Array(3_000_000))
    await clock.advance(1_900)
    const shares = new Map<string, number>()
    for (const packet of packetsOn(wire)) {
      const [id] = packet.split(':')
      shares.set(id!, (shares.get(id!) ?? 0) + 1)
    }
    const least = shares.get('1')!
    expect(least).toBeGreaterThan(90)
    expect(shares.get('2')! / least).toBeCloseTo(2, 1)
    expect(shares.get('5')! / least).toBeCloseTo(5, 1)
  })

  it('of the lowest priority are never starved', async () => {
    const { clock, a, b } = two(virtualClock(), {
      channels: [
        { id: 1, priority: 1 },
        { id: 2, priority: 100, sendQueueCapacity: 100 }
      ],
      sendRate: 102_400
    })
    for (let i = 0; i < 100; i++) a.connection.trySend(2, new Uint8Array(10_000))
    a.connection.trySend(1, ascii('small'))
    await clock.advance(200)
    expect(b.received.some(([channel]) => channel === 1)).toBe(true)
  })

  it('that were busy long ago have no disadvantage now', async () => {
    const clock = virtualClock()
    const { connection } = peer(new Wire(), clock, never)
    connection.trySend(1, new Uint8Array(10_000))
    await clock.advance(1_999)
    const [before] = connection.status().channels
    expect(before!.recentlySent).toBe(10_000 + 9 * 10 + 12)
    await clock.advance(1)
    expect(connection.status().channels[0]!.recentlySent).toBe(Math.floor(before!.recentlySent * 0.8))
    await clock.advance(60_000)
    expect(connection.status().channels[0]!.recentlySent).toBeLessThan(20)
  })

  it('above 127 work as well, though CometBFT counts them a byte too long', async () => {
    const { clock, a, b } = two(virtualClock(), { channels: [{ id: 255 }], maxReceivedPayloadBytes: 1_025 })
    a.connection.trySend(255, new Uint8Array(1_500))
    await clock.advance(10)
    expect(b.received.map(([channel, { length }]) => [channel, length])).toEqual([[255, 1_500]])
  })
})

describe('the rate', () => {
  it('out is held to the byte over ten seconds', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    const { connection } = peer(wire, clock, { sendRate: 50_000 })
    connection.trySend(1, new Uint8Array(5_000_000))
    await clock.advance(10_000)
    expect(wire.sent.length).toBeGreaterThan(490_000)
    // A batch may begin while the window has a byte left.
    expect(wire.sent.length).toBeLessThan(500_000 + 5_000 + 10 * 1_040)
    expect(connection.status().sent.rate).toBeGreaterThan(40_000)
  })

  it('in is held too, and the other side waits', async () => {
    const [left, right] = duplexPair()
    const clock = virtualClock()
    const a = peer(left, clock, { sendRate: 0, channels: [{ id: 1, sendQueueCapacity: 1_000 }] })
    const b = peer(right, clock, { receiveRate: 20_000, channels: [{ id: 1 }] })
    for (let i = 0; i < 500; i++) a.connection.trySend(1, new Uint8Array(1_000))
    await clock.advance(5_000)
    const { received } = b.connection.status()
    expect(received.bytes).toBeGreaterThan(98_000)
    expect(received.bytes).toBeLessThan(100_000 + 2_000 + 1_040)
    expect(a.connection.status().channels[0]!.sendQueueSize).toBeGreaterThan(200)
    expect([a.errors, b.errors]).toEqual([[], []])
  })

  it('does not hold back a pong', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    const { connection } = peer(wire, clock, { sendRate: 1_000 })
    connection.trySend(1, new Uint8Array(100_000))
    await clock.advance(15)
    await wire.feed(bytesOf('020a00'))
    await clock.settle()
    expect(packetsOn(wire).at(-1)).toBe('pong')
  })
})

describe('pings', () => {
  it('go out every minute, and with pongs nothing happens', async () => {
    const { clock, a, b } = two()
    await clock.advance(10 * 60_000)
    expect(a.connection.status().sent.bytes).toBe(10 * 3 + 10 * 3)
    expect([a.errors, b.errors]).toEqual([[], []])
    expect([a.connection.isRunning, b.connection.isRunning]).toEqual([true, true])
  })

  it('without a pong within 45 seconds end the connection', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    const { connection, errors } = peer(wire, clock)
    await clock.advance(60_000 + 44_999)
    expect(packetsOn(wire)).toEqual(['ping'])
    expect(connection.isRunning).toBe(true)
    await clock.advance(1)
    expect(errors).toMatchObject([{ code: 'PEX_TIMEOUT' }])
    expect(wire.aborted).toBeDefined()
    expect(clock.pending).toBe(0)
  })

  it('without a pong end it even while messages come: only a pong says that ours arrive', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    const { received, errors } = peer(wire, clock)
    for (let s = 0; s < 104; s++) {
      await clock.advance(1_000)
      await wire.feed(bytesOf(abc))
    }
    expect(errors).toEqual([])
    await clock.advance(1_000)
    expect(received.length).toBe(104)
    expect(errors).toMatchObject([{ code: 'PEX_TIMEOUT' }])
  })

  it('survive pongs that nobody asked for', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    const { errors } = peer(wire, clock)
    await wire.feed(bytesOf('021200021200021200'))
    await clock.advance(60_000)
    expect(packetsOn(wire)).toEqual(['ping'])
    await wire.feed(bytesOf('021200'))
    await clock.advance(50_000)
    expect(errors).toEqual([])
  })

  it('of the other side are answered, each that waits for its answer', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    peer(wire, clock)
    for (let i = 0; i < 3; i++) {
      await wire.feed(bytesOf('020a00'))
      await clock.settle()
    }
    expect(packetsOn(wire)).toEqual(['pong', 'pong', 'pong'])
  })

  it('by the thousand get few pongs, and take no memory', async () => {
    const clock = virtualClock()
    const wire = new Wire()
    const { connection } = peer(wire, clock, never)
    await wire.feed(concat(Array.from({ length: 10_000 }, () => bytesOf('020a00'))))
    await clock.settle()
    expect(packetsOn(wire).length).toBeLessThan(3)
    expect(connection.isRunning).toBe(true)
  })
})

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
