/**
 * LZ4 frames (frame format description 1.6.x) of strangers: concatenated or skippable, with linked or independent blocks,
 * every checksum verified. What comes out is measured before memory is asked for, so a bomb costs its own bytes.
 */
import { blockBound, blockLength, readBlock, writeBlock } from './block.ts'
import { isLz4Rejection, lz4Reject } from './rejection.ts'
import type { Lz4Rejection } from './rejection.ts'
import { xxh32 } from './xxhash.ts'

const MAGIC = 0x184d2204
const SKIPPABLE = 0x184d2a50
const UNCOMPRESSED = 0x80000000
const flag = {
  version: 0xc0,
  versionOne: 0x40,
  independent: 0x20,
  blockChecksums: 0x10,
  contentSize: 0x08,
  contentChecksum: 0x04,
  reserved: 0x02,
  dictionary: 0x01
} as const
/** The largest block by its code: 64 KiB, and four times as much for each step. */
const SMALLEST_CODE = 4
const LARGEST_CODE = 7
const SMALLEST_BLOCK = 65_536

interface Header {
  readonly flags: number
  readonly maxBlock: number
  /** What the frame says that it holds, bytes; nothing where it does not say. */
  readonly contentSize: number | undefined
  /** Where the first block begins. */
  readonly end: number
}

interface Block {
  readonly start: number
  readonly end: number
  readonly isCompressed: boolean
  readonly length: number
}

interface Frame {
  readonly header: Header
  readonly blocks: readonly Block[]
  readonly length: number
  /** The checksum of its content, where there is one. */
  readonly checksum: number | undefined
  readonly end: number
}

/**
 * What the frames hold, one after the other, to the last byte. Never throws; asks for no memory beyond `maxBytes` and some
 * for each block that is there.
 */
export function decompress(bytes: Uint8Array, { maxBytes }: { maxBytes: number }): Uint8Array | Lz4Rejection {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: Frame[] = []
  let length = 0
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) return lz4Reject('truncated')
    const magic = view.getUint32(at, true)
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
      if (at + 8 > bytes.length) return lz4Reject('truncated')
      at += 8 + view.getUint32(at + 4, true)
      if (at > bytes.length) return lz4Reject('truncated')
      continue
    }
    if (magic !== MAGIC) return lz4Reject('bad-magic')
    const frame = scanFrame(bytes, view, at + 4, maxBytes - length)
    if (isLz4Rejection(frame)) return frame
    frames.push(frame)
    length += frame.length
    at = frame.end
  }
  return write(bytes, frames, length)
}

function write(bytes: Uint8Array, frames: readonly Frame[], length: number): Uint8Array | Lz4Rejection {
  const out = new Uint8Array(length)
  let to = 0
  for (const { blocks, checksum } of frames) {
    const first = to
    for (const { start, end, isCompressed } of blocks) {
      if (isCompressed) to = readBlock(bytes, start, end, out, to)
      else {
        out.set(bytes.subarray(start, end), to)
        to += end - start
      }
    }
    if (checksum !== undefined && xxh32(out, first, to) !== checksum) return lz4Reject('content-checksum')
  }
  return out
}

/** Measures a frame, and verifies all of it but the checksum of its content. */
function scanFrame(bytes: Uint8Array, view: DataView, start: number, room: number): Frame | Lz4Rejection {
  const header = readHeader(bytes, view, start)
  if (isLz4Rejection(header)) return header
  const { flags, contentSize } = header
  if (contentSize !== undefined && contentSize > room) return lz4Reject('oversize')
  const blocks: Block[] = []
  let length = 0
  let at = header.end
  for (;;) {
    if (at + 4 > bytes.length) return lz4Reject('truncated')
    const size = view.getUint32(at, true)
    at += 4
    if (size === 0) break
    const block = scanBlock(bytes, view, at, size, header, length)
    if (isLz4Rejection(block)) return block
    blocks.push(block)
    length += block.length
    if (length > room) return lz4Reject('oversize')
    at = block.end + ((flags & flag.blockChecksums) === 0 ? 0 : 4)
  }
  if (contentSize !== undefined && contentSize !== length) return lz4Reject('content-size')
  if ((flags & flag.contentChecksum) === 0) return { header, blocks, length, checksum: undefined, end: at }
  if (at + 4 > bytes.length) return lz4Reject('truncated')
  return { header, blocks, length, checksum: view.getUint32(at, true), end: at + 4 }
}

function scanBlock(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  size: number,
  { flags, maxBlock }: Header,
  before: number
): Block | Lz4Rejection {
  const isCompressed = size < UNCOMPRESSED
  const end = start + (isCompressed ? size : size - UNCOMPRESSED)
  if (end - start > maxBlock) return lz4Reject('bad-block-size')
  if (end > bytes.length) return lz4Reject('truncated')
  if ((flags & flag.blockChecksums) !== 0) {
    if (end + 4 > bytes.length) return lz4Reject('truncated')
    if (view.getUint32(end, true) !== xxh32(bytes, start, end)) return lz4Reject('block-checksum')
  }
  const reach = (flags & flag.independent) === 0 ? before : 0
  const length = isCompressed ? blockLength(bytes, start, end, reach) : end - start
  if (isLz4Rejection(length)) return length
  return length > maxBlock ? lz4Reject('bad-block-size') : { start, end, isCompressed, length }
}

function readHeader(bytes: Uint8Array, view: DataView, start: number): Header | Lz4Rejection {
  if (start + 2 > bytes.length) return lz4Reject('truncated')
  const flags = bytes[start]!
  const descriptor = bytes[start + 1]!
  if ((flags & flag.version) !== flag.versionOne) return lz4Reject('bad-version')
  if ((flags & flag.reserved) !== 0 || (descriptor & 0x8f) !== 0) return lz4Reject('reserved-bits')
  if ((flags & flag.dictionary) !== 0) return lz4Reject('dictionary')
  const code = descriptor >>> 4
  if (code < SMALLEST_CODE || code > LARGEST_CODE) return lz4Reject('bad-block-size')
  const hasSize = (flags & flag.contentSize) !== 0
  const end = start + (hasSize ? 10 : 2)
  if (end + 1 > bytes.length) return lz4Reject('truncated')
  if (((xxh32(bytes, start, end) >>> 8) & 0xff) !== bytes[end]) return lz4Reject('header-checksum')
  const contentSize = hasSize
    ? view.getUint32(start + 2, true) + view.getUint32(start + 6, true) * 2 ** 32
    : undefined
  return { flags, maxBlock: SMALLEST_BLOCK * 4 ** (code - SMALLEST_CODE), contentSize, end: end + 1 }
}

/** One frame with these bytes: independent blocks of 64 KiB, with a checksum of the content. */
export function compress(bytes: Uint8Array): Uint8Array {
  const count = Math.ceil(bytes.length / SMALLEST_BLOCK)
  const out = new Uint8Array(blockBound(bytes.length) + 19 + 20 * count)
  const view = new DataView(out.buffer)
  view.setUint32(0, MAGIC, true)
  out[4] = flag.versionOne | flag.independent | flag.contentChecksum
  out[5] = SMALLEST_CODE << 4
  out[6] = (xxh32(out, 4, 6) >>> 8) & 0xff
  let to = 7
  for (let start = 0; start < bytes.length; start += SMALLEST_BLOCK) {
    const end = Math.min(start + SMALLEST_BLOCK, bytes.length)
    const after = writeBlock(bytes, start, end, out, to + 4)
    const isSmaller = after - to - 4 < end - start
    if (!isSmaller) out.set(bytes.subarray(start, end), to + 4)
    const size = isSmaller ? after - to - 4 : end - start
    view.setUint32(to, isSmaller ? size : size + UNCOMPRESSED, true)
    to += 4 + size
  }
  view.setUint32(to, 0, true)
  view.setUint32(to + 4, xxh32(bytes), true)
  return out.slice(0, to + 8)
}
