/**
 * The packets of an MConnection: protobuf behind a length each. A ping, a pong, or a part of a message on a channel.
 * Fields are written as Go's library writes them: in order, those with their default value left out (channel 0 too).
 */
import type { Fault } from './errors.ts'
import { Fields, varintSize, writeVarint } from './protobuf.ts'

export type Packet =
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' }
  /** A part of a message; with `eof` the last one. */
  | { readonly kind: 'msg'; readonly channel: number; readonly eof: boolean; readonly data: Uint8Array }

/** A ping as it stands in the stream. */
export const PING: Uint8Array = Uint8Array.of(2, 0x0a, 0)
/** A pong as it stands in the stream. */
export const PONG: Uint8Array = Uint8Array.of(2, 0x12, 0)

/** A channel's id is at most this. */
export const MAX_CHANNEL = 255

// Keys of the fields: number * 8 + kind.
const MSG = 0x1a
const CHANNEL = 0x08
const EOF = 0x10
const DATA = 0x1a

const none: Uint8Array = new Uint8Array()

/** Bytes of the largest packet with so much payload, without its length; as CometBFT counts them, with a channel below 128. */
export function maxPacketBytes(payload: number): number {
  return packetBytes(msgBytes(1, true, payload))
}

/** Bytes that a part of a message takes in the stream, its length included. */
export function msgPacketBytes(channel: number, eof: boolean, length: number): number {
  const packet = packetBytes(msgBytes(channel, eof, length))
  return varintSize(packet) + packet
}

/** Writes a part of a message with its length in front; the offset after it. */
export function writeMsgPacket(
  into: Uint8Array,
  offset: number,
  channel: number,
  eof: boolean,
  data: Uint8Array
): number {
  const inner = msgBytes(channel, eof, data.length)
  let at = writeVarint(into, offset, packetBytes(inner))
  into[at++] = MSG
  at = writeVarint(into, at, inner)
  if (channel !== 0) {
    into[at++] = CHANNEL
    at = writeVarint(into, at, channel)
  }
  if (eof) {
    into[at++] = EOF
    into[at++] = 1
  }
  if (data.length > 0) {
    into[at++] = DATA
    at = writeVarint(into, at, data.length)
    into.set(data, at)
  }
  return at + data.length
}

/** The packet in the bytes, or what is wrong with them. Its data are a window on them. */
export function decodePacket(bytes: Uint8Array): Packet | Fault {
  const fields = new Fields(bytes)
  let packet: Packet | Fault = 'unknown-packet'
  while (fields.next()) {
    const { number, bytes: body } = fields
    if (number > 3) continue
    if (body === undefined) return 'malformed'
    if (number === 3) packet = decodeMsg(body)
    else packet = isWellFormed(body) ? { kind: number === 1 ? 'ping' : 'pong' } : 'malformed'
    if (typeof packet === 'string') return packet
  }
  return fields.isMalformed ? 'malformed' : packet
}

function decodeMsg(bytes: Uint8Array): Packet | Fault {
  const fields = new Fields(bytes)
  let channel = 0
  let eof = false
  let data = none
  while (fields.next()) {
    if (fields.number > 3) continue
    if (fields.number === 3) {
      if (fields.bytes === undefined) return 'malformed'
      data = fields.bytes
    } else if (fields.varint === undefined) return 'malformed'
    else if (fields.number === 1) channel = fields.varint
    else eof = fields.varint !== 0
  }
  if (fields.isMalformed) return 'malformed'
  // A negative one is a varint of ten bytes, and so a large number here.
  return channel > MAX_CHANNEL ? 'unknown-channel' : { kind: 'msg', channel, eof, data }
}

function isWellFormed(bytes: Uint8Array): boolean {
  const fields = new Fields(bytes)
  while (fields.next());
  return !fields.isMalformed
}

function msgBytes(channel: number, eof: boolean, length: number): number {
  const id = channel === 0 ? 0 : 1 + varintSize(channel)
  return id + (eof ? 2 : 0) + (length === 0 ? 0 : 1 + varintSize(length) + length)
}

function packetBytes(inner: number): number {
  return 1 + varintSize(inner) + inner
}
