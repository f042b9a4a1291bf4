/** Parsers against bytes that nobody honest has written, and against every way to chunk those that somebody has. */
import { below } from '@pex/core'
import { seeded } from '@pex/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAuthSig, decodeEphemeral, encodeAuthSig } from '../src/handshake.ts'
import { Inlet } from '../src/inlet.ts'
import { decodePacket, msgPacketBytes, PING, PONG, writeMsgPacket } from '../src/packets.ts'
import type { Packet } from '../src/packets.ts'
import { Parser } from '../src/parser.ts'
import { bytesOf, concat, cut, hex } from './kit.ts'

const faults = ['bad-varint', 'oversize', 'malformed', 'unknown-packet', 'unknown-channel', undefined]

function encode(packet: Packet): Uint8Array {
  if (packet.kind !== 'msg') return packet.kind === 'ping' ? PING : PONG
  const { channel, eof, data } = packet
  const into = new Uint8Array(msgPacketBytes(channel, eof, data.length))
  expect(writeMsgPacket(into, 0, channel, eof, data)).toBe(into.length)
  return into
}

const packet: fc.Arbitrary<Packet> = fc.oneof(
  fc.constant<Packet>({ kind: 'ping' }),
  fc.constant<Packet>({ kind: 'pong' }),
  fc.record({
    kind: fc.constant('msg' as const),
    channel: fc.nat(255),
    eof: fc.boolean(),
    data: fc.uint8Array({ maxLength: 300 })
  })
)

/** What comes out of a stream: packets as text, then the fault. */
function read(chunks: Iterable<Uint8Array>, max: number = 1_034): string[] {
  const parser = new Parser(max)
  const found: string[] = []
  for (const chunk of chunks) {
    for (const bytes of parser.push(chunk)) {
      const decoded = decodePacket(bytes)
      found.push(typeof decoded === 'string' ? decoded : hex(encode(decoded)))
    }
  }
  return [...found, parser.fault ?? (parser.isPartial ? 'partial' : 'whole')]
}

describe('packets', () => {
  it('come out as they went in, however the stream is chunked', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 12 }), fc.integer(), (packets, seed) => {
        const encoded = packets.map(encode)
        expect(read(cut(seeded(seed), concat(encoded)))).toEqual([...encoded.map(hex), 'whole'])
      })
    )
  })

  it('of hostile bytes are the same however they are chunked, and every fault has a name', () => {
    fc.assert(
      fc.property(fc.array(packet), fc.uint8Array({ maxLength: 400 }), fc.integer(), (packets, rot, seed) => {
        const rng = seeded(seed)
        const bytes = concat([...packets.map(encode), rot])
        for (let i = below(rng, 3); i > 0 && bytes.length > 0; i--) {
          bytes[below(rng, bytes.length)]! ^= 1 << below(rng, 8)
        }
        const whole = read([bytes])
        expect(read(cut(rng, bytes))).toEqual(whole)
        expect(read(Array.from(bytes, byte => Uint8Array.of(byte)))).toEqual(whole)
      }),
      { numRuns: 300 }
    )
  })

  it('never throw, and are rejected for a reason of the list', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        const decoded = decodePacket(bytes)
        expect(faults).toContain(typeof decoded === 'string' ? decoded : undefined)
        for (const read of [decodeEphemeral(bytes), decodeAuthSig(bytes)]) expect(read).toBeDefined()
      }),
      { numRuns: 2_000 }
    )
  })

  it.each([
    ['nothing', '', 'unknown-packet'],
    ['a kind that there is not', '2200', 'unknown-packet'],
    ['a kind far away', 'fa0700', 'unknown-packet'],
    ['field number 0', '0200', 'malformed'],
    ['a field number of 33 bits', '82808080a00100', 'malformed'],
    ['a ping as a number', '0800', 'malformed'],
    ['a group', '0b0c', 'malformed'],
    ['a kind of field that there is not', '0f', 'malformed'],
    ['a ping with rot in it', '0a01ff', 'malformed'],
    ['a ping longer than it is', '0a0500', 'malformed'],
    ['a message with its data as a number', '1a021801', 'malformed'],
    ['a message with its channel as bytes', '1a020a00', 'malformed'],
    ['a message that ends in a field', '1a0108', 'malformed'],
    ['a varint of eleven bytes', '1a0c088080808080808080808001', 'malformed'],
    ['a varint of more than 64 bits', '1a0b08ffffffffffffffffff02', 'malformed'],
    ['channel 256', '1a03088002', 'unknown-channel'],
    ['channel -1', '1a0b08ffffffffffffffffff01', 'unknown-channel'],
    ['channel 2^32 + 1, which Go takes for 1', '1a06088180808010', 'unknown-channel']
  ])('of %s are rejected', (_what, bytes, fault) => {
    expect(decodePacket(bytesOf(bytes))).toBe(fault)
  })

  it('are read in any order, with fields to come, and the last of several counts', () => {
    const msg = { kind: 'msg', channel: 7, eof: true, data: Uint8Array.of(5) }
    expect(decodePacket(bytesOf('1a07 1a0105 1001 0807'))).toEqual(msg)
    expect(decodePacket(bytesOf('1a0e 0801 1a0109 0807 1a0105 1001 2002'))).toEqual(msg)
    expect(decodePacket(bytesOf('0a00 1a07 1a0105 1001 0807'))).toEqual(msg)
    expect(decodePacket(bytesOf('0a00 1200'))).toEqual({ kind: 'pong' })
    expect(decodePacket(bytesOf('0a00 25 01020304 21 0102030405060708 2a0109'))).toEqual({ kind: 'ping' })
  })

  it('of one byte more than allowed are rejected before anything is kept of them', () => {
    expect(read([bytesOf('8a08')])).toEqual(['partial'])
    expect(read([bytesOf('8b08')])).toEqual(['oversize'])
    expect(read([bytesOf('ffffffffffffffffff7f')])).toEqual(['oversize'])
    expect(read([bytesOf('8080808080808080808001')])).toEqual(['bad-varint'])
  })

  it('with a length that takes more bytes than it needs are taken, as Go does', () => {
    expect(read([bytesOf('8280000a00')])).toEqual(['020a00', 'whole'])
  })
})

describe('the proof of a handshake', () => {
  it('comes out as it went in', () => {
    const publicKey = new Uint8Array(32).fill(9)
    const signature = new Uint8Array(64).fill(8)
    expect(decodeAuthSig(encodeAuthSig({ publicKey, signature }))).toEqual({ publicKey, signature })
  })
})

describe('a channel’s way in', () => {
  it('puts any parts together, one message after the other', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.uint8Array({ maxLength: 3_000 }), { minLength: 1 })), messages => {
        const inlet = new Inlet(100_000)
        for (const parts of messages) {
          const taken = parts.map((part, i) => inlet.take(part, i === parts.length - 1))
          expect(taken.slice(0, -1).every(result => result === undefined)).toBe(true)
          expect(hex(taken.at(-1) as Uint8Array)).toBe(hex(concat(parts)))
        }
      })
    )
  })

  it('takes a message of exactly its bound, and not a byte more', () => {
    const inlet = new Inlet(10)
    expect(inlet.take(new Uint8Array(10), false)).toBeUndefined()
    expect(inlet.take(new Uint8Array(), true)).toEqual(new Uint8Array(10))
    expect(inlet.take(new Uint8Array(10), false)).toBeUndefined()
    expect(inlet.take(new Uint8Array(1), true)).toBe('message-oversize')
    expect(new Inlet(10).take(new Uint8Array(11), true)).toBe('message-oversize')
    expect(new Inlet(0).take(new Uint8Array(), true)).toEqual(new Uint8Array())
  })

  it('gives messages bytes of their own', () => {
    const part = new Uint8Array(10)
    expect((new Inlet(10).take(part, true) as Uint8Array).buffer).not.toBe(part.buffer)
  })

  it('holds memory for what has come, not for what may come, also of parts of one byte', () => {
    const before = process.memoryUsage().arrayBuffers
    const inlets = Array.from({ length: 100 }, () => new Inlet(22_020_096))
    for (const inlet of inlets) for (let i = 0; i < 5_000; i++) inlet.take(Uint8Array.of(1), false)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 4 * 5_000)
    expect(inlets.length).toBe(100)
  })
})
