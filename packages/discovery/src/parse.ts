/** The texts that name sources. Pure: nothing is opened or looked up. */
import { PexError, placeOf } from '@pex/core'
import type { CrawlRange } from './crawl/range.ts'
import type { Endpoint } from './socket.ts'

/** A source, named. */
export type DiscoveryText =
  | { readonly type: 'survey'; readonly gradual: boolean; readonly group: Endpoint | undefined }
  | { readonly type: 'crawl'; readonly range: CrawlRange }
  | { readonly type: 'dns'; readonly name: string; readonly port: number | undefined }
  | { readonly type: 'peer'; readonly address: string }

const FORMS =
  'lan, gradual, dns:<name>[:<port>], crawl:<address>/<bits>:<port>, crawl:<address>:<low>-<high>, or a multiaddr'

/** Reads a text. Throws `PEX_INVALID_PARAMETER`. */
export function parseDiscovery(text: string): DiscoveryText {
  if (text.startsWith('/')) return parseMultiaddr(text)
  const [type, ...rest] = text.split(':')
  const value = rest.join(':')
  switch (type) {
    case 'lan':
    case 'gradual':
      return {
        type: 'survey',
        gradual: type === 'gradual',
        group: value === '' ? undefined : groupOf(value, text)
      }
    case 'dns':
      return parseDns(value, text)
    case 'crawl':
      return { type: 'crawl', range: rangeOf(value, text) }
    default:
      throw wrong(text, `write it as one of: ${FORMS}`)
  }
}

/** casm's way to write a crawl, or a peer. */
function parseMultiaddr(text: string): DiscoveryText {
  const crawled = /^\/ip[46]\/([^/]+)\/udp\/(\d{1,5})\/cidr\/(\d{1,3})$/.exec(text)
  if (crawled === null) return { type: 'peer', address: text }
  const port = Number(crawled[2])
  return { type: 'crawl', range: { address: crawled[1]!, bits: Number(crawled[3]), ports: [port, port] } }
}

function parseDns(value: string, text: string): DiscoveryText {
  const [name = '', port, ...more] = value.split(':')
  if (name === '' || more.length > 0 || (port !== undefined && !isPort(port)))
    throw wrong(text, 'write it like dns:pex.example.com, or dns:pex.example.com:4001')
  return { type: 'dns', name, port: port === undefined ? undefined : Number(port) }
}

function rangeOf(value: string, text: string): CrawlRange {
  const { host, ports } = hostAndPorts(value)
  const [low, high = low, ...more] = ports.split('-')
  const [address = '', bits, ...others] = host.split('/')
  const well = isPort(low) && isPort(high) && more.length === 0 && others.length === 0
  if (!well || (bits !== undefined && !/^\d{1,3}$/.test(bits)))
    throw wrong(text, 'write it like crawl:10.0.0.0/24:8822, or crawl:127.0.0.1:8000-8099')
  const all = address.includes(':') ? 128 : 32
  return { address, bits: bits === undefined ? all : Number(bits), ports: [Number(low), Number(high)] }
}

function groupOf(value: string, text: string): Endpoint {
  const { host: address, ports: port } = hostAndPorts(value)
  const family = address.includes(':') ? 'ip6' : 'ip4'
  if (!isPort(port) || placeOf(`/${family}/${address}`).class !== 'multicast')
    throw wrong(text, 'write the group like lan:228.8.8.8:8822')
  return { address, port: Number(port) }
}

/** What stands before the last colon, without the brackets of an IPv6 address, and what stands behind it. */
function hostAndPorts(value: string): { host: string; ports: string } {
  const colon = value.lastIndexOf(':')
  if (colon < 0) return { host: value, ports: '' }
  return { host: value.slice(0, colon).replace(/[[\]]/g, ''), ports: value.slice(colon + 1) }
}

function isPort(text: string | undefined): boolean {
  return text !== undefined && /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536
}

function wrong(text: string, how: string): PexError {
  return new PexError('PEX_INVALID_PARAMETER', `"${text}" names no source of first contact; ${how}`)
}
