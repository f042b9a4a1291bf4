/**
 * Contacts and this node's own addresses, between the core's text and libp2p's types.
 */
import { limits, PexError } from '@pex/core'
import type { Contact } from '@pex/core'
import { withoutPeer } from '@pex/record'
import type { PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, CODE_P2P_CIRCUIT, multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'

/** First parts of addresses that lead to a host by themselves. */
const HOSTS: ReadonlySet<string> = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6', 'dnsaddr', 'memory'])
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::', '0:0:0:0:0:0:0:0'])

/**
 * What to dial for a contact. With an id, each address carries it, so that libp2p lets nobody else answer; without
 * addresses, libp2p looks the id up. Fails with `PEX_UNREACHABLE` where nothing is left to dial.
 */
export function dialTarget({ id, addresses }: Contact): PeerId | Multiaddr[] {
  const parsed = addresses.slice(0, limits.maxAddresses).flatMap(parse)
  if (id === undefined) {
    // The last peer in the address of a relay's client is the relay, unless the client is named.
    const complete = parsed.filter(address => address.getComponents().at(-1)?.code !== CODE_P2P_CIRCUIT)
    if (complete.length === 0) throw new PexError('PEX_UNREACHABLE', 'the contact has no address to dial')
    return complete
  }
  const peerId = peerIdFromString(id)
  const named = parsed
    .filter(address => (peerOf(address) ?? id) === id)
    .map(address => withoutPeer(address).encapsulate(`/p2p/${id}`))
  return named.length > 0 ? named : peerId
}

/** A node's addresses as a record shall have them: without its own id, and only those that can be dialled. */
export function announced(addresses: readonly Multiaddr[]): readonly string[] {
  const bare = addresses.map(withoutPeer).filter(isDialable)
  return [...new Set(bare.map(String))].filter(text => text.length <= limits.maxAddressBytes)
}

/** Whether listening at the address is a matter of this host alone; a relay's answer may be long in coming. */
export function isDirect(address: Multiaddr): boolean {
  const names = address.getComponents().map(({ name }) => name)
  return HOSTS.has(names[0] ?? '') && !names.includes('p2p-circuit')
}

function isDialable(address: Multiaddr): boolean {
  const components = address.getComponents()
  const [host] = components
  if (host === undefined || !HOSTS.has(host.name) || UNSPECIFIED.has(host.value ?? '')) return false
  return !components.some(({ name, value }) => (name === 'tcp' || name === 'udp') && value === '0')
}

function peerOf(address: Multiaddr): string | undefined {
  const last = address.getComponents().at(-1)
  return last?.code === CODE_P2P ? last.value : undefined
}

function parse(text: string): Multiaddr[] {
  try {
    return [multiaddr(text)]
  } catch {
    // One address that this version cannot read does not spoil the others.
    return []
  }
}
