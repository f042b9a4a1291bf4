/**
 * What a crawl asks: a block of IP addresses times a range of ports. A crawl must not become a scan of strangers: every
 * address is private, link-local or of this host unless somebody explicitly asks for others, and there are at most so many.
 */
import { PexError, placeOf } from '@pex/core'
import type { Endpoint } from '../socket.ts'
import { bounds } from '../bounds.ts'

/** A block of addresses, as in `10.0.0.0/24`, and the ports from the lowest to the highest. */
export interface CrawlRange {
  readonly address: string
  /** Leading bits that all addresses share; 32 or 128 is one host. */
  readonly bits: number
  readonly ports: readonly [low: number, high: number]
}

export interface RangeOptions {
  /** Lets a crawl ask hosts that are none of ours. Only for networks that you answer for. @default false */
  readonly publicTargets?: boolean | undefined
  /** Places to ask, most. @default 65 536 */
  readonly maxTargets?: number | undefined
}

/** The places of a range, by number. */
export interface Targets {
  readonly count: number
  readonly ports: readonly [low: number, high: number]
  /** The place; nothing for an address that is none of a host, or that must not be asked. */
  at(index: number): Endpoint | undefined
}

/** Checks a range. Throws `PEX_INVALID_PARAMETER` for one that is malformed, too large or not ours to ask. */
export function targetsOf(range: CrawlRange, options: RangeOptions = {}): Targets {
  const { address, bits, ports } = range
  const { publicTargets = false, maxTargets = bounds.maxTargets } = options
  const family = address.includes(':') ? 'ip6' : 'ip4'
  const { ip } = placeOf(`/${family}/${address}`)
  // An IPv4 address that is wrapped in an IPv6 one is to be written as what it is.
  if (ip === undefined || (ip.length === 16) !== (family === 'ip6'))
    throw invalid(`"${address}" is no IP address`)
  if (!Number.isInteger(bits) || bits < 0 || bits > ip.length * 8)
    throw invalid(`/${bits} is no prefix of ${address}`)
  const [low, high] = ports
  if (!isPort(low) || !isPort(high) || low > high) throw invalid(`${low} to ${high} is no range of ports`)

  const hosts = 2 ** (ip.length * 8 - bits)
  const each = high - low + 1
  const count = hosts * each
  if (count > maxTargets)
    throw invalid(
      `${address}/${bits} and ${each} ports are ${count} places to ask; at most ${maxTargets} are crawled`
    )
  const first = wordOf(ip, hosts)
  const mayAsk = (text: string): boolean => publicTargets || isOurs(`/${family}/${text}`)
  const textAt = (host: number): string => textOf(ip, first + host)
  if (!mayAsk(textAt(0)) || !mayAsk(textAt(hosts - 1)))
    throw invalid(`${address}/${bits} is not a private network; a crawl asks no strangers`)

  return {
    count,
    ports,
    at(index: number): Endpoint | undefined {
      const host = Math.floor(index / each)
      // The first address of an IPv4 network is its name, the last one everybody in it.
      if (family === 'ip4' && hosts > 2 && (host === 0 || host === hosts - 1)) return undefined
      const text = textAt(host)
      return mayAsk(text) ? { address: text, port: low + (index % each) } : undefined
    }
  }
}

/** Classes of places that belong to whoever runs this host, or to its own wire. */
function isOurs(address: string): boolean {
  const kind = placeOf(address).class
  return kind === 'loopback' || kind === 'private' || kind === 'link-local'
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 65_536
}

/** The last 32 bits of the block's first address. */
function wordOf(ip: readonly number[], hosts: number): number {
  const word = ip.slice(-4).reduce((value, byte) => value * 256 + byte, 0)
  return word - (word % Math.min(hosts, 2 ** 32))
}

function textOf(ip: readonly number[], word: number): string {
  const bytes = [...ip.slice(0, -4), word / 2 ** 24, word / 2 ** 16, word / 2 ** 8, word].map(
    byte => Math.floor(byte) % 256
  )
  if (bytes.length === 4) return bytes.join('.')
  const words = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! * 256 + bytes[2 * i + 1]!).toString(16))
  return words.join(':')
}

function invalid(message: string): PexError {
  return new PexError('PEX_INVALID_PARAMETER', message)
}
