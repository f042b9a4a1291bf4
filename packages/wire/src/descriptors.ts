/**
 * Records as they travel: hop, size, and the envelope itself or its short form. A list of them is what an ask and a reply
 * show; the only record of a pong has no hop, since it is the sender's own.
 */
import { limits, reject } from '@pex/core'
import type { Descriptor, PeerRecord, Rejection } from '@pex/core'
import type { Reader } from './reader.ts'
import { longLength, shortLength, writeLong, writeShort } from './short-form.ts'
import { varintLength } from './varint.ts'
import type { Writer } from './writer.ts'

/**
 * A descriptor as it came: its envelope proves nothing until it has been verified. It is a window on the message, or, where
 * the message has its short form, on memory that all claims of the message share.
 */
export interface Claim {
  readonly hop: number
  readonly envelope: Uint8Array
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** The lowest bit of a record's size: it is in short form. */
const SHORT = 1

/** The size to write for a record: with the short form of every envelope that has one. */
export function sizeOf({ envelope }: PeerRecord): number {
  const short = shortLength(envelope)
  return short === undefined ? envelope.length << 1 : (short << 1) | SHORT
}

/** Bytes that a record of this size takes, the size among them. */
export function recordLength(size: number): number {
  return varintLength(size) + (size >>> 1)
}

export function writeRecord({ envelope }: PeerRecord, size: number, writer: Writer): void {
  writer.varint(size)
  if ((size & SHORT) === 0) writer.copy(envelope)
  else writeShort(envelope, writer.bytes, writer.skip(size >>> 1))
}

/** Bytes that a list of descriptors with these sizes takes. */
export function listLength(descriptors: readonly Descriptor[], sizes: readonly number[]): number {
  let length = varintLength(descriptors.length)
  for (let i = 0; i < sizes.length; i++) length += varintLength(descriptors[i]!.hop) + recordLength(sizes[i]!)
  return length
}

export function writeList(
  descriptors: readonly Descriptor[],
  sizes: readonly number[],
  writer: Writer
): void {
  writer.varint(descriptors.length)
  descriptors.forEach(({ hop, record }, i) => {
    writer.varint(hop)
    writeRecord(record, sizes[i]!, writer)
  })
}

/** Reads the claims of one message; envelopes that came in short form are whole only after `lengthen`. */
export class ClaimReader {
  readonly #reader: Reader
  // Both bounded by limits.maxRecords: this lives as long as one message is read.
  readonly #claims: Mutable<Claim>[] = []
  readonly #short: Mutable<Claim>[] = []
  #room = 0

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** The claims read so far. */
  get claims(): readonly Claim[] {
    return this.#claims
  }

  /** A list with its count; gives what is wrong with it, if anything is. */
  list(): Rejection | undefined {
    const count = this.#reader.varint()
    if (typeof count !== 'number') return count
    if (count === 0) return reject('no-records')
    if (count > limits.maxRecords) return reject('too-many-records')
    for (let i = 0; i < count; i++) {
      const hop = this.#reader.varint()
      if (typeof hop !== 'number') return hop
      const wrong = this.record(hop)
      if (wrong !== undefined) return wrong
    }
    return undefined
  }

  /** One record; its hop is known. */
  record(hop: number): Rejection | undefined {
    const size = this.#reader.varint()
    if (typeof size !== 'number') return size
    const length = envelopeLength(size)
    if (typeof length !== 'number') return length
    const envelope = this.#reader.window(size >>> 1)
    if (!(envelope instanceof Uint8Array)) return envelope
    const claim = { hop, envelope }
    this.#claims.push(claim)
    if ((size & SHORT) !== 0) {
      this.#short.push(claim)
      this.#room += length
    }
    return undefined
  }

  /** Makes the envelopes that came in short form whole. One piece of memory for all: asking for it costs more than filling it. */
  lengthen(): void {
    if (this.#room === 0) return
    const bytes = new Uint8Array(this.#room)
    let offset = 0
    for (const claim of this.#short) {
      const end = writeLong(claim.envelope, bytes, offset)
      claim.envelope = bytes.subarray(offset, end)
      offset = end
    }
  }
}

/** What an envelope takes that came in this size; or why there is none. */
function envelopeLength(size: number): number | Rejection {
  if ((size & SHORT) !== 0) return longLength(size >>> 1)
  return size >>> 1 > limits.maxRecordBytes ? reject('record-oversize') : size >>> 1
}
