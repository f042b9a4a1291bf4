/**
 * LZ4 blocks (block format description 1.6.x): literals and copies of what has come out before. A block is walked twice:
 * first to see that all of it is there, and how much comes out, then to write it where there is room by then.
 */
import { lz4Reject } from './rejection.ts'
import type { Lz4Rejection } from './rejection.ts'

const MIN_MATCH = 4
/** The last match begins so far from the end of a block, and the last bytes are literals: what decoders rely on. */
const LAST_MATCH = 12
const LAST_LITERALS = 5
const MAX_OFFSET = 65_535
const HASH_BITS = 12

/**
 * How much comes out of the block between `start` and `end`. `before`: bytes of earlier output that it may copy from.
 */
export function blockLength(
  bytes: Uint8Array,
  start: number,
  end: number,
  before: number
): number | Lz4Rejection {
  let at = start
  let length = 0
  while (at < end) {
    const token = bytes[at++]!
    let literals = token >>> 4
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (at >= end) return lz4Reject('truncated')
        more = bytes[at++]!
      }
    }
    at += literals
    length += literals
    if (at > end) return lz4Reject('truncated')
    // The last sequence has no match.
    if (at === end) return length
    if (at + 2 > end) return lz4Reject('truncated')
    const offset = bytes[at]! | (bytes[at + 1]! << 8)
    at += 2
    if (offset === 0 || offset > before + length) return lz4Reject('bad-offset')
    let match = token & 15
    if (match === 15) {
      for (let more = 255; more === 255; match += more) {
        if (at >= end) return lz4Reject('truncated')
        more = bytes[at++]!
      }
    }
    length += match + MIN_MATCH
  }
  // A block ends with literals, be it none of them.
  return lz4Reject('truncated')
}

/** Writes what comes out of a block whose `blockLength` is known, from `to` on. Returns where it ends. */
export function readBlock(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  to: number
): number {
  let at = start
  let written = to
  for (;;) {
    const token = bytes[at++]!
    let literals = token >>> 4
    if (literals === 15) for (let more = 255; more === 255; literals += more) more = bytes[at++]!
    out.set(bytes.subarray(at, at + literals), written)
    at += literals
    written += literals
    if (at === end) return written
    const offset = bytes[at]! | (bytes[at + 1]! << 8)
    at += 2
    let match = token & 15
    if (match === 15) for (let more = 255; more === 255; match += more) more = bytes[at++]!
    // One by one: a copy may reach into itself.
    for (const stop = written + match + MIN_MATCH; written < stop; written++)
      out[written] = out[written - offset]!
  }
}

/** The most bytes that a block of so many can take. */
export function blockBound(length: number): number {
  return length + Math.ceil(length / 255) + 16
}

/** Writes the bytes between `start` and `end` as one block into `out`, from `to` on. Returns where it ends. */
export function writeBlock(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  to: number
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // Where the four bytes of each hash were last seen, counted from 1.
  const places = new Int32Array(1 << HASH_BITS)
  let written = to
  let anchor = start
  let at = start
  while (at <= end - LAST_MATCH) {
    const four = view.getUint32(at, true)
    const hash = Math.imul(four, 0x9e3779b1) >>> (32 - HASH_BITS)
    const from = places[hash]! - 1
    places[hash] = at + 1
    if (from < 0 || at - from > MAX_OFFSET || view.getUint32(from, true) !== four) {
      at++
      continue
    }
    let match = MIN_MATCH
    while (at + match < end - LAST_LITERALS && bytes[from + match] === bytes[at + match]) match++
    written = writeLiterals(bytes, anchor, at, Math.min(match - MIN_MATCH, 15), out, written)
    out[written++] = (at - from) & 0xff
    out[written++] = (at - from) >>> 8
    written = writeRest(match - MIN_MATCH, out, written)
    at += match
    anchor = at
  }
  return writeLiterals(bytes, anchor, end, 0, out, written)
}

/** A token with the literals that it is for; of the match, only what the token holds. */
function writeLiterals(
  bytes: Uint8Array,
  start: number,
  end: number,
  match: number,
  out: Uint8Array,
  to: number
): number {
  const length = end - start
  out[to] = (Math.min(length, 15) << 4) | match
  const at = writeRest(length, out, to + 1)
  out.set(bytes.subarray(start, end), at)
  return at + length
}

/** What of a length does not fit into its half of the token. */
function writeRest(length: number, out: Uint8Array, to: number): number {
  let at = to
  if (length < 15) return at
  let rest = length - 15
  for (; rest >= 255; rest -= 255) out[at++] = 255
  out[at++] = rest
  return at
}
