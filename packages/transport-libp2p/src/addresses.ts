/**
 * Contacts and this node's own addresses, between the core's text and libp2p's types.
 */
import { limits } from '@pex/core'
import type { Contact } from '@pex/core'
import { withoutPeer } from '@pex/record'
import { CODE_P2P, CODE_P2P_CIRCUIT, multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'

/** First parts of addresses that lead to a host by themselves. */
const HOSTS: ReadonlySet<string> = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6', 'dnsaddr', 'memory'])
const UNSPECIFIED: ReadonlySet<string> = new Set(['0.0.0.0', '::', '0:0:0:0:0:0:0:0'])

/**
 * What to dial for a contact, as text: with an id, without those of anybody else; without one, not a relay's address that
 * does not say whose it is. What cannot be read stays, for the error to tell.
 */
export function dialAddresses({ id, addresses }: Contact): readonly string[] {
  return addresses.slice(0, limits.maxAddresses).filter(text => {
    const address = parse(text)
    if (address === undefined) return true
    if (id === undefined) return address.getComponents().at(-1)?.code !== CODE_P2P_CIRCUIT
    return (peerOf(address) ?? id) === id
  })
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

function parse(text: string): Multiaddr | undefined {
  try {
    return multiaddr(text)
  } catch {
    return undefined
  }
}

/** The IP address of whoever calls from there, or of its relay; one text for all that have none. */
export function ipOf(remote: Multiaddr): string {
  const [, protocol, ip] = remote.toString().split('/')
  return (protocol === 'ip4' || protocol === 'ip6') && ip !== undefined ? ip : 'no address'
}
