/**
 * What nodes of the Tendermint family say to each other about peers: CometBFT's `Message` (proto/tendermint/p2p/pex.proto),
 * and the second version of it that Tendermint v0.35 had. One oneof: 1 a request, 2 addresses; 3 and 4 the same with URLs.
 * Reading is total: whatever the bytes are, there is a message or a fault, and no more than the dialect's limits is kept.
 */
import { formatIp, parseIp } from '@pex/address-book'
import type { NetAddress } from '@pex/address-book'
import { field, Fields, varintSize, writeVarint } from '@pex/mconnection/protobuf'

/** The channel of all dialects. */
export const PEX_CHANNEL = 0x00
/** Bytes of one message, most: 250 addresses of 256 bytes. From CometBFT (maxMsgSize). */
export const MAX_PEX_BYTES = 64_000

export type PexMessage =
  | { readonly kind: 'request'; readonly version: 1 | 2 }
  /** The ids are as they came, unchecked: a book takes only what it can make something of. The IP addresses are literal. */
  | { readonly kind: 'addresses'; readonly version: 1; readonly addresses: readonly NetAddress[] }
  /** Unchecked: see `parseNodeAddress`. */
  | { readonly kind: 'addresses'; readonly version: 2; readonly urls: readonly string[] }

/** What is wrong with a message, from a closed list. */
export type PexFault =
  /** More bytes than any honest node sends. */
  | 'oversize'
  /** No protobuf. */
  | 'malformed'
  /** No message at all, or none that this dialect knows. */
  | 'unknown-message'
  /** An IP address that is none, or a port beyond 65535, where one such entry spoils the list. */
  | 'bad-address'
  /** More addresses than an answer may have. */
  | 'too-many'

/** How a dialect reads: what it knows, how much it takes, and whether a bad entry spoils its list. */
export interface Reading {
  /** Versions that it knows. */
  readonly versions: readonly (1 | 2)[]
  /** Addresses in one answer of each version, most. */
  readonly mostAddresses: { readonly 1: number; readonly 2: number }
  /** Whether one bad entry spoils the whole list; otherwise it is left out. */
  readonly isListSpoilt: boolean
}

const REQUEST = 1
const ADDRESSES = 2
/** What is added to those in the second version. */
const SECOND = 2

const utf8 = new TextEncoder()
const text = new TextDecoder()

/** The message in the bytes, or what is wrong with them. The last of several counts, as in every reader of protobuf. */
export function decodePex(bytes: Uint8Array, reading: Reading): PexMessage | PexFault {
  if (bytes.length > MAX_PEX_BYTES) return 'oversize'
  const fields = new Fields(bytes)
  let message: PexMessage | PexFault = 'unknown-message'
  while (fields.next()) {
    const version = fields.number > SECOND ? 2 : 1
    const kind = fields.number - (version === 2 ? SECOND : 0)
    if (kind > ADDRESSES || !reading.versions.includes(version)) continue
    if (fields.bytes === undefined) return 'malformed'
    message =
      kind === REQUEST ? decodeRequest(fields.bytes, version) : decodeList(fields.bytes, version, reading)
    if (message === 'malformed') return message
  }
  return fields.isMalformed ? 'malformed' : message
}

function decodeRequest(bytes: Uint8Array, version: 1 | 2): PexMessage | PexFault {
  const fields = new Fields(bytes)
  while (fields.next());
  return fields.isMalformed ? 'malformed' : { kind: 'request', version }
}

function decodeList(bytes: Uint8Array, version: 1 | 2, reading: Reading): PexMessage | PexFault {
  const fields = new Fields(bytes)
  const addresses: NetAddress[] = []
  const urls: string[] = []
  let count = 0
  let isSpoilt = false
  while (fields.next()) {
    if (fields.number !== 1) continue
    if (fields.bytes === undefined) return 'malformed'
    if (++count > reading.mostAddresses[version]) return 'too-many'
    const entry = version === 1 ? decodeAddress(fields.bytes) : decodeUrl(fields.bytes)
    if (entry === 'malformed') return entry
    if (entry === 'bad-address') isSpoilt = reading.isListSpoilt
    else if ('url' in entry) urls.push(entry.url)
    else addresses.push(entry)
  }
  if (fields.isMalformed) return 'malformed'
  if (isSpoilt) return 'bad-address'
  return version === 1 ? { kind: 'addresses', version, addresses } : { kind: 'addresses', version, urls }
}

function decodeAddress(bytes: Uint8Array): NetAddress | 'malformed' | 'bad-address' {
  const fields = new Fields(bytes)
  let [id, host, port] = ['', '', 0]
  while (fields.next()) {
    if (fields.number > 3) continue
    const { bytes: body, varint } = fields
    if ((fields.number === 3 ? varint : body) === undefined) return 'malformed'
    if (fields.number === 1) id = text.decode(body)
    else if (fields.number === 2) host = text.decode(body)
    else port = varint!
  }
  if (fields.isMalformed) return 'malformed'
  const ip = parseIp(host)
  return ip === undefined || port > 65_535 ? 'bad-address' : { id, ip: formatIp(ip), port }
}

function decodeUrl(bytes: Uint8Array): { readonly url: string } | 'malformed' {
  const fields = new Fields(bytes)
  let url = ''
  while (fields.next()) {
    if (fields.number !== 1) continue
    if (fields.bytes === undefined) return 'malformed'
    url = text.decode(fields.bytes)
  }
  return fields.isMalformed ? 'malformed' : { url }
}

/** The bytes of a message, with fields in the order in which Go writes them. */
export function encodePex(message: PexMessage): Uint8Array {
  const shift = message.version === 2 ? SECOND : 0
  if (message.kind === 'request') return field(REQUEST + shift, new Uint8Array())
  const entries =
    message.version === 1
      ? message.addresses.map(encodeAddress)
      : message.urls.map(url => field(1, utf8.encode(url)))
  return field(ADDRESSES + shift, joined(entries.map(entry => field(1, entry))))
}

function encodeAddress({ id, ip, port }: NetAddress): Uint8Array {
  const parts = [...stringField(1, id), ...stringField(2, ip)]
  if (port > 0) {
    const number = new Uint8Array(1 + varintSize(port))
    number[0] = 3 << 3
    writeVarint(number, 1, port)
    parts.push(number)
  }
  return joined(parts)
}

/** An empty one is left out, as every default is. */
function stringField(number: number, value: string): Uint8Array[] {
  return value === '' ? [] : [field(number, utf8.encode(value))]
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
