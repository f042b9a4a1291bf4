/**
 * What the text of a data packet is made of: frames, one after the other, and zeros to fill it up. The text is
 * authenticated, but its author may be hostile: every length is checked against the bytes that are there.
 */
import { udpLimits } from './constants.ts'
import { readU32 } from './datagram.ts'

const PADDING = 0
const ACK = 1
export const QUESTION = 2
export const ANSWER = 3
const CANCEL = 4
const PING = 5
const PATH_CHALLENGE = 6
const PATH_RESPONSE = 7
const CLOSE = 8

/** Bytes of a token that proves a path. */
export const TOKEN_BYTES = 8
export const FRAGMENT_HEAD_BYTES = 11

/** Counters that have arrived: from `last` down to `first`, both with them. */
export interface Range {
  readonly first: number
  readonly last: number
}

export interface AckFrame {
  readonly type: 'ack'
  /** How long the ack of the highest counter has waited, ms. */
  readonly delayMs: number
  /** From the highest down. */
  readonly ranges: readonly Range[]
}

/** One piece of a message: `index` counts pieces of `fragmentBytes`, `total` bytes of the whole message. */
export interface FragmentFrame {
  readonly type: 'question' | 'answer'
  readonly id: number
  readonly total: number
  readonly index: number
  readonly bytes: Uint8Array
}

export type Frame =
  | AckFrame
  | FragmentFrame
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'ping' }
  | { readonly type: 'close' }
  | { readonly type: 'path-challenge' | 'path-response'; readonly token: Uint8Array }

/** Frames that are to be acknowledged: all but acks, proofs of a path, and the end. */
export function isReliable(frame: Frame): boolean {
  return (
    frame.type === 'question' || frame.type === 'answer' || frame.type === 'cancel' || frame.type === 'ping'
  )
}

/** Pieces that a message of so many bytes is sent in. */
export function fragmentsOf(total: number): number {
  return Math.max(Math.ceil(total / udpLimits.fragmentBytes), 1)
}

/** The frames of a text; nothing where it is not made of whole frames. */
export function readFrames(text: Uint8Array): Frame[] | undefined {
  const frames: Frame[] = []
  const reader = new Reader(text)
  while (!reader.done) {
    const frame = readFrame(reader)
    if (frame === 'end') return frames
    if (frame === undefined || reader.failed) return undefined
    frames.push(frame)
  }
  return frames
}

function readFrame(reader: Reader): Frame | 'end' | undefined {
  const type = reader.u8()
  switch (type) {
    case PADDING:
      return reader.restIsZero() ? 'end' : undefined
    case ACK:
      return readAck(reader)
    case QUESTION:
    case ANSWER:
      return readFragment(reader, type)
    case CANCEL:
      return { type: 'cancel', id: reader.u32() }
    case PING:
      return { type: 'ping' }
    case PATH_CHALLENGE:
    case PATH_RESPONSE:
      return {
        type: type === PATH_CHALLENGE ? 'path-challenge' : 'path-response',
        token: reader.take(TOKEN_BYTES)
      }
    case CLOSE:
      return { type: 'close' }
    default:
      return undefined
  }
}

function readAck(reader: Reader): AckFrame | undefined {
  let last = reader.u32()
  const delayMs = reader.u16()
  const count = reader.u8()
  if (count < 1 || count > udpLimits.maxAckRanges) return undefined
  const ranges: Range[] = []
  for (let i = 0; i < count; i++) {
    // Each range but the first begins below a gap of at least one.
    if (i > 0) last = ranges[i - 1]!.first - 1 - reader.u16()
    const first = last - reader.u16()
    if (reader.failed || first < 0 || (i > 0 && last >= ranges[i - 1]!.first - 1)) return undefined
    ranges.push({ first, last })
  }
  return { type: 'ack', delayMs, ranges }
}

function readFragment(reader: Reader, type: number): FragmentFrame | undefined {
  const id = reader.u32()
  const total = reader.u32()
  const index = reader.u16()
  if (total > udpLimits.maxPayloadBytes || index >= fragmentsOf(total)) return undefined
  const length = Math.min(total - index * udpLimits.fragmentBytes, udpLimits.fragmentBytes)
  return { type: type === QUESTION ? 'question' : 'answer', id, total, index, bytes: reader.take(length) }
}

class Reader {
  failed = false
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  u8(): number {
    return this.take(1)[0] ?? 0
  }

  u16(): number {
    const [high = 0, low = 0] = this.take(2)
    return high * 256 + low
  }

  u32(): number {
    const bytes = this.take(4)
    return this.failed ? 0 : readU32(bytes, 0)
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) this.failed = true
    const taken = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return taken
  }

  restIsZero(): boolean {
    return this.#bytes.subarray(this.#at).every(byte => byte === 0)
  }
}

/** Puts frames together in one text. What does not fit is told, not written. */
export class Writer {
  readonly #bytes: Buffer
  #at = 0

  constructor(room: number) {
    this.#bytes = Buffer.alloc(room)
  }

  get length(): number {
    return this.#at
  }

  get room(): number {
    return this.#bytes.length - this.#at
  }

  /** The text so far, filled up to at least so many bytes. */
  text(least: number): Uint8Array {
    return this.#bytes.subarray(0, Math.max(this.#at, least))
  }

  ack({ delayMs, ranges }: AckFrame): void {
    this.#u8(ACK)
    this.#u32(ranges[0]!.last)
    this.#u16(Math.min(delayMs, 65_535))
    this.#u8(ranges.length)
    for (const [i, { first, last }] of ranges.entries()) {
      if (i > 0) this.#u16(ranges[i - 1]!.first - 1 - last)
      this.#u16(last - first)
    }
  }

  fragment(type: number, id: number, total: number, index: number, bytes: Uint8Array): void {
    this.#u8(type)
    this.#u32(id)
    this.#u32(total)
    this.#u16(index)
    this.#take(bytes)
  }

  cancel(id: number): void {
    this.#u8(CANCEL)
    this.#u32(id)
  }

  ping(): void {
    this.#u8(PING)
  }

  close(): void {
    this.#u8(CLOSE)
  }

  token(type: 'path-challenge' | 'path-response', token: Uint8Array): void {
    this.#u8(type === 'path-challenge' ? PATH_CHALLENGE : PATH_RESPONSE)
    this.#take(token)
  }

  #u8(value: number): void {
    this.#at = this.#bytes.writeUInt8(value, this.#at)
  }

  #u16(value: number): void {
    this.#at = this.#bytes.writeUInt16BE(value, this.#at)
  }

  #u32(value: number): void {
    this.#at = this.#bytes.writeUInt32BE(value, this.#at)
  }

  #take(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }
}
