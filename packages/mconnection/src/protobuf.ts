/**
 * As much of protobuf's encoding as a handful of small messages need: varints and length-delimited fields, in any order,
 * unknown ones skipped, the last of several counting. Groups, which nobody has sent for fifteen years, are refused.
 */
import type { Fault } from './errors.ts'

/** A varint of 64 bits takes at most so many bytes. */
export const MAX_VARINT_BYTES = 10

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

const none: Uint8Array = new Uint8Array()
const utf8 = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A cursor over the fields of a message that somebody else wrote; every length is checked against the bytes present. */
export class Fields {
  readonly #bytes: Uint8Array
  #offset = 0
  /** Number of the field that `next` found. */
  number = 0
  /** Value of a varint field, exact below 2^53; nothing for other kinds. */
  varint: number | undefined
  /** A window on a length-delimited field; nothing for other kinds. */
  bytes: Uint8Array | undefined
  /** True when what follows is no field. */
  isMalformed = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Goes on to the next field; false at the end, and where there is none. */
  next(): boolean {
    if (this.isMalformed || this.#offset === this.#bytes.length) return false
    this.varint = undefined
    this.bytes = undefined
    const key = this.#varint()
    if (key === undefined || key > 0xffff_ffff) return this.#stop()
    this.number = Math.floor(key / 8)
    return (this.number > 0 && this.#value(key % 8)) || this.#stop()
  }

  #value(kind: number): boolean {
    if (kind === VARINT) this.varint = this.#varint()
    else if (kind === BYTES) {
      const length = this.#varint()
      this.bytes = length === undefined ? undefined : this.#window(length)
    } else if (kind === FIXED64) return this.#window(8) !== undefined
    else if (kind === FIXED32) return this.#window(4) !== undefined
    return this.varint !== undefined || this.bytes !== undefined
  }

  #varint(): number | undefined {
    let value = 0
    let scale = 1
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#bytes[this.#offset++]
      if (byte === undefined) return undefined
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return i === MAX_VARINT_BYTES - 1 && byte > 1 ? undefined : value
      scale *= 128
    }
    return undefined
  }

  #window(length: number): Uint8Array | undefined {
    if (length > this.#bytes.length - this.#offset) return undefined
    const start = this.#offset
    this.#offset += length
    return this.#bytes.subarray(start, this.#offset)
  }

  #stop(): false {
    this.isMalformed = true
    return false
  }
}

/** The contents of a length-delimited field, empty where it does not occur. */
export function bytesField(message: Uint8Array, number: number): Uint8Array | Fault {
  const fields = new Fields(message)
  let found = none
  while (fields.next()) {
    if (fields.number !== number) continue
    if (fields.bytes === undefined) return 'malformed'
    found = fields.bytes
  }
  return fields.isMalformed ? 'malformed' : found
}

/** Bytes that a number takes as a varint, for numbers below 2^53. */
export function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) size++
  return size
}

/** Writes a number below 2^53 as a varint; the offset after it. */
export function writeVarint(into: Uint8Array, offset: number, value: number): number {
  let at = offset
  let rest = value
  while (rest >= 0x80) {
    into[at++] = (rest % 128) | 0x80
    rest = Math.floor(rest / 128)
  }
  into[at++] = rest
  return at
}

/** A message with one length-delimited field; for numbers below 16. */
export function field(number: number, bytes: Uint8Array): Uint8Array {
  return behind(number * 8 + BYTES, bytes)
}

/** A message with one length-delimited field of text; without any where the text is empty, as proto3 leaves defaults out. */
export function textField(number: number, text: string): Uint8Array {
  return text === '' ? none : field(number, utf8.encode(text))
}

/** A message with one varint field, below 2^53; without any for 0. For numbers below 16. */
export function varintField(number: number, value: number): Uint8Array {
  if (value === 0) return none
  const whole = new Uint8Array(1 + varintSize(value))
  writeVarint(whole, writeVarint(whole, 0, number * 8 + VARINT), value)
  return whole
}

/** One message of the fields of several, in their order. */
export function merged(...messages: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(messages.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const message of messages) {
    whole.set(message, at)
    at += message.length
  }
  return whole
}

/** A field's bytes as text; nothing where they are not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** A message behind its length, as it stands in a stream. */
export function delimited(message: Uint8Array): Uint8Array {
  const whole = new Uint8Array(varintSize(message.length) + message.length)
  whole.set(message, writeVarint(whole, 0, message.length))
  return whole
}

function behind(key: number, bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(1 + varintSize(bytes.length) + bytes.length)
  whole.set(bytes, writeVarint(whole, writeVarint(whole, 0, key), bytes.length))
  return whole
}
