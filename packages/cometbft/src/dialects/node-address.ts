/**
 * Node addresses as URLs (Tendermint v0.35, internal/p2p/address.go): `protocol://id@host:port/path?query#frag`, or
 * `memory:id` where there is no host. Strings without a scheme mean `mconn://`; `tcp` is another name of it. A host may be a
 * name, which is looked up at dial time, by whatever the caller hands in.
 */
import { formatIp, parseIp } from '@pex/address-book'
import type { NetAddress } from '@pex/address-book'

export interface NodeAddress {
  /** Lower case. `mconn` and `tcp` are the same; `memory` is one of tests. */
  readonly protocol: string
  /** 40 hexadecimal digits in lower case. */
  readonly id: string
  /** A name or a literal IP address in lower case, IPv6 without brackets; empty where the protocol needs none. */
  readonly host: string
  /** 0 for none. */
  readonly port: number
  /** Path, query and fragment, as they came, with a `/` in front of a path; empty for none. */
  readonly path: string
}

/** Characters of one URL, most: what CometBFT counts for one address (maxAddressSize). */
const MAX_URL = 256

const opaque = /^(?<protocol>[a-z][a-z0-9+.-]*):(?<id>[0-9a-f]{40})$/i
const networked =
  /^(?:(?<protocol>[a-z][a-z0-9+.-]*):\/\/)?(?<id>[0-9a-f]{40})@(?:\[(?<v6>[0-9a-f:.]+)\]|(?<name>[a-z0-9._-]*))(?::(?<port>\d{0,5}))?(?<path>[/?#]\S*)?$/i

/** Reads an address; nothing for what is none. */
export function parseNodeAddress(url: string): NodeAddress | undefined {
  if (url.length > MAX_URL) return undefined
  const {
    protocol = 'mconn',
    id = '',
    v6,
    name,
    port,
    path = ''
  } = (opaque.exec(url) ?? networked.exec(url))?.groups ?? {}
  if (id === '') return undefined
  const host = hostOf(v6, name)
  const number = Number(port ?? 0)
  if (host === undefined || number > 65_535 || (number > 0 && host === '')) return undefined
  return { protocol: protocol.toLowerCase(), id: id.toLowerCase(), host, port: number, path }
}

function hostOf(v6: string | undefined, name: string = ''): string | undefined {
  if (v6 === undefined) return name.toLowerCase()
  const ip = parseIp(v6)
  return ip === undefined ? undefined : formatIp(ip)
}

/** Writes an address; what `parseNodeAddress` reads it as is the same again. */
export function formatNodeAddress({ protocol, id, host, port, path }: NodeAddress): string {
  if (host === '' && path === '') return `${protocol}:${id}`
  const place = host.includes(':') ? `[${host}]` : host
  return `${protocol}://${id}@${place}${port === 0 ? '' : `:${port}`}${path}`
}

/** Whether it is an address on the wire that all of these nodes speak: over TCP. */
export function isTcp({ protocol }: NodeAddress): boolean {
  return protocol === 'mconn' || protocol === 'tcp'
}

/** The same for a book, or for a dial: nothing where the host is a name, where there is no port, or for other protocols. */
export function netAddressOf(address: NodeAddress): NetAddress | undefined {
  const ip = parseIp(address.host)
  if (ip === undefined || address.port === 0 || !isTcp(address)) return undefined
  return { id: address.id, ip: formatIp(ip), port: address.port }
}

/** Looks a name up: literal IP addresses, in the order in which to try them. */
export type Resolve = (name: string, options: { readonly signal: AbortSignal }) => Promise<readonly string[]>

/** The addresses that a node address stands for, in the order in which to try them; a literal one is itself. */
export async function resolveNodeAddress(
  address: NodeAddress,
  resolve: Resolve,
  options: { readonly signal: AbortSignal }
): Promise<NetAddress[]> {
  if (address.host === '' || address.port === 0 || !isTcp(address)) return []
  const literal = netAddressOf(address)
  if (literal !== undefined) return [literal]
  const found = await resolve(address.host, options)
  return found.flatMap(host => netAddressOf({ ...address, host }) ?? [])
}
