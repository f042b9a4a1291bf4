/** Against capnp-es, in both directions: what one writes the other reads. It is never given bytes that are not its or ours. */
import { pack, writeMessage } from '@pex/wire/capnp'
import type { Pointee, StructValue } from '@pex/wire/capnp'
import { CompositeList, Message, ObjectSize, Struct, utils } from 'capnp-es'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readNode, readPackedNode } from './words.ts'
import type { Node } from './words.ts'

class Oracle extends Struct {
  static override readonly _capnp = {
    displayName: 'Node',
    id: 'a000000000000001',
    size: new ObjectSize(8, 5)
  }
}
const Oracles = CompositeList(Oracle)

const { getData, getList, getStruct, getText, getUint64, initData, initList, initStructAt, isNull } = utils
const { getPointer, setText, setUint64 } = utils

/** A node without its list of parts, which capnp-es has no easy reader for. */
type Plain = Pick<Node, 'number' | 'text' | 'bytes'> & {
  next: Plain | undefined
  nodes: readonly Plain[] | undefined
}

const { node } = fc.letrec<{ node: Plain }>(tie => ({
  node: fc.record({
    number: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    next: fc.option(tie('node'), { nil: undefined, maxDepth: 4 }),
    text: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
    bytes: fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: undefined }),
    nodes: fc.option(fc.array(tie('node'), { minLength: 1, maxLength: 3 }), { nil: undefined, maxDepth: 3 })
  }) as fc.Arbitrary<Plain>
}))

function toStruct({ number, next, text, bytes, nodes }: Plain): StructValue {
  const data = new Uint8Array(8)
  new DataView(data.buffer).setBigUint64(0, number, true)
  const pointers: (Pointee | undefined)[] = [
    next && { struct: toStruct(next) },
    text === undefined ? undefined : { text },
    undefined,
    bytes && { data: bytes },
    nodes && { structs: nodes.map(toStruct) }
  ]
  return { data, pointers }
}

function fill(target: Struct, { number, next, text, bytes, nodes }: Plain): void {
  setUint64(0, number, target)
  if (next !== undefined) fill(initStructAt(0, Oracle, target), next)
  if (text !== undefined) setText(1, text, target)
  if (bytes !== undefined) initData(3, bytes.length, target).copyBuffer(bytes)
  if (nodes !== undefined) {
    const list = initList(4, Oracles, nodes.length, target)
    for (const [i, inner] of nodes.entries()) fill(list[i]!, inner)
  }
}

function read(source: Struct): Plain {
  const has = (index: number): boolean => !isNull(getPointer(index, source))
  return {
    number: getUint64(0, source),
    next: has(0) ? read(getStruct(0, Oracle, source)) : undefined,
    text: has(1) ? getText(1, source) : undefined,
    bytes: has(3) ? new Uint8Array(getData(3, source).toUint8Array()) : undefined,
    nodes: has(4) ? Array.from(getList(4, Oracles, source), inner => read(inner)) : undefined
  }
}

function plain(found: unknown): unknown {
  const { number, next, text, bytes, nodes } = found as Node
  return { number, next: next && plain(next), text, bytes, nodes: nodes?.map(plain) }
}

describe('another implementation', () => {
  it('reads what we write, flat and packed', () => {
    fc.assert(
      fc.property(node, value => {
        const flat = writeMessage(toStruct(value))
        expect(read(new Message(flat, false).getRoot(Oracle))).toEqual(value)
        expect(read(new Message(pack(flat), true).getRoot(Oracle))).toEqual(value)
      }),
      { numRuns: 200 }
    )
  })

  it('writes what we read, flat and packed', () => {
    fc.assert(
      fc.property(node, value => {
        const message = new Message()
        fill(message.initRoot(Oracle), value)
        const flat = new Uint8Array(message.toArrayBuffer())
        expect(plain(readNode(flat))).toEqual(value)
        const packed = new Uint8Array(message.toPackedArrayBuffer())
        expect(plain(readPackedNode(packed))).toEqual(value)
        // Both pack in the one way that the reference implementation does.
        expect(pack(flat)).toEqual(packed)
      }),
      { numRuns: 200 }
    )
  })
})
