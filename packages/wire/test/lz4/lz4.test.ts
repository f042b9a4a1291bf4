import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compress, decompress, isLz4Rejection, xxh32 } from '../../src/lz4/index.ts'

const text = new TextEncoder()
const maxBytes = 262_144

/** What the reference implementation, lz4 1.9.4, was given. */
const contents: Record<string, Uint8Array> = {
  empty: new Uint8Array(),
  one: text.encode('a'),
  short: text.encode('abcdefgh'),
  text: text.encode('peer exchange keeps a small random view; '.repeat(40)),
  zeros: new Uint8Array(70_000)
}
const frames = JSON.parse(readFileSync(join(import.meta.dirname, 'frames.json'), 'utf8')) as {
  content: string
  how: string
  frame: string
}[]
const frameOf = (content: string, how: string): Uint8Array => {
  const { frame } = frames.find(each => each.content === content && each.how === how)!
  return new Uint8Array(Buffer.from(frame, 'base64'))
}
const reasonOf = (bytes: Uint8Array, most: number = maxBytes): string | undefined => {
  const out = decompress(bytes, { maxBytes: most })
  return isLz4Rejection(out) ? out.reason : undefined
}
const changed = (frame: Uint8Array, at: number, to: number): Uint8Array => {
  const copy = frame.slice()
  copy[at < 0 ? copy.length + at : at] = to
  return copy
}
/** The header with its checksum set right. */
const sealed = (frame: Uint8Array, end: number): Uint8Array =>
  changed(frame, end, (xxh32(frame, 4, end) >>> 8) & 0xff)

describe('xxh32', () => {
  it.each([
    ['', 0x02cc5d05],
    ['a', 0x550d7456],
    ['abc', 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0xe2293b2f]
  ])('of "%s" is as published', (of, hash) => {
    expect(xxh32(text.encode(of))).toBe(hash)
  })
})

describe('frames of the reference implementation', () => {
  it.each(frames)('are read: $content, $how', ({ content, how }) => {
    expect(decompress(frameOf(content, how), { maxBytes })).toEqual(contents[content])
  })

  it('are read one after the other, with skippable ones between, which hold nothing', () => {
    const skippable = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]
    const both = new Uint8Array([...frameOf('short', 'plain'), ...skippable, ...frameOf('one', 'best')])
    expect(decompress(both, { maxBytes })).toEqual(text.encode('abcdefgha'))
    expect(decompress(new Uint8Array(skippable), { maxBytes })).toEqual(new Uint8Array())
    expect(decompress(new Uint8Array(), { maxBytes })).toEqual(new Uint8Array())
    expect(reasonOf(both, 8)).toBe('oversize')
  })

  it.each(frames)('are not read where anything is missing or changed: $content, $how', ({ content, how }) => {
    const frame = frameOf(content, how)
    for (let length = 1; length < frame.length; length += length > 64 ? 7 : 1)
      expect(reasonOf(frame.subarray(0, length)), `${length} bytes`).toBe('truncated')
    if (how === 'no checksum') return
    for (let bit = 32; bit < frame.length * 8; bit += bit > 512 ? 13 : 1) {
      const damaged = changed(frame, bit >>> 3, frame[bit >>> 3]! ^ (1 << (bit & 7)))
      const out = decompress(damaged, { maxBytes })
      // Among zeros, a copy from elsewhere is the same copy.
      if (!isLz4Rejection(out)) expect(out, `bit ${bit}`).toEqual(contents[content])
    }
  })
})

describe('what is wrong with a frame has a name', () => {
  const plain = frameOf('text', 'plain')
  const checked = frameOf('text', 'block checksums')
  it.each<[string, Uint8Array]>([
    ['bad-magic', changed(plain, 0, 5)],
    ['bad-magic', new Uint8Array([...plain, 2, 0x21, 0x4c, 0x18])],
    ['bad-version', sealed(changed(plain, 4, 0x84), 6)],
    ['reserved-bits', sealed(changed(plain, 4, plain[4]! | 2), 6)],
    ['reserved-bits', sealed(changed(plain, 5, 0x41), 6)],
    ['dictionary', sealed(changed(plain, 4, plain[4]! | 1), 6)],
    ['bad-block-size', sealed(changed(plain, 5, 0x30), 6)],
    ['bad-block-size', changed(plain, 9, 0x7f)],
    ['header-checksum', changed(plain, 6, plain[6]! ^ 1)],
    ['block-checksum', changed(checked, 20, checked[20]! ^ 1)],
    ['content-checksum', changed(plain, -1, plain.at(-1)! ^ 1)],
    ['content-size', sealed(changed(frameOf('text', 'content size'), 6, 1), 14)],
    ['oversize', sealed(changed(frameOf('text', 'content size'), 13, 255), 14)],
    ['truncated', new Uint8Array([0x50, 0x2a, 0x4d, 0x18, 255, 255, 255, 255])]
  ])('%s', (reason, frame) => {
    expect(reasonOf(frame)).toBe(reason)
  })

  it('bad-offset, for a copy from before the beginning or from nowhere', () => {
    const frame = (...block: number[]): Uint8Array =>
      sealed(
        new Uint8Array([4, 0x22, 0x4d, 0x18, 0x60, 0x40, 0, block.length, 0, 0, 0, ...block, 0, 0, 0, 0]),
        6
      )
    expect(decompress(frame(0x10, 7, 1, 0, 0x10, 8), { maxBytes })).toEqual(
      new Uint8Array([7, 7, 7, 7, 7, 8])
    )
    expect(reasonOf(frame(0x10, 7, 2, 0, 0x10, 8))).toBe('bad-offset')
    expect(reasonOf(frame(0x10, 7, 0, 0, 0x10, 8))).toBe('bad-offset')
    expect(reasonOf(frame(0x10, 7, 1, 0)), 'a block that does not end with literals').toBe('truncated')
  })
})

describe('bombs', () => {
  /** A block that repeats one byte as often as its bytes allow. */
  const bomb = (bytes: number, code: number): Uint8Array => {
    const block = new Uint8Array(bytes).fill(255)
    block.set([0x1f, 0, 1, 0])
    block.set([0, 0x10, 0], bytes - 3)
    const frame = new Uint8Array(11 + bytes + 4)
    frame.set([4, 0x22, 0x4d, 0x18, 0x60, code << 4])
    new DataView(frame.buffer).setUint32(7, bytes, true)
    frame.set(block, 11)
    return sealed(frame, 6)
  }
  const claim = (size: number[]): Uint8Array =>
    sealed(new Uint8Array([4, 0x22, 0x4d, 0x18, 0x68, 0x70, ...size, 0, 0, 0, 0, 0]), 14)

  it.each<[string, Uint8Array, string]>([
    ['2 000 bytes that become 500 000', bomb(2_000, 7), 'oversize'],
    ['2 000 bytes in a block of 64 KiB', bomb(2_000, 4), 'bad-block-size'],
    ['a claim of 2^64 bytes', claim([255, 255, 255, 255, 255, 255, 255, 255]), 'oversize'],
    ['a claim of a gigabyte', claim([0, 0, 0, 64, 0, 0, 0, 0]), 'oversize'],
    [
      'many frames that are harmless each',
      new Uint8Array(Array.from({ length: 8 }, () => [...frameOf('zeros', 'plain')]).flat()),
      'oversize'
    ]
  ])('%s are refused before memory is asked for', (_, bytes, reason) => {
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < 20; i++) expect(reasonOf(bytes)).toBe(reason)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_048_576)
  })
})

describe('compress', () => {
  const some = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .array(fc.tuple(fc.uint8Array({ maxLength: 12 }), fc.nat(400)), { maxLength: 30 })
      .map(
        parts =>
          new Uint8Array(
            parts.flatMap(([piece, times]) => Array.from({ length: times }, () => [...piece]).flat())
          )
      )
  )

  it('gives a frame that decompresses to the same, no longer than it has to be', () => {
    fc.assert(
      fc.property(some, bytes => {
        const frame = compress(bytes)
        expect(decompress(frame, { maxBytes: bytes.length })).toEqual(bytes)
        expect(frame.length).toBeLessThanOrEqual(bytes.length + 15 + 4 * Math.ceil(bytes.length / 65_536))
      })
    )
  })

  it('keeps records small: what repeats is said once', () => {
    expect(compress(contents['text']!).length).toBeLessThan(contents['text']!.length / 10)
  })
})

it('any bytes are read or refused, and never throw', () => {
  fc.assert(
    fc.property(fc.nat(frames.length - 1), fc.array(fc.tuple(fc.nat(300), fc.nat(255))), (which, changes) => {
      const { content, how } = frames[which]!
      const bytes = frameOf(content, how).slice(0, 400)
      for (const [at, to] of changes) bytes[at % bytes.length] = to
      const out = decompress(bytes, { maxBytes: 65_536 })
      expect(isLz4Rejection(out) || out.length <= 65_536).toBe(true)
    }),
    { numRuns: 2_000 }
  )
})
