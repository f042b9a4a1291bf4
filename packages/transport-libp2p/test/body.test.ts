import { limits } from '@pex/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyError, BodyReader, frame } from '../src/body.ts'

function read(chunks: readonly Uint8Array[]): Uint8Array | undefined {
  const reader = new BodyReader()
  for (const chunk of chunks) reader.push(chunk)
  return reader.body
}

/** The bytes in chunks that end at the given places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map(place => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
}

describe('a body on the wire', () => {
  it('arrives whole, however it is cut up', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40_000 }), fc.array(fc.nat()), (body, places) => {
        expect(read(cut(frame(body), places))).toEqual(body)
      })
    )
  })

  it.each([0, 1, 127, 128, 16_383, 16_384, limits.maxMessageBytes])('may have %i bytes', length => {
    const body = new Uint8Array(length).fill(7)
    expect(read([frame(body)])).toEqual(body)
  })

  it('is not complete before its last byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), (body, place) => {
        const framed = frame(body)
        expect(read([framed.subarray(0, place % framed.length)])).toBeUndefined()
      })
    )
  })

  it('is refused as soon as its length is over the limit', () => {
    const tooLong = frame(new Uint8Array(limits.maxMessageBytes + 1)).subarray(0, 3)
    expect(() => read([tooLong])).toThrow(BodyError)
    expect(() => read([Uint8Array.of(0x80, 0x80, 0x80)]), 'the length goes on for ever').toThrow(BodyError)
  })

  it('is refused when bytes follow it', () => {
    expect(() => read([frame(Uint8Array.of(1, 2)), Uint8Array.of(3)])).toThrow(BodyError)
    expect(() => read([Uint8Array.of(0, 0)])).toThrow(BodyError)
  })

  it('any bytes are a body, an unfinished body, or refused; never more memory than twice what came', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), chunks => {
        try {
          const body = read(chunks)
          const arrived = chunks.reduce((sum, { length }) => sum + length, 0)
          if (body !== undefined) expect(body.length).toBeLessThan(arrived)
          if (body !== undefined)
            expect(body.buffer.byteLength).toBeLessThanOrEqual(Math.max(2 * arrived, 1_024))
        } catch (error) {
          expect(error).toBeInstanceOf(BodyError)
        }
      })
    )
  })

  it('takes no memory for what is only promised', () => {
    const promise = frame(new Uint8Array(limits.maxMessageBytes)).subarray(0, 4)
    const before = process.memoryUsage().arrayBuffers
    const readers = Array.from({ length: 1_000 }, () => new BodyReader())
    for (const reader of readers) reader.push(promise)
    const grown = process.memoryUsage().arrayBuffers - before
    expect(readers.every(({ body }) => body === undefined)).toBe(true)
    expect(grown, 'of 64 MB promised').toBeLessThanOrEqual(4_000_000)
  })
})
