/**
 * Writes a Cap'n Proto message as one segment, its objects in the order of the canonical form (encoding specification,
 * "Canonicalization"): each object before what it points at, in pre-order. The sections of a struct are written as they are
 * given, as writers of a schema do: whoever wants the canonical form proper leaves trailing zeros out of them.
 */
import { assert } from '@pex/core'

/** What a pointer points at; nothing is a null pointer. */
export type Pointee =
  | { readonly struct: StructValue }
  /** `Data`: a list of bytes. */
  | { readonly data: Uint8Array }
  /** `Text`: a string in UTF-8, or bytes as they are; a zero byte is written behind it. */
  | { readonly text: string | Uint8Array }
  /** A list of pointers. */
  | { readonly pointers: readonly (Pointee | undefined)[] }
  /** A composite list: structs of one shape. */
  | { readonly structs: readonly StructValue[] }

/** A struct: its data section, in whole words, and its pointers. */
export interface StructValue {
  readonly data: Uint8Array
  readonly pointers: readonly (Pointee | undefined)[]
}

const WORD = 8
const BYTES = 2
const POINTERS = 6
const COMPOSITE = 7
const STRUCT = 0
const LIST = 1
/** Elements that a list pointer can count. */
const MAX_COUNT = 2 ** 29 - 1

/** The message in flat form: the table of one segment, then the segment. */
export function writeMessage(root: StructValue): Uint8Array {
  const words = 1 + structWords(root)
  const writer = new SegmentWriter(words)
  writer.pointTo(0, { struct: root })
  return writer.finish()
}

class SegmentWriter {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #words: number
  /** The next free word of the segment, behind the root pointer. */
  #next = 1

  constructor(words: number) {
    this.#words = words
    this.#bytes = new Uint8Array(WORD + words * WORD)
    this.#view = new DataView(this.#bytes.buffer)
    this.#view.setUint32(4, words, true)
  }

  finish(): Uint8Array {
    assert(this.#next === this.#words, 'as many words are written as were counted')
    return this.#bytes
  }

  /** Writes the pointee into the free words, and a pointer to it into the word at this place. */
  pointTo(place: number, pointee: Pointee): void {
    if ('struct' in pointee) this.#struct(place, pointee.struct)
    else if ('pointers' in pointee) this.#pointers(place, pointee.pointers)
    else if ('structs' in pointee) this.#structs(place, pointee.structs)
    else this.#list(place, contentOf(pointee))
  }

  #struct(place: number, value: StructValue): void {
    const start = this.#take(shapeWords(value))
    this.#pointer(place, start, STRUCT, shapeOf(value))
    this.#fill(start, value)
  }

  #fill(start: number, { data, pointers }: StructValue): void {
    this.#bytes.set(data, WORD + start * WORD)
    this.#pointees(start + data.length / WORD, pointers)
  }

  #pointers(place: number, pointers: readonly (Pointee | undefined)[]): void {
    const start = this.#take(pointers.length)
    this.#pointer(place, start, LIST, listOf(POINTERS, pointers.length))
    this.#pointees(start, pointers)
  }

  #structs(place: number, structs: readonly StructValue[]): void {
    const [first] = structs
    const words = first === undefined ? 0 : shapeWords(first)
    const start = this.#take(1 + words * structs.length)
    this.#pointer(place, start, LIST, listOf(COMPOSITE, words * structs.length))
    // The tag has the form of a struct pointer whose distance is the number of elements.
    this.#word(start, structs.length * 4 + STRUCT, first === undefined ? 0 : shapeOf(first))
    for (const [i, value] of structs.entries()) {
      assert(shapeOf(value) === shapeOf(first!), 'all structs of a list have one shape')
      this.#fill(start + 1 + i * words, value)
    }
  }

  #list(place: number, bytes: Uint8Array): void {
    const start = this.#take(Math.ceil(bytes.length / WORD))
    this.#pointer(place, start, LIST, listOf(BYTES, bytes.length))
    this.#bytes.set(bytes, WORD + start * WORD)
  }

  #pointees(start: number, pointers: readonly (Pointee | undefined)[]): void {
    for (const [i, pointee] of pointers.entries()) if (pointee !== undefined) this.pointTo(start + i, pointee)
  }

  #pointer(place: number, start: number, kind: number, high: number): void {
    // A struct of no words has nowhere to be: it is said to begin in front of its own pointer.
    const distance = kind === STRUCT && high === 0 ? -1 : start - place - 1
    this.#word(place, (distance << 2) | kind, high)
  }

  #word(place: number, low: number, high: number): void {
    this.#view.setUint32(WORD + place * WORD, low, true)
    this.#view.setUint32(WORD + place * WORD + 4, high, true)
  }

  #take(words: number): number {
    const start = this.#next
    this.#next += words
    return start
  }
}

/** Words of a struct with all that it points at. */
function structWords(value: StructValue): number {
  return shapeWords(value) + sum(value.pointers, pointeeWords)
}

function pointeeWords(pointee: Pointee | undefined): number {
  if (pointee === undefined) return 0
  if ('struct' in pointee) return structWords(pointee.struct)
  if ('pointers' in pointee) return pointee.pointers.length + sum(pointee.pointers, pointeeWords)
  if ('structs' in pointee) return 1 + sum(pointee.structs, structWords)
  return Math.ceil(contentOf(pointee).length / WORD)
}

function contentOf(pointee: { data: Uint8Array } | { text: string | Uint8Array }): Uint8Array {
  if ('data' in pointee) return pointee.data
  const { text } = pointee
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  const ended = new Uint8Array(bytes.length + 1)
  ended.set(bytes)
  return ended
}

function shapeWords({ data, pointers }: StructValue): number {
  return data.length / WORD + pointers.length
}

function shapeOf({ data, pointers }: StructValue): number {
  assert(data.length % WORD === 0, 'a data section has whole words')
  assert(
    data.length / WORD <= 0xffff && pointers.length <= 0xffff,
    'a struct has at most 65 535 words of each kind'
  )
  return ((pointers.length << 16) | (data.length / WORD)) >>> 0
}

function listOf(size: number, count: number): number {
  assert(count <= MAX_COUNT, 'a list has fewer than 2^29 elements')
  return ((count << 3) | size) >>> 0
}

function sum<T>(items: readonly T[], words: (item: T) => number): number {
  return items.reduce((total, item) => total + words(item), 0)
}
