import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isRejection, limits } from '@pex/core'
import type { Descriptor } from '@pex/core'
import { pack, writeMessage } from '@pex/wire/capnp'
import { casmWire, decodeGossip, encodeGossip } from '@pex/wire/casm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compress, decompress } from '../../src/lz4/index.ts'

interface Vector {
  readonly name: string
  readonly records: readonly { readonly hop: number; readonly envelope: string; readonly packed: string }[]
  readonly stream: string
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'vectors', 'casm', 'gossip.json'), 'utf8')
) as Vector[]

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const descriptor = (hop: number, envelope: Uint8Array): Descriptor => ({
  hop,
  record: { id: 'a', seq: 1n, addresses: [], envelope }
})
const reasonOf = (bytes: Uint8Array): string | undefined => {
  const decoded = decodeGossip(bytes)
  return isRejection(decoded) ? decoded.reason : undefined
}
/** One record as casm packs it. */
const packed = (hop: number, envelope: Uint8Array): Uint8Array => {
  const data = new Uint8Array(8)
  data[0] = hop
  return pack(writeMessage({ data, pointers: [{ data: envelope }] }))
}
const stream = (...parts: readonly Uint8Array[]): Uint8Array =>
  compress(new Uint8Array(parts.flatMap(part => [...part])))

describe('what a Go node sends', () => {
  it.each(vectors)('is read: $name', ({ records, stream: sent }) => {
    expect(decodeGossip(bytesOf(sent))).toEqual(
      records.map(({ hop, envelope }) => ({
        hop: Math.min(hop, limits.memoryHop - 1),
        envelope: bytesOf(envelope)
      }))
    )
  })

  it.each(vectors)('is what we send, but for the compression: $name', ({ records, stream: sent }) => {
    if (records.some(({ hop }) => hop >= limits.memoryHop)) return
    const encoded = encodeGossip(records.map(({ hop, envelope }) => descriptor(hop, bytesOf(envelope))))!
    const within = { maxBytes: 100_000 }
    expect(decompress(encoded, within)).toEqual(decompress(bytesOf(sent), within))
    expect(encoded.length).toBeLessThanOrEqual(1.1 * sent.length)
  })
})

describe('what is not an exchange has a name', () => {
  const own = packed(
    0,
    new Uint8Array(100).map((_, i) => (i * 37) & 255)
  )
  it.each<[string, string, Uint8Array]>([
    ['nothing', 'no-records', new Uint8Array()],
    ['a frame of nothing', 'no-records', stream()],
    ['something else than LZ4', 'bad-encoding', new Uint8Array(100)],
    ['a stream that breaks off', 'truncated', stream(own).subarray(0, 40)],
    ['a message that breaks off', 'truncated', stream(own.subarray(0, own.length - 3))],
    ['a record too long for casm', 'record-oversize', stream(packed(1, new Uint8Array(2_048).fill(1)), own)],
    ['one record too many', 'too-many-records', stream(...Array<Uint8Array>(33).fill(own))],
    [
      'a root that is a list',
      'bad-encoding',
      stream(pack(new Uint8Array([0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0])))
    ],
    ['zeros without end', 'oversize', stream(new Uint8Array(2_000).map((_, i) => (i % 2 === 0 ? 0 : 255)))],
    ['more than any message', 'oversize', new Uint8Array(limits.maxMessageBytes + 1)]
  ])('%s: %s', (_, reason, bytes) => {
    expect(reasonOf(bytes)).toBe(reason)
  })

  it('a bomb is refused before there is memory for what it unfolds to', () => {
    const bomb = compress(new Uint8Array(8_000_000))
    expect(bomb.length).toBeLessThan(limits.maxMessageBytes)
    collectGarbage()
    const before = process.memoryUsage().arrayBuffers
    expect(reasonOf(bomb)).toBe('oversize')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000)
  })

  it('a null envelope is an empty one, which no signature will fit', () => {
    expect(
      decodeGossip(stream(pack(writeMessage({ data: new Uint8Array(8), pointers: [undefined] }))))
    ).toEqual([{ hop: 0, envelope: new Uint8Array() }])
  })
})

describe('the wire of casm', () => {
  it('does not tell of those who are only remembered', () => {
    const envelope = new Uint8Array(200)
    const descriptors = [3, limits.memoryHop, limits.maxHop, 0].map(hop => descriptor(hop, envelope))
    const reply = { type: 'reply', descriptors, picks: undefined, averages: [] } as const
    expect(decodeGossip(casmWire().encode(reply)!)).toEqual([
      { hop: 3, envelope },
      { hop: 0, envelope }
    ])
  })
})

describe('encodeGossip', () => {
  const envelope = fc.uint8Array({ minLength: 1, maxLength: 2_000 })
  const some = fc.array(fc.tuple(fc.integer({ min: 0, max: limits.memoryHop - 1 }), envelope), {
    minLength: 1,
    maxLength: limits.maxRecords
  })

  it('gives what decodes to the same', () => {
    fc.assert(
      fc.property(some, entries => {
        const encoded = encodeGossip(entries.map(([hop, bytes]) => descriptor(hop, bytes)))!
        expect(decodeGossip(encoded)).toEqual(entries.map(([hop, bytes]) => ({ hop, envelope: bytes })))
      })
    )
  })

  it('leaves out what casm would not read; without the own record there is no exchange', () => {
    const [long, short] = [new Uint8Array(2_048), new Uint8Array(200)]
    const encoded = encodeGossip([descriptor(3, long), descriptor(2, short), descriptor(0, short)])!
    expect(decodeGossip(encoded)).toEqual([
      { hop: 2, envelope: short },
      { hop: 0, envelope: short }
    ])
    expect(encodeGossip([descriptor(2, short), descriptor(0, long)])).toBeUndefined()
  })
})

it('any bytes are read or refused, and never throw', () => {
  const changes = fc.array(fc.tuple(fc.nat(4_000), fc.nat(255)), { maxLength: 6 })
  fc.assert(
    fc.property(fc.constantFrom(...vectors), changes, fc.boolean(), ({ stream: sent }, all, inside) => {
      const bytes = bytesOf(sent)
      const target = inside ? (decompress(bytes, { maxBytes: 100_000 }) as Uint8Array) : bytes
      for (const [at, to] of all) target[at % target.length] = to
      const decoded = decodeGossip(inside ? compress(target) : target)
      if (!isRejection(decoded)) expect(decoded.length).toBeLessThanOrEqual(limits.maxRecords)
    }),
    { numRuns: 2_000 }
  )
})

/** So that what was made before does not count for what is made now. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  // The second waits for what the first has begun.
  for (let i = 0; i < 2; i++) runInNewContext('gc()')
}
