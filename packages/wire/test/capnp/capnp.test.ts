import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isCapnpRejection, pack, readMessage, readOnly, unpack, writeMessage } from '@pex/wire/capnp'
import type { CapnpRejection, StructReader } from '@pex/wire/capnp'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  farPointer,
  listPointer,
  message,
  NULL,
  POINTER,
  readNode,
  readPackedNode,
  structPointer,
  UINT8
} from './words.ts'
import type { Word } from './words.ts'

const file = join(import.meta.dirname, '..', 'vectors', 'casm', 'gossip.json')

interface Gossip {
  readonly hop: number
  readonly envelope: string
  readonly flat: string
  readonly packed: string
}
const records = (JSON.parse(readFileSync(file, 'utf8')) as { records: Gossip[] }[]).flatMap(
  ({ records }) => records
)

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

/** The root of a message that is known to be right. */
function rootOf(flat: Uint8Array): StructReader {
  const read = readOnly(flat)
  if (isCapnpRejection(read)) throw new Error(read.reason)
  const root = read.root()
  if (root === undefined || isCapnpRejection(root)) throw new Error('no root')
  return root
}

describe('what Go wrote', () => {
  it.each(records)(
    'a record of hop $hop is read, and written the same to the byte',
    ({ hop, envelope, flat, packed }) => {
      const unpacked = unpack(bytes(packed), { maxBytes: 4096 })
      expect(unpacked).toEqual(bytes(flat))
      const root = rootOf(bytes(flat))
      // Beyond 2^53 a number of JSON is a neighbour of what was written.
      if (Number.isSafeInteger(hop)) expect(root.uint64(0)).toBe(BigInt(hop))
      expect(root.data(0)).toEqual(bytes(envelope))

      const data = new Uint8Array(8)
      new DataView(data.buffer).setBigUint64(0, root.uint64(0), true)
      const written = writeMessage({ data, pointers: [{ data: bytes(envelope) }] })
      expect(written).toEqual(bytes(flat))
      expect(pack(written)).toEqual(bytes(packed))
    }
  )
})

describe('what a pointer costs', () => {
  /** The root of three words and much padding, whose first pointer is this. */
  const rootWith = (...words: readonly Word[]): StructReader =>
    rootOf(message([structPointer(0, 0, 1), ...words, ...Array<Word>(200).fill(NULL)]))

  it('a list in a list counts as deeper, in a circle as well', () => {
    let list = rootWith(listPointer(0, POINTER, 1), listPointer(-1, POINTER, 1)).list(0)
    for (let depth = 0; depth < 64 && list !== undefined && !isCapnpRejection(list); depth++)
      list = list.list(0)
    expect(list).toEqual({ reason: 'nesting-limit' })
  })

  it('nothing is not free either, however often it is looked at', () => {
    const root = rootWith(listPointer(0, UINT8, 0))
    expect(root.data(0)).toEqual(new Uint8Array())
    const found = Array.from({ length: 2_000 }, () => root.list(0))
    expect(found.at(-1)).toEqual({ reason: 'traversal-limit' })
  })
})

describe('far pointers', () => {
  it('a struct in another segment is found by one pad', () => {
    const segments = message([farPointer(1, 1)], [NULL, structPointer(0, 1, 0), [42, 0]])
    expect(rootOf(segments).uint64(0)).toBe(42n)
  })

  it('a struct in a third segment is found by a pad of two words', () => {
    const segments = message(
      [farPointer(1, 0, true)],
      [farPointer(2, 1), structPointer(0, 1, 0)],
      [NULL, [43, 0]]
    )
    expect(rootOf(segments).uint64(0)).toBe(43n)
  })

  it('a list in a third segment is found by a pad of two words', () => {
    const node = [structPointer(0, 1, 2), [0, 0], NULL, farPointer(1, 0, true)] as const
    const segments = message(node, [farPointer(2, 0), listPointer(0, UINT8, 3)], [[0x0000_4241, 0]])
    expect(rootOf(segments).text(1)).toBe('AB')
  })
})

describe('a struct that is smaller than the reader expects', () => {
  it('has zeros where it has nothing', () => {
    const root = rootOf(message([structPointer(-1, 0, 0)]))
    expect([root.uint8(0), root.uint16(6), root.uint32(4), root.bool(3)]).toEqual([0, 0, 0, false])
    expect(root.uint64(0)).toBe(0n)
    expect([root.struct(0), root.list(0), root.data(3), root.text(0)]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined
    ])
  })

  it('a number that is only half there is 0', () => {
    const root = rootOf(message([structPointer(0, 1, 0), [0xffff_ffff, 0xffff_ffff]]))
    expect([root.uint32(6), root.uint16(7), root.uint8(8), root.uint8(-1)]).toEqual([0, 0, 0, 0])
    expect([root.uint8(7), root.uint16(6), root.uint32(4), root.bool(63)]).toEqual([
      255,
      65_535,
      2 ** 32 - 1,
      true
    ])
  })
})

describe('a stream', () => {
  it('gives one message after the other', () => {
    const first = writeMessage({ data: new Uint8Array(8).fill(1), pointers: [] })
    const second = writeMessage({ data: new Uint8Array(8).fill(2), pointers: [{ text: 'two' }] })
    const stream = new Uint8Array([...first, ...second])
    const one = readMessage(stream)
    expect(one).toMatchObject({ end: first.length })
    expect(readMessage(stream, first.length)).toMatchObject({ end: stream.length })
    expect(readMessage(stream, stream.length)).toMatchObject({ reason: 'truncated' })
  })

  it('a message is held to the caller’s limits', () => {
    const flat = writeMessage({
      data: new Uint8Array(80),
      pointers: [{ struct: { data: new Uint8Array(8), pointers: [] } }]
    })
    expect(readOnly(flat, { maxBytes: flat.length })).not.toHaveProperty('reason')
    expect(readOnly(flat, { maxBytes: flat.length - 1 })).toMatchObject({ reason: 'oversize' })
    const shallow = readOnly(flat, { maxDepth: 0 })
    const root = isCapnpRejection(shallow) ? shallow : shallow.root()
    expect((root as StructReader).struct(0)).toMatchObject({ reason: 'nesting-limit' })
    const poor = readOnly(flat, { traversalFactor: 0 }) as Exclude<
      ReturnType<typeof readOnly>,
      CapnpRejection
    >
    expect(poor.root()).toMatchObject({ reason: 'traversal-limit' })
  })

  it('reading one message again and again is reading too much of it', () => {
    const flat = writeMessage({ data: new Uint8Array(8), pointers: [] })
    const once = readOnly(flat) as Exclude<ReturnType<typeof readOnly>, CapnpRejection>
    const ends = Array.from({ length: 20 }, () => isCapnpRejection(once.root()))
    expect(ends).toContain(true)
    expect(ends[0]).toBe(false)
  })
})

describe('the writer', () => {
  it('refuses data of half a word: that is our own mistake', () => {
    expect(() => writeMessage({ data: new Uint8Array(4), pointers: [] })).toThrow('whole words')
    expect(() => pack(new Uint8Array(7))).toThrow('whole words')
    const structs = [
      { data: new Uint8Array(8), pointers: [] },
      { data: new Uint8Array(16), pointers: [] }
    ]
    expect(() => writeMessage({ data: new Uint8Array(), pointers: [{ structs }] })).toThrow('one shape')
  })
})

describe('any bytes', () => {
  it('are a message or a named rejection, flat or packed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), input => {
        for (const read of [readNode, readPackedNode]) {
          const node = read(input)
          expect(node === undefined || 'number' in node || isCapnpRejection(node)).toBe(true)
        }
      }),
      { numRuns: 3000 }
    )
  })

  it('that were a message before some were changed, likewise', () => {
    const leaf = {
      data: new Uint8Array(8).fill(1),
      pointers: [undefined, { text: 'leaf' }, undefined, undefined, undefined]
    }
    const whole = writeMessage({
      data: new Uint8Array(8).fill(5),
      pointers: [
        { struct: leaf },
        { text: 'text' },
        { pointers: [{ data: new Uint8Array(9).fill(2) }, undefined] },
        { data: new Uint8Array(20) },
        { structs: [leaf, leaf] }
      ]
    })
    expect(readNode(whole)).toMatchObject({ text: 'text', nodes: [{ text: 'leaf' }, { text: 'leaf' }] })
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), changes => {
        const input = whole.slice()
        for (const [place, value] of changes) input[place] = value
        const node = readNode(input)
        expect(node === undefined || 'number' in node || isCapnpRejection(node)).toBe(true)
      }),
      { numRuns: 5000 }
    )
  })

  it('that unpack are what packs to something that unpacks to the same', () => {
    const words = fc.array(fc.oneof(fc.constant(0), fc.nat(255), fc.constant(255)), { maxLength: 3000 })
    fc.assert(
      fc.property(words, fc.nat(20), (values, zeros) => {
        const flat = new Uint8Array(Math.ceil((values.length + zeros * 64) / 8) * 8)
        flat.set(values, zeros * 64)
        const packed = pack(flat)
        expect(packed.length).toBeLessThanOrEqual((flat.length / 8) * 10)
        expect(unpack(packed, { maxBytes: flat.length })).toEqual(flat)
        if (flat.length > 0)
          expect(unpack(packed, { maxBytes: flat.length - 1 })).toMatchObject({ reason: 'oversize' })
      }),
      { numRuns: 300 }
    )
  })
})
