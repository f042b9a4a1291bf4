/** Cap'n Proto messages put together word by word, right and wrong, without the writer; and a reader of all that is in one. */
import { isCapnpRejection, readOnly, unpack } from '@pex/wire/capnp'
import type { CapnpRejection, ListReader, StructReader } from '@pex/wire/capnp'

/** A word from its two halves. */
export type Word = readonly [low: number, high: number]

/** Words as they stand in memory. */
export function bytesOf(...words: readonly Word[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(words.length * 8))
  for (const [i, [low, high]] of words.entries()) {
    view.setUint32(i * 8, low, true)
    view.setUint32(i * 8 + 4, high, true)
  }
  return new Uint8Array(view.buffer)
}

/** A message of these segments. */
export function message(...segments: readonly (readonly Word[])[]): Uint8Array {
  const table = [segments.length - 1, ...segments.map(words => words.length)]
  if (table.length % 2 === 1) table.push(0)
  const head = table.flatMap((low, i): Word[] => (i % 2 === 0 ? [[low, table[i + 1]!]] : []))
  return bytesOf(...head, ...segments.flat())
}

export function structPointer(distance: number, dataWords: number, pointers: number): Word {
  return [(distance << 2) >>> 0, (dataWords | (pointers << 16)) >>> 0]
}

export function listPointer(distance: number, size: number, count: number): Word {
  return [((distance << 2) | 1) >>> 0, ((count << 3) | size) >>> 0]
}

export function farPointer(segment: number, offset: number, double: boolean = false): Word {
  return [((offset << 3) | (double ? 6 : 2)) >>> 0, segment]
}

export const NULL: Word = [0, 0]

export const UINT8 = 2
export const POINTER = 6
export const COMPOSITE = 7

/** A struct of one data word: another such struct, a text, and lists of data, of bytes and of such structs. */
export interface Node {
  readonly number: bigint
  readonly next: Node | undefined
  readonly text: string | undefined
  readonly parts: readonly (Uint8Array | undefined)[] | undefined
  readonly bytes: Uint8Array | undefined
  readonly nodes: readonly Node[] | undefined
}

/** Reads everything of a message of one node, or says what is wrong with it. */
export function readNode(bytes: Uint8Array): Node | undefined | CapnpRejection {
  const message = readOnly(bytes)
  if (isCapnpRejection(message)) return message
  const root = message.root()
  return root === undefined || isCapnpRejection(root) ? root : nodeOf(root)
}

/** The same for a message in packed form. */
export function readPackedNode(packed: Uint8Array): Node | undefined | CapnpRejection {
  const bytes = unpack(packed, { maxBytes: 65_536 })
  return isCapnpRejection(bytes) ? bytes : readNode(bytes)
}

function nodeOf(reader: StructReader): Node | CapnpRejection {
  const inner = reader.struct(0)
  if (isCapnpRejection(inner)) return inner
  const next = inner === undefined ? undefined : nodeOf(inner)
  if (isCapnpRejection(next)) return next
  const text = reader.text(1)
  if (isCapnpRejection(text)) return text
  const partList = reader.list(2)
  if (isCapnpRejection(partList)) return partList
  const parts = partList && all(partList, i => partList.data(i))
  if (isCapnpRejection(parts)) return parts
  const bytes = reader.data(3)
  if (isCapnpRejection(bytes)) return bytes
  const nodeList = reader.list(4)
  if (isCapnpRejection(nodeList)) return nodeList
  const nodes = nodeList && all(nodeList, i => inList(nodeList, i))
  if (isCapnpRejection(nodes)) return nodes
  return { number: reader.uint64(0), next, text, parts, bytes, nodes }
}

function inList(list: ListReader, index: number): Node | CapnpRejection {
  const reader = list.struct(index)
  return reader === undefined || isCapnpRejection(reader) ? reader! : nodeOf(reader)
}

function all<T>(list: ListReader, read: (index: number) => T | CapnpRejection): T[] | CapnpRejection {
  const items: T[] = []
  for (let i = 0; i < list.length; i++) {
    const item = read(i)
    if (isCapnpRejection(item)) return item
    items.push(item)
  }
  return items
}
