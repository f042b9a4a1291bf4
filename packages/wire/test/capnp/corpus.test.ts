import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isCapnpRejection, pack, readOnly, unpack, writeMessage } from '@pex/wire/capnp'
import type { Pointee, StructValue } from '@pex/wire/capnp'
import { describe, expect, it } from 'vitest'
import { corpus, folder } from './corpus.ts'
import { readNode, readPackedNode } from './words.ts'

const files = readdirSync(folder)

const reasons = [
  'oversize',
  'truncated',
  'trailing-bytes',
  'too-many-segments',
  'bad-pointer',
  'out-of-bounds',
  'bad-far-pointer',
  'traversal-limit',
  'nesting-limit',
  'bad-text'
]

function contentOf(file: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, file)))
}

describe("malformed Cap'n Proto", () => {
  it.each(files)('%s is rejected with the reason in its name', file => {
    const [reason, what] = file.split('--')
    const read = what!.startsWith('packed') ? readPackedNode : readNode
    expect(read(contentOf(file))).toMatchObject({ reason })
  })

  it('there is a file for each reason', () => {
    expect(new Set(files.map(file => file.split('--')[0]))).toEqual(new Set(reasons))
  })

  it('the files are what their script writes', () => {
    expect(files.sort()).toEqual(
      Object.keys(corpus)
        .map(name => `${name}.bin`)
        .sort()
    )
    for (const [name, bytes] of Object.entries(corpus))
      expect(readFileSync(join(folder, `${name}.bin`)).equals(bytes), name).toBe(true)
  })

  it('all of it together is refused within 8 MB', () => {
    const contents = files.map(file => [file, contentOf(file)] as const)
    const before = process.memoryUsage().arrayBuffers
    let highest = 0
    for (const [file, content] of contents) {
      const read = file.includes('--packed') ? readPackedNode : readNode
      expect(isCapnpRejection(read(content))).toBe(true)
      highest = Math.max(highest, process.memoryUsage().arrayBuffers - before)
    }
    expect(highest).toBeLessThan(8_000_000)
  })
})

describe('a message cut short at any offset', () => {
  const text: Pointee = { text: 'a text of some length' }
  const leaf: StructValue = { data: new Uint8Array(8).fill(1), pointers: [undefined, text] }
  const messages: StructValue[] = [
    { data: new Uint8Array(), pointers: [] },
    { data: new Uint8Array(8).fill(3), pointers: [] },
    leaf,
    { data: new Uint8Array(8), pointers: [{ struct: leaf }] },
    { data: new Uint8Array(8), pointers: [undefined, text, { pointers: [{ data: new Uint8Array(30) }] }] },
    {
      data: new Uint8Array(8),
      pointers: [undefined, undefined, { pointers: [] }, { data: new Uint8Array(100).fill(9) }]
    },
    {
      data: new Uint8Array(8),
      pointers: [undefined, undefined, undefined, undefined, { structs: [leaf, leaf] }]
    },
    {
      data: new Uint8Array(16).fill(255),
      pointers: [{ struct: { data: new Uint8Array(8), pointers: [{ struct: leaf }] } }]
    },
    { data: new Uint8Array(8), pointers: [undefined, { text: '' }] },
    { data: new Uint8Array(8), pointers: [undefined, undefined, undefined, { data: new Uint8Array(2000) }] }
  ]

  it.each(messages.map((value, i) => [i, value] as const))('is truncated: message %i', (_, value) => {
    const whole = writeMessage(value)
    expect(isCapnpRejection(readNode(whole))).toBe(false)
    for (let length = 0; length < whole.length; length++)
      expect(readOnly(whole.subarray(0, length))).toMatchObject({ reason: 'truncated' })
    const packed = pack(whole)
    for (let length = 0; length < packed.length; length++) {
      const cut = unpack(packed.subarray(0, length), { maxBytes: 65_536 })
      // Cut between two words, it is packed rightly and still no whole message.
      const read = isCapnpRejection(cut) ? cut : readOnly(cut)
      expect(read).toMatchObject({ reason: 'truncated' })
    }
  })
})
