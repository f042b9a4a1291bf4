/**
 * The five kinds of packets as bytes. Each begins with its kind and three zero bytes; numbers have their big end first. A
 * datagram holds one packet, but for a finish, behind which the first data packet may follow.
 */
import { timingSafeEqual } from 'node:crypto'
import { hmac, KEY_BYTES, TAG_BYTES } from './crypto.ts'
import { udpLimits } from './constants.ts'
import { IDENTITY_BYTES } from './identity.ts'
import type { DatagramRejection } from './rejections.ts'

export const HELLO = 1
export const CHALLENGE = 2
export const RESPONSE = 3
export const FINISH = 4
export const DATA = 5

/** What a challenge repeats of the hello's key, so that only who has seen the hello can answer it. */
export const ECHO_BYTES = 16
/** Kind and receiver (or sender, in a hello). */
const HEAD_BYTES = 8
export const RESPONSE_BYTES: number =
  HEAD_BYTES + 4 + KEY_BYTES + (KEY_BYTES + TAG_BYTES) + IDENTITY_BYTES + TAG_BYTES
export const FINISH_BYTES: number = HEAD_BYTES + (KEY_BYTES + TAG_BYTES) + IDENTITY_BYTES + TAG_BYTES
export const DATA_HEAD_BYTES = 16
/** Text in a data packet, least. */
export const MIN_TEXT_BYTES: number = udpLimits.minDatagramBytes - DATA_HEAD_BYTES - TAG_BYTES

const COOKIE_AT = HEAD_BYTES
const NOISE_AT = COOKIE_AT + udpLimits.cookieBytes

/** What can be said of a datagram before any key is used: its kind, or why it is none of ours. */
export function kindOf(bytes: Uint8Array): number | DatagramRejection {
  if (bytes.length < udpLimits.minDatagramBytes) return 'too-short'
  if (bytes.length > udpLimits.maxDatagramBytes) return 'too-long'
  const kind = bytes[0]!
  if (kind < HELLO || kind > DATA) return 'unknown-type'
  if (bytes[1] !== 0 || bytes[2] !== 0 || bytes[3] !== 0) return 'bad-reserved'
  const fits = {
    [HELLO]: bytes.length === udpLimits.helloBytes,
    [CHALLENGE]: bytes.length === udpLimits.challengeBytes,
    [RESPONSE]: bytes.length === RESPONSE_BYTES,
    [FINISH]: bytes.length === FINISH_BYTES || bytes.length >= FINISH_BYTES + udpLimits.minDatagramBytes,
    [DATA]: true
  }[kind]
  return fits ? kind : 'bad-length'
}

export interface Hello {
  readonly sender: number
  /** Nothing where it is all zeros. */
  readonly cookie: Uint8Array | undefined
  readonly ephemeral: Uint8Array
  readonly noise: Uint8Array
}

const zeros = Buffer.alloc(udpLimits.helloBytes)

/** Where the proof of the network key stands, with a network key. */
const MAC_AT = udpLimits.helloBytes - udpLimits.cookieBytes

/**
 * Reads a hello of the right length; `noiseBytes` is what its first message of Noise takes. With a key it must end in a MAC of
 * what it says (as WireGuard's mac1): the one thing that is looked at before a stranger is answered.
 */
export function readHello(
  bytes: Uint8Array,
  noiseBytes: number,
  key: Uint8Array | undefined
): Hello | DatagramRejection {
  const end = NOISE_AT + noiseBytes
  if (key !== undefined && !timingSafeEqual(mac(key, bytes, end), bytes.subarray(MAC_AT)))
    return 'wrong-network-key'
  if (!isZero(key === undefined ? bytes : bytes.subarray(0, MAC_AT), end)) return 'bad-padding'
  const cookie = bytes.subarray(COOKIE_AT, NOISE_AT)
  return {
    sender: readU32(bytes, 4),
    cookie: isZero(cookie, 0) ? undefined : cookie,
    ephemeral: bytes.subarray(NOISE_AT, NOISE_AT + KEY_BYTES),
    noise: bytes.subarray(NOISE_AT, end)
  }
}

export function writeHello(
  sender: number,
  cookie: Uint8Array | undefined,
  noise: Uint8Array,
  key?: Uint8Array
): Uint8Array {
  const bytes = Buffer.alloc(udpLimits.helloBytes)
  bytes[0] = HELLO
  bytes.writeUInt32BE(sender, 4)
  if (cookie !== undefined) bytes.set(cookie, COOKIE_AT)
  bytes.set(noise, NOISE_AT)
  if (key !== undefined) bytes.set(mac(key, bytes, NOISE_AT + noise.length), MAC_AT)
  return bytes
}

/** The key for the MAC of a hello, from a network's key. */
export function helloKey(networkKey: Uint8Array): Uint8Array {
  return hmac(networkKey, Buffer.from('pex-udp-hello'))
}

function mac(key: Uint8Array, bytes: Uint8Array, end: number): Uint8Array {
  return hmac(key, bytes.subarray(0, end)).subarray(0, udpLimits.cookieBytes)
}

export interface Challenge {
  readonly receiver: number
  readonly echo: Uint8Array
  readonly cookie: Uint8Array
}

export function readChallenge(bytes: Uint8Array): Challenge | DatagramRejection {
  const [echoAt, cookieAt] = [HEAD_BYTES, HEAD_BYTES + ECHO_BYTES]
  const end = cookieAt + udpLimits.cookieBytes
  if (!isZero(bytes, end)) return 'bad-padding'
  return {
    receiver: readU32(bytes, 4),
    echo: bytes.subarray(echoAt, cookieAt),
    cookie: bytes.subarray(cookieAt, end)
  }
}

export function writeChallenge(receiver: number, ephemeral: Uint8Array, cookie: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(udpLimits.challengeBytes)
  bytes[0] = CHALLENGE
  bytes.writeUInt32BE(receiver, 4)
  bytes.set(ephemeral.subarray(0, ECHO_BYTES), HEAD_BYTES)
  bytes.set(cookie, HEAD_BYTES + ECHO_BYTES)
  return bytes
}

export interface Response {
  readonly receiver: number
  readonly sender: number
  readonly noise: Uint8Array
}

export function readResponse(bytes: Uint8Array): Response {
  return { receiver: readU32(bytes, 4), sender: readU32(bytes, 8), noise: bytes.subarray(12) }
}

export function writeResponse(receiver: number, sender: number, noise: Uint8Array): Uint8Array {
  const head = Buffer.alloc(12)
  head[0] = RESPONSE
  head.writeUInt32BE(receiver, 4)
  head.writeUInt32BE(sender, 8)
  return Buffer.concat([head, noise])
}

export interface Finish {
  readonly receiver: number
  readonly noise: Uint8Array
  /** The data packet behind it. */
  readonly rest: Uint8Array | undefined
}

export function readFinish(bytes: Uint8Array): Finish {
  const rest = bytes.length > FINISH_BYTES ? bytes.subarray(FINISH_BYTES) : undefined
  return { receiver: readU32(bytes, 4), noise: bytes.subarray(HEAD_BYTES, FINISH_BYTES), rest }
}

export function writeFinish(receiver: number, noise: Uint8Array): Uint8Array {
  const head = Buffer.alloc(HEAD_BYTES)
  head[0] = FINISH
  head.writeUInt32BE(receiver, 4)
  return Buffer.concat([head, noise])
}

export interface Data {
  readonly receiver: number
  readonly counter: number
  readonly sealed: Uint8Array
}

/** Reads a data packet; a counter of 2^32 or more is beyond every session's life. */
export function readData(bytes: Uint8Array): Data | DatagramRejection {
  if (readU32(bytes, 8) !== 0) return 'bad-counter'
  return { receiver: readU32(bytes, 4), counter: readU32(bytes, 12), sealed: bytes.subarray(DATA_HEAD_BYTES) }
}

export function writeDataHead(receiver: number, counter: number): Uint8Array {
  const head = Buffer.alloc(DATA_HEAD_BYTES)
  head[0] = DATA
  head.writeUInt32BE(receiver, 4)
  head.writeUInt32BE(counter, 12)
  return head
}

export function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

function isZero(bytes: Uint8Array, from: number): boolean {
  return zeros.subarray(0, bytes.length - from).equals(bytes.subarray(from))
}
