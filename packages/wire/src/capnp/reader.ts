/**
 * Structs and lists of a Cap'n Proto message. Fields of the data section have defaults, so reading them cannot fail: what a
 * shorter section does not hold is zero. Whatever lies behind a pointer gives what is asked for, nothing for a null pointer,
 * or a named rejection. Nothing is copied: bytes are windows on the message.
 */
import { capnpReject, isCapnpRejection } from './rejection.ts'
import type { CapnpRejection } from './rejection.ts'
import type { ListContent, StructContent, Traversal } from './traversal.ts'

type Maybe<T> = T | undefined | CapnpRejection

const WORD = 8
const BYTES = 2
const POINTERS = 6
const COMPOSITE = 7

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A struct within a message. Byte offsets count from the beginning of the data section, indices count pointers. */
export class StructReader {
  readonly #traversal: Traversal
  readonly #content: StructContent
  readonly #depth: number

  constructor(traversal: Traversal, content: StructContent, depth: number) {
    this.#traversal = traversal
    this.#content = content
    this.#depth = depth
  }

  /** The struct that the first word of the first segment points at. */
  static root(traversal: Traversal, depth: number): Maybe<StructReader> {
    if (traversal.first.byteLength < WORD) return capnpReject('truncated')
    return structAt(traversal, { segment: traversal.first, offset: 0 }, depth)
  }

  bool(bit: number): boolean {
    return (this.uint8(bit >>> 3) & (1 << (bit & 7))) !== 0
  }

  uint8(offset: number): number {
    return this.#holds(offset, 1) ? this.#content.segment.getUint8(this.#content.offset + offset) : 0
  }

  uint16(offset: number): number {
    return this.#holds(offset, 2) ? this.#content.segment.getUint16(this.#content.offset + offset, true) : 0
  }

  uint32(offset: number): number {
    return this.#holds(offset, 4) ? this.#content.segment.getUint32(this.#content.offset + offset, true) : 0
  }

  uint64(offset: number): bigint {
    return this.#holds(offset, 8)
      ? this.#content.segment.getBigUint64(this.#content.offset + offset, true)
      : 0n
  }

  struct(index: number): Maybe<StructReader> {
    const place = this.#pointer(index)
    return place === undefined ? undefined : structAt(this.#traversal, place, this.#depth - 1)
  }

  list(index: number): Maybe<ListReader> {
    const place = this.#pointer(index)
    return place === undefined ? undefined : listAt(this.#traversal, place, this.#depth - 1)
  }

  /** The bytes of a `Data`. */
  data(index: number): Maybe<Uint8Array> {
    return bytesOf(this.list(index))
  }

  /** A `Text`, its final zero byte cut off; has to be UTF-8. */
  text(index: number): Maybe<string> {
    return stringOf(this.textBytes(index))
  }

  /** A `Text` as bytes, whatever they are, its final zero byte cut off. */
  textBytes(index: number): Maybe<Uint8Array> {
    return withoutZero(this.data(index))
  }

  #holds(offset: number, bytes: number): boolean {
    return offset >= 0 && offset + bytes <= this.#content.dataBytes
  }

  #pointer(index: number): { segment: DataView; offset: number } | undefined {
    const { segment, offset, dataBytes, pointers } = this.#content
    return index < pointers ? { segment, offset: offset + dataBytes + index * WORD } : undefined
  }
}

/** A list within a message. Elements of pointers and structs are read when they are asked for. */
export class ListReader {
  readonly length: number
  readonly #traversal: Traversal
  readonly #content: ListContent
  readonly #depth: number
  /** For composite lists, the shape of every element. */
  readonly #shape: { readonly dataBytes: number; readonly pointers: number } | undefined

  constructor(
    traversal: Traversal,
    content: ListContent,
    depth: number,
    shape?: { readonly length: number; readonly dataBytes: number; readonly pointers: number }
  ) {
    this.#traversal = traversal
    this.#content = content
    this.#depth = depth
    this.#shape = shape
    this.length = shape?.length ?? content.count
  }

  /** The bytes of a list of bytes. */
  bytes(): Uint8Array | CapnpRejection {
    const { segment, offset, count, size } = this.#content
    if (size !== BYTES) return capnpReject('bad-pointer')
    return new Uint8Array(segment.buffer, segment.byteOffset + offset, count)
  }

  /** An element of a composite list. */
  struct(index: number): Maybe<StructReader> {
    if (this.#shape === undefined) return capnpReject('bad-pointer')
    if (index < 0 || index >= this.length) return undefined
    const { segment, offset } = this.#content
    const { dataBytes, pointers } = this.#shape
    const start = offset + WORD + index * (dataBytes + pointers * WORD)
    const content = { kind: 'struct', segment, offset: start, dataBytes, pointers } as const
    return new StructReader(this.#traversal, content, this.#depth)
  }

  /** A list in a list of pointers. */
  list(index: number): Maybe<ListReader> {
    const { segment, offset, size } = this.#content
    if (size !== POINTERS) return capnpReject('bad-pointer')
    if (index < 0 || index >= this.length) return undefined
    return listAt(this.#traversal, { segment, offset: offset + index * WORD }, this.#depth - 1)
  }

  /** A `Data` in a list of pointers. */
  data(index: number): Maybe<Uint8Array> {
    return bytesOf(this.list(index))
  }

  /** A `Text` in a list of pointers; has to be UTF-8. */
  text(index: number): Maybe<string> {
    return stringOf(withoutZero(this.data(index)))
  }
}

function structAt(
  traversal: Traversal,
  place: { segment: DataView; offset: number },
  depth: number
): Maybe<StructReader> {
  if (depth < 0) return capnpReject('nesting-limit')
  const content = traversal.follow(place)
  if (content === undefined || isCapnpRejection(content)) return content
  return content.kind === 'struct' ? new StructReader(traversal, content, depth) : capnpReject('bad-pointer')
}

function listAt(
  traversal: Traversal,
  place: { segment: DataView; offset: number },
  depth: number
): Maybe<ListReader> {
  if (depth < 0) return capnpReject('nesting-limit')
  const content = traversal.follow(place)
  if (content === undefined || isCapnpRejection(content)) return content
  if (content.kind !== 'list') return capnpReject('bad-pointer')
  return content.size === COMPOSITE
    ? composite(traversal, content, depth)
    : new ListReader(traversal, content, depth)
}

/** A composite list begins with a tag: a struct pointer whose distance is the number of elements. */
function composite(traversal: Traversal, content: ListContent, depth: number): ListReader | CapnpRejection {
  const { segment, offset, count } = content
  const low = segment.getUint32(offset, true)
  const high = segment.getUint32(offset + 4, true)
  if ((low & 3) !== 0) return capnpReject('bad-pointer')
  const [length, dataWords, pointers] = [low >>> 2, high & 0xffff, high >>> 16]
  if (length * (dataWords + pointers) > count) return capnpReject('out-of-bounds')
  // Elements of no words cost no bytes, and whoever counts to their end pays for each.
  const spent = dataWords + pointers === 0 ? traversal.spend(length) : undefined
  return spent ?? new ListReader(traversal, content, depth, { length, dataBytes: dataWords * WORD, pointers })
}

function bytesOf(list: Maybe<ListReader>): Maybe<Uint8Array> {
  return list === undefined || isCapnpRejection(list) ? list : list.bytes()
}

function withoutZero(bytes: Maybe<Uint8Array>): Maybe<Uint8Array> {
  if (bytes === undefined || isCapnpRejection(bytes)) return bytes
  return bytes.at(-1) === 0 ? bytes.subarray(0, -1) : capnpReject('bad-text')
}

function stringOf(bytes: Maybe<Uint8Array>): Maybe<string> {
  if (bytes === undefined || isCapnpRejection(bytes)) return bytes
  try {
    return utf8.decode(bytes)
  } catch {
    return capnpReject('bad-text')
  }
}
