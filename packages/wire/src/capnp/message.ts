/**
 * Cap'n Proto's stream framing (encoding specification, "Serialization Over a Stream"): a table of the segments' sizes,
 * then the segments. Everything that the table claims is held against the limits and against the bytes that are there
 * before anything is made of it, and nothing is copied: the segments are windows on the input.
 */
import { capnpReject } from './rejection.ts'
import type { CapnpRejection } from './rejection.ts'
import { StructReader } from './reader.ts'
import { Traversal } from './traversal.ts'

/** What a message may cost its reader. */
export interface CapnpLimits {
  /** Bytes of one message in flat form, its table included. @default 65 536 */
  readonly maxBytes?: number
  /** @default 16: writers that we know of send one, and none needs many for so few bytes */
  readonly maxSegments?: number
  /** Words that may be read for each word of the message. @default 8: honest messages are read once, or a few times */
  readonly traversalFactor?: number
  /** Pointers from the root to the deepest object. @default 64, as in the reference implementation */
  readonly maxDepth?: number
}

/** The values of `CapnpLimits` where nothing else is asked for. */
export const capnpDefaults: Required<CapnpLimits> = Object.freeze({
  maxBytes: 65_536,
  maxSegments: 16,
  traversalFactor: 8,
  maxDepth: 64
})

/** A message, framed but not yet believed: what is in it is checked as it is read. */
export interface CapnpMessage {
  /** The root struct; nothing for a null pointer. */
  root(): StructReader | undefined | CapnpRejection
  /** Where the message ends in the bytes that it was read from. */
  readonly end: number
}

const WORD = 8

/**
 * Reads the message that begins at `offset`; others may follow it. Never throws. What is read from one message shares one
 * traversal limit, however often `root` is called.
 */
export function readMessage(
  bytes: Uint8Array,
  offset: number = 0,
  limits: CapnpLimits = {}
): CapnpMessage | CapnpRejection {
  const { maxBytes, maxSegments, traversalFactor, maxDepth } = { ...capnpDefaults, ...limits }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const left = bytes.length - offset
  if (left < 4) return capnpReject('truncated')
  // Read as what it is, one less than the count: at 2^32 - 1 nothing may wrap around.
  const count = view.getUint32(offset, true) + 1
  if (count > maxSegments) return capnpReject('too-many-segments')
  const tableBytes = Math.ceil((4 + 4 * count) / WORD) * WORD
  if (left < tableBytes) return capnpReject('truncated')

  let start = offset + tableBytes
  const segments: DataView[] = []
  for (let i = 0; i < count; i++) {
    const length = view.getUint32(offset + 4 + 4 * i, true) * WORD
    if (start + length - offset > maxBytes) return capnpReject('oversize')
    if (start + length > bytes.length) return capnpReject('truncated')
    segments.push(new DataView(bytes.buffer, bytes.byteOffset + start, length))
    start += length
  }
  const words = (start - offset - tableBytes) / WORD
  const traversal = new Traversal(segments, words * traversalFactor)
  return { root: () => StructReader.root(traversal, maxDepth), end: start }
}

/** Reads bytes that hold one message and nothing else. Never throws. */
export function readOnly(bytes: Uint8Array, limits: CapnpLimits = {}): CapnpMessage | CapnpRejection {
  const message = readMessage(bytes, 0, limits)
  return 'end' in message && message.end !== bytes.length ? capnpReject('trailing-bytes') : message
}
