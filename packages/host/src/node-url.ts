/**
 * A host in one short line that people can pass on: `pex://<peer id>@192.0.2.1:4001?udp=4002`. The port is libp2p's over TCP;
 * either of the two may be left out. After the node URLs of libonomy-p2p and Ethereum, with names allowed.
 */
import { placeOf, PexError } from '@pex/core'
import type { Contact } from '@pex/core'
import { parseContact } from '@pex/record'

/** Reads a node URL. Throws `PEX_INVALID_PARAMETER`. */
export function parseNodeUrl(text: string): Contact & { readonly id: string } {
  const [, id, host, tcp, udp] =
    /^pex:\/\/([1-9A-HJ-NP-Za-km-z]{1,128})@(\[[0-9a-fA-F:.]{2,45}\]|[0-9A-Za-z._-]{1,253})(?::(\d{1,5}))?(?:\?udp=(\d{1,5}))?$/.exec(
      text
    ) ?? []
  if (id === undefined || host === undefined || ![tcp, udp].some(port => isPort(port))) throw noUrl(text)
  if (![tcp, udp].every(port => port === undefined || isPort(port))) throw noUrl(text)
  const at = hostPart(host)
  const addresses = [
    ...(tcp === undefined ? [] : [`${at}/tcp/${Number(tcp)}`]),
    ...(udp === undefined ? [] : [`${at}/udp/${Number(udp)}/noise`])
  ]
  try {
    const contacts = addresses.map(address => parseContact(`${address}/p2p/${id}`))
    return { id: contacts[0]!.id!, addresses: contacts.flatMap(contact => contact.addresses) }
  } catch (cause) {
    throw noUrl(text, cause)
  }
}

/**
 * Writes a contact as a node URL: the first host that it has an address at, and that host's TCP and UDP ports. Nothing where
 * there is no id, or no plain TCP or UDP address.
 */
export function formatNodeUrl({ id, addresses }: Contact): string | undefined {
  const places = addresses.flatMap(address => plainPlace(address) ?? [])
  const first = places[0]
  if (id === undefined || first === undefined) return undefined
  const portOf = (kind: Plain['kind']): string | undefined =>
    places.find(place => place.kind === kind && place.host === first.host)?.port
  const [tcp, udp] = [portOf('tcp'), portOf('udp')]
  return `pex://${id}@${first.host}${tcp === undefined ? '' : `:${tcp}`}${udp === undefined ? '' : `?udp=${udp}`}`
}

interface Plain {
  readonly host: string
  readonly kind: 'tcp' | 'udp'
  readonly port: string
}

function plainPlace(address: string): Plain | undefined {
  const [, family, host, kind, port] =
    /^\/(ip4|ip6|dns|dns4|dns6)\/([^/]+)\/(?:(tcp)\/(\d+)|udp\/\d+\/noise)$/.exec(address) ?? []
  if (family === undefined || host === undefined) return undefined
  const written = family === 'ip6' ? `[${host}]` : host
  if (kind === 'tcp') return { host: written, kind, port: port! }
  return { host: written, kind: 'udp', port: String(placeOf(address).port) }
}

function hostPart(host: string): string {
  if (host.startsWith('[')) return `/ip6/${host.slice(1, -1)}`
  return /^[\d.]+$/.test(host) ? `/ip4/${host}` : `/dns/${host}`
}

function isPort(text: string | undefined): boolean {
  return text !== undefined && Number(text) > 0 && Number(text) <= 65_535
}

function noUrl(text: string, cause?: unknown): PexError {
  const message = `"${text}" is no node URL; write it like pex://12D3KooW…@192.0.2.1:4001?udp=4001`
  return new PexError('PEX_INVALID_PARAMETER', message, { cause })
}
