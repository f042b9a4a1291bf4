import { limits } from '@pex/core'
import type { Frame } from '@pex/broadcast'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bounds, maxPayloadBytes } from '../src/bounds.ts'
import { decode, encode, protocolBytes, sizeOf } from '../src/codec.ts'
import { broadcastRejections } from '../src/counts.ts'
import type { BroadcastRejection } from '../src/counts.ts'
import { data, message } from './kit.ts'

const id = 'ab'.repeat(32)
const whole = encode([data(message(7))])
const changed = (at: number, ...values: number[]): Uint8Array => {
  const copy = whole.slice()
  copy.set(values, at)
  return copy
}
const threeBytes = (value: number): number[] => [value >>> 16, (value >>> 8) & 0xff, value & 0xff]
const list = (kind: number, count: number, each: number): Uint8Array => {
  const bytes = new Uint8Array(3 + count * each).fill(1)
  bytes.set([kind, count >> 8, count & 0xff])
  return bytes
}

/** Bytes that are no frames, by what is wrong with them. */
const corpus: readonly (readonly [BroadcastRejection, string, Uint8Array])[] = [
  ['unknown-kind', 'a kind that there is none of', Uint8Array.of(4)],
  ['unknown-kind', 'something behind a message', Uint8Array.of(...whole, 9)],
  ['truncated', 'a kind alone', Uint8Array.of(0)],
  ['truncated', 'half a nonce', whole.subarray(0, 12)],
  ['truncated', 'a head alone', whole.subarray(0, 20)],
  ['truncated', 'half a name', whole.subarray(0, 22)],
  ['truncated', 'a payload that lacks its last byte', whole.subarray(0, -1)],
  ['bad-hop', 'a message that has come no hop', changed(1, 0)],
  ['bad-protocol', 'an empty name', changed(16, 0)],
  ['bad-protocol', 'a name of 65 bytes', changed(16, 65)],
  ['bad-protocol', 'a name that is no UTF-8', changed(20, 0xff)],
  ['oversize', 'a payload of 16 MiB', changed(17, 255, 255, 255)],
  ['oversize', 'a payload of one byte too many', changed(17, ...threeBytes(maxPayloadBytes + 1))],
  ['truncated', 'an announcement without a count', Uint8Array.of(1, 0)],
  ['truncated', 'an announcement of ids that are not there', list(1, 2, 33).subarray(0, 60)],
  ['too-many-ids', 'an announcement of 497', list(1, bounds.announced + 1, 33)],
  ['too-many-ids', 'an announcement of 65 535 that are not there', Uint8Array.of(1, 255, 255)],
  ['bad-hop', 'an announced message that has come no hop', Uint8Array.of(1, 0, 1, 0, ...new Uint8Array(32))],
  ['truncated', 'a graft of ids that are not there', list(2, 2, 32).subarray(0, 66)],
  ['too-many-ids', 'a graft of 65', list(2, bounds.grafted + 1, 32)],
  ['too-many-frames', '257 prunes', new Uint8Array(bounds.frames + 1).fill(3)]
]

it('a payload that was read keeps nothing else alive: neither the frames around it, nor the slab of a Buffer', () => {
  for (const bytes of [whole, Buffer.from(whole)]) {
    const frames = decode(bytes)
    if (typeof frames === 'string' || frames[0]?.kind !== 'data') throw new Error('it was not read')
    const { payload } = frames[0].message
    expect(payload.buffer.byteLength).toBe(payload.length)
  }
})

describe('bytes that are no frames', () => {
  it.each(corpus)('%s: %s', (reason, _, bytes) => {
    expect(decode(bytes)).toBe(reason)
  })

  it('every reason that bytes can have is among them', () => {
    const named = new Set(corpus.map(([reason]) => reason))
    expect(broadcastRejections.slice(0, 7).filter(reason => !named.has(reason))).toEqual([])
  })

  it('any bytes are frames or have a reason; nothing is thrown, and frames say the same again', () => {
    const mutated = fc
      .tuple(fc.array(frame(), { maxLength: 4 }), fc.nat(), fc.nat(255))
      .map(([frames, at, value]) => {
        const bytes = encode(frames)
        if (bytes.length > 0) bytes[at % bytes.length] = value
        return bytes
      })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), bytes => {
        const frames = decode(bytes)
        if (typeof frames === 'string') expect(broadcastRejections).toContain(frames)
        else expect(encode(frames)).toEqual(bytes)
      }),
      { numRuns: 2_000 }
    )
  })
})

function frame(): fc.Arbitrary<Frame> {
  const hex = (length: number): fc.Arbitrary<string> =>
    fc.uint8Array({ minLength: length, maxLength: length }).map(bytes => Buffer.from(bytes).toString('hex'))
  const ids = hex(32)
  const hop = fc.integer({ min: 1, max: 255 })
  const name = fc
    .string({ minLength: 1, maxLength: 16, unit: 'grapheme' })
    .filter(name => protocolBytes(name) !== undefined)
  return fc.oneof(
    fc
      .record({
        protocol: name,
        publishedAt: fc.nat({ max: 2 ** 48 - 1 }),
        nonce: hex(8),
        payload: fc.uint8Array({ maxLength: 100 })
      })
      .chain(message => hop.map(hop => data(message, hop))),
    fc
      .array(fc.record({ hop, id: ids }), { maxLength: 5 })
      .map(announced => ({ kind: 'announce' as const, announced })),
    fc.array(ids, { maxLength: 5 }).map(ids => ({ kind: 'graft' as const, ids })),
    fc.constant({ kind: 'prune' as const })
  )
}

describe('frames', () => {
  it('are read as they were written, and take the bytes that are foretold', () => {
    fc.assert(
      fc.property(fc.array(frame(), { maxLength: 6 }), frames => {
        const bytes = encode(frames)
        expect(bytes.length).toBe(frames.reduce((sum, frame) => sum + sizeOf(frame), 0))
        expect(decode(bytes)).toEqual(frames)
      })
    )
  })

  it('hold nothing of the bytes that they came in', () => {
    const bytes = encode([data(message(7))])
    const frames = decode(bytes)
    bytes.fill(0)
    expect(frames).toEqual([data(message(7))])
  })

  it('with the longest payload and name fit into a message of the transport', () => {
    const longest = message(new Uint8Array(maxPayloadBytes), { protocol: 'x'.repeat(64) })
    expect(encode([data(longest)]).length).toBe(limits.maxMessageBytes)
    expect(decode(encode([data(longest)]))).toHaveLength(1)
  })

  it('name messages by what they are, never by what a sender says', () => {
    const bytes = encode([{ ...data(message(7)), id } as Frame])
    expect(decode(bytes)).toEqual([data(message(7))])
  })

  it.each(['', 'x'.repeat(65), '\ud800'])('no protocol is called %j', name => {
    expect(protocolBytes(name)).toBeUndefined()
  })
})
