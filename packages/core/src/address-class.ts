/**
 * What kind of place an address is, decided once, here: the network group, the scope of a network, the ranking of dials and
 * the victim cap all ask this module. The ranges are those of the IANA special-purpose registries (RFC 6890 and its
 * successors), the places where clouds keep credentials, and the forms that wrap one address in another. Pure text: nothing
 * is looked up.
 */
import { ip4Bytes, ip6Words, looseIp4Bytes } from './ip.ts'

export type AddressClass =
  /** Anybody can have such an address, and anybody can be called there. */
  | 'public'
  /** This host. */
  | 'loopback'
  /** For use within one site: RFC 1918, unique local and site-local IPv6, benchmark networks. */
  | 'private'
  /** Behind a provider's translator (RFC 6598). */
  | 'shared'
  /** One wire only; also anything with a zone, which names an interface of this very host. */
  | 'link-local'
  /** Where a cloud tells a machine its credentials. */
  | 'metadata'
  /** No address at all, such as 0.0.0.0, which many systems take for loopback. */
  | 'unspecified'
  /** Many hosts at once; broadcast too. */
  | 'multicast'
  /** For documents (RFC 5737, RFC 3849, RFC 9637). */
  | 'documentation'
  /** Handed out to nobody, or for protocols that are no host. */
  | 'reserved'
  /** A name that a registry has handed out, by its looks; what it stands for only a resolver knows. */
  | 'name'
  /** A name that only a local network gives a meaning to. */
  | 'local-name'
  /** Through a relay that the address does not locate. */
  | 'relay'
  /** Not on the internet: a process's own memory, an overlay with addresses of its own. */
  | 'other'
  /** A file of this host. */
  | 'socket'
  /** Not an address, or one that says two things. */
  | 'malformed'

/** An address, classified. */
export interface Place {
  /** Of a relayed address: the class of where the relay is. */
  readonly class: AddressClass
  /** The bytes of the IP address, 4 or 16; of one wrapped in another, the one that packets would reach. */
  readonly ip?: readonly number[]
  readonly name?: string
  /** The port of the outermost transport. */
  readonly port?: number
  readonly relayed: boolean
}

const MALFORMED: Place = { class: 'malformed', relayed: false }
/** Protocols whose value is a host. */
const HOSTS: ReadonlySet<string> = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6', 'dnsaddr'])
/** Protocols of the multiaddr table that stand without a value; all others are followed by one. */
const BARE: ReadonlySet<string> = new Set([
  'p2p-circuit',
  'ws',
  'wss',
  'tls',
  'quic',
  'quic-v1',
  'webtransport',
  'webrtc',
  'webrtc-direct',
  'http',
  'https',
  'noise',
  'utp',
  'udt',
  'p2p-websocket-star',
  'p2p-webrtc-star',
  'p2p-webrtc-direct',
  'p2p-stardust'
])

/** Classifies a multiaddr in text form. Any text has an answer, in time that grows with its length. */
export function placeOf(address: string): Place {
  const parts = address.split('/', 64)
  if (parts[0] !== '' || parts.length < 2 || parts[1] === '') return MALFORMED
  let host: Place | undefined
  let zoned = false
  let port: number | undefined
  for (let at = 1; at < parts.length; at++) {
    const protocol = parts[at]!
    if (protocol === 'p2p-circuit') return relayed(host, port)
    if (BARE.has(protocol)) continue
    const value = parts[++at]
    if (value === undefined) return protocol === '' ? finish(host, port) : MALFORMED
    if (protocol === 'unix') return { class: 'socket', relayed: false }
    if (protocol === 'ip6zone') zoned = true
    else if (HOSTS.has(protocol)) {
      if (host !== undefined) return MALFORMED
      host = hostOf(protocol, value)
      if (zoned) host = { ...host, class: 'link-local' }
    } else if (protocol === 'tcp' || protocol === 'udp') {
      if (!isPort(value)) return MALFORMED
      port ??= Number(value)
    }
  }
  return finish(host, port)
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
}

function finish(host: Place | undefined, port: number | undefined): Place {
  if (host === undefined) return { class: 'other', relayed: false }
  return port === undefined ? host : { ...host, port }
}

function relayed(host: Place | undefined, port: number | undefined): Place {
  if (host === undefined) return { class: 'relay', relayed: true }
  return { ...finish(host, port), relayed: true }
}

function hostOf(protocol: string, value: string): Place {
  if (protocol === 'ip4') {
    const ip = ip4Bytes(value)
    return ip === undefined ? MALFORMED : { class: ip4Class(ip), ip, relayed: false }
  }
  if (protocol === 'ip6') {
    const [text, zone] = value.split(/%(?:25)?/, 2)
    const words = ip6Words(text!)
    if (words === undefined) return MALFORMED
    const place = ip6Place(words)
    return zone === undefined ? place : { ...place, class: 'link-local' }
  }
  return namePlace(value.toLowerCase().replace(/\.$/, ''))
}

/** The class of four bytes. */
export function ip4Class([a = 0, b = 0, c = 0, d = 0]: readonly number[]): AddressClass {
  if (a === 0) return b + c + d === 0 ? 'unspecified' : 'reserved'
  if (a === 10) return 'private'
  if (a === 127) return 'loopback'
  if (a >= 224) return a < 240 || a + b + c + d === 1020 ? 'multicast' : 'reserved'
  // Alibaba, and Azure's in the midst of public space; all others' are link-local.
  if ((a === 100 && b === 100 && c === 100 && d === 200) || (a === 168 && b === 63 && c === 129 && d === 16))
    return 'metadata'
  if (a === 100) return b < 64 || b > 127 ? 'public' : 'shared'
  if (a === 169 && b === 254) return c === 169 && d === 254 ? 'metadata' : 'link-local'
  if (a === 172) return b < 16 || b > 31 ? 'public' : 'private'
  if (a === 192) return ip4Class192(b, c, d)
  if (a === 198 && (b === 18 || b === 19)) return 'private'
  return (a === 198 && b === 51 && c === 100) || (a === 203 && b === 0 && c === 113)
    ? 'documentation'
    : 'public'
}

function ip4Class192(b: number, c: number, d: number): AddressClass {
  if (b === 168) return 'private'
  if (b === 88 && c === 99) return 'reserved'
  if (b !== 0 || (c !== 0 && c !== 2)) return 'public'
  if (c === 2) return 'documentation'
  // 192.0.0.192 is Oracle's.
  return d === 192 ? 'metadata' : 'reserved'
}

function ip6Place(words: readonly number[]): Place {
  const inner = wrapped(words)
  if (inner !== undefined) return { class: ip4Class(inner), ip: inner, relayed: false }
  const ip = words.flatMap(word => [word >> 8, word & 255])
  return { class: ip6Class(words), ip, relayed: false }
}

/** The IPv4 address that packets to this one reach: mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056). */
function wrapped(words: readonly number[]): readonly number[] | undefined {
  const zeros = (from: number, to: number): boolean => words.slice(from, to).every(word => word === 0)
  const mapped = zeros(0, 5) && words[5] === 0xffff
  const translated = zeros(0, 4) && words[4] === 0xffff && words[5] === 0
  const nat64 = words[0] === 0x64 && words[1] === 0xff9b && zeros(2, 6)
  if (mapped || translated || nat64) return bytesOf(words[6]!, words[7]!)
  return words[0] === 0x2002 ? bytesOf(words[1]!, words[2]!) : undefined
}

function bytesOf(high: number, low: number): readonly number[] {
  return [high >> 8, high & 255, low >> 8, low & 255]
}

function ip6Class(words: readonly number[]): AddressClass {
  const [first = 0, second = 0, third = 0] = words
  if (words.slice(0, 7).every(word => word === 0))
    return words[7] === 0 ? 'unspecified' : words[7] === 1 ? 'loopback' : 'reserved'
  if (first >> 8 === 0xff) return 'multicast'
  if (first >> 6 === 0x3fa) return 'link-local'
  if (first === 0xfd00 && second === 0xec2) return 'metadata'
  if (first >> 9 === 0x7e || first >> 6 === 0x3fb) return 'private'
  // RFC 8215: a translator of the site's own.
  if (first === 0x64 && second === 0xff9b && third === 1) return 'private'
  // Only 2000::/3 is handed out (RFC 4291).
  if (first >> 13 !== 1) return 'reserved'
  if ((first === 0x2001 && second === 0xdb8) || first >> 4 === 0x3ff) {
    return first === 0x2001 || second < 0x1000 ? 'documentation' : 'public'
  }
  // Teredo, ORCHID and their like.
  return first === 0x2001 && second < 0x200 ? 'reserved' : 'public'
}

const LOCAL_NAMES =
  /^(local|localdomain|internal|lan|home|corp|intranet|private|arpa|test|invalid|onion|alt)$/

function namePlace(name: string): Place {
  const ip = looseIp4Bytes(name)
  if (ip !== undefined) return { class: ip4Class(ip), ip, relayed: false }
  if (name === '' || name.length > 253 || !/^[a-z0-9_\-.\u0080-\uffff]+$/.test(name)) return MALFORMED
  const labels = name.split('.')
  const top = labels.at(-1)!
  if (top === 'localhost') return { class: 'loopback', name, relayed: false }
  const local = labels.length === 1 || LOCAL_NAMES.test(top)
  return { class: local ? 'local-name' : 'name', name, relayed: false }
}
