/**
 * Cap'n Proto's packing (encoding specification, "Packing"): each word is a tag of one bit per byte and the bytes that are
 * not zero; the tags 0x00 and 0xff are followed by a count of further words that are all zero, or stand as they are.
 */
import { assert } from '@pex/core'
import { capnpReject, isCapnpRejection } from './rejection.ts'
import type { CapnpRejection } from './rejection.ts'

const WORD = 8
const MAX_RUN = 255

/**
 * The words behind packed bytes: any bytes give them or a named rejection. They are counted before memory is asked for, so
 * that two bytes that stand for 2 KiB of zeros cost nothing beyond `maxBytes`.
 */
export function unpack(packed: Uint8Array, { maxBytes }: { maxBytes: number }): Uint8Array | CapnpRejection {
  const length = unpackedLength(packed, maxBytes)
  if (isCapnpRejection(length)) return length
  const words = new Uint8Array(length)
  let at = 0
  for (let i = 0; i < packed.length;) {
    const tag = packed[i++]!
    if (tag === 0x00) {
      at += (1 + packed[i++]!) * WORD
      continue
    }
    for (let bit = 0; bit < WORD; bit++, at++) if ((tag & (1 << bit)) !== 0) words[at] = packed[i++]!
    if (tag !== 0xff) continue
    const run = packed[i++]! * WORD
    words.set(packed.subarray(i, i + run), at)
    i += run
    at += run
  }
  return words
}

function unpackedLength(packed: Uint8Array, maxBytes: number): number | CapnpRejection {
  let length = 0
  let i = 0
  while (i < packed.length) {
    const tag = packed[i]!
    i += 1 + bitsIn(tag)
    length += WORD
    if (tag === 0x00 || tag === 0xff) {
      const run = packed[i++]
      if (run === undefined) return capnpReject('truncated')
      length += run * WORD
      if (tag === 0xff) i += run * WORD
    }
    if (length > maxBytes) return capnpReject('oversize')
  }
  return i > packed.length ? capnpReject('truncated') : length
}

/** Packs whole words, as the reference implementation does: the same words always give the same bytes. */
export function pack(words: Uint8Array): Uint8Array {
  assert(words.length % WORD === 0, 'only whole words are packed')
  // At worst a tag for each word, and a count for each run of one.
  const packed = new Uint8Array((words.length / WORD) * (WORD + 2))
  let at = 0
  for (let i = 0; i < words.length;) {
    const place = at++
    let tag = 0
    for (let bit = 0; bit < WORD; bit++) {
      const byte = words[i + bit]!
      if (byte === 0) continue
      tag |= 1 << bit
      packed[at++] = byte
    }
    packed[place] = tag
    i += WORD
    if (tag !== 0x00 && tag !== 0xff) continue
    // A word of two zero bytes or more is shorter with a tag of its own.
    const run = runOf(words, i, zeros => (tag === 0x00 ? zeros === WORD : zeros < 2))
    packed[at++] = run
    if (tag === 0xff) {
      packed.set(words.subarray(i, i + run * WORD), at)
      at += run * WORD
    }
    i += run * WORD
  }
  return packed.slice(0, at)
}

/** How many words from here on belong to a run, by their number of zero bytes. */
function runOf(words: Uint8Array, start: number, belongs: (zeros: number) => boolean): number {
  let run = 0
  for (let i = start; i < words.length && run < MAX_RUN; i += WORD, run++) {
    let zeros = 0
    for (let bit = 0; bit < WORD; bit++) if (words[i + bit] === 0) zeros++
    if (!belongs(zeros)) break
  }
  return run
}

function bitsIn(tag: number): number {
  let bits = 0
  for (let rest = tag; rest > 0; rest >>= 1) bits += rest & 1
  return bits
}
