/** MConnections in virtual time: one against a wire in the test's hands, or two against each other. */
import { virtualClock } from '@pex/testkit'
import { describe, expect, it } from 'vitest'
import { FlowMeter } from '../src/flow-meter.ts'
import { duplexPair } from '../src/index.ts'
import { abc, ascii, bytesOf, concat, hex, never, packetsOn, peer, two, Wire } from './kit.ts'
import type { Peer } from './kit.ts'

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

  it('is counted in windows that do not move, whenever it is looked at', () => {
    const meter = new FlowMeter(1_000, 0)
    meter.count(100, 0)
    expect(meter.waitMs(0)).toBe(100)
    expect(meter.waitMs(150)).toBe(0)
    meter.count(350, 150)
    expect(meter.waitMs(150)).toBe(250)
    expect(meter.waitMs(400)).toBe(0)
    expect(meter.flow(400)).toMatchObject({ bytes: 450 })
    expect(new FlowMeter(0, 0).waitMs(0)).toBe(0)
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
