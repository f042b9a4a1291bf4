/**
 * Our own hosts' addresses: a peer id and its multiaddrs. What a peer may name is decided by core's `placeOf` and
 * `netgroupOf`, as for everything else in the project.
 */
import { limits, netgroupOf, placeOf } from '@pex/core'
import { bytesOf, isObject } from './kind.ts'
import type { AddressKind } from './kind.ts'

export interface PeerAddress {
  /** The peer id in its canonical text form. */
  readonly id: string
  /** Multiaddrs in text form, best first: 1 to 16 of at most 512 bytes. */
  readonly addresses: readonly string[]
}

/**
 * The addresses of a book of our own hosts. The group is that of the first public address. All that are reached only through
 * relays share one group, because anybody may choose any relay; so do all that are only on some site. The latter are
 * welcome only from a source on such a site.
 */
export function peerAddresses(): AddressKind<PeerAddress> {
  const isWelcome = (address: PeerAddress, source: PeerAddress): boolean =>
    groupOf(address) !== 'local' || groupOf(source) === 'local'
  const isSame = (one: PeerAddress, other: PeerAddress): boolean =>
    one.id === other.id ||
    // At one relay all are reached at one address: only their ids tell them apart.
    one.addresses.some(address => other.addresses.includes(address) && !placeOf(address).relayed)
  return { canonical, idOf: ({ id }) => id, placeOf: place, hostOf: host, groupOf, isSame, isWelcome }
}

function canonical(value: unknown): PeerAddress | undefined {
  if (!isObject(value)) return undefined
  const { id, addresses } = value
  if (typeof id !== 'string' || id.length > 128 || !/^[!-~]+$/.test(id) || !Array.isArray(addresses))
    return undefined
  if (addresses.length === 0 || addresses.length > limits.maxAddresses) return undefined
  return addresses.every(isMultiaddr) ? { id, addresses: [...addresses] } : undefined
}

function isMultiaddr(value: unknown): value is string {
  return typeof value === 'string' && value.length <= limits.maxAddressBytes && isPlace(value)
}

function isPlace(text: string): boolean {
  const { class: kind } = placeOf(text)
  return kind !== 'malformed' && kind !== 'unspecified' && kind !== 'metadata' && kind !== 'multicast'
}

function groupOf({ addresses }: PeerAddress): string {
  const group = netgroupOf(addresses)
  if (group !== undefined) return group
  return addresses.some(address => placeOf(address).relayed) ? 'relay' : 'local'
}

/** The address that the group is taken from. */
function main({ addresses }: PeerAddress): string {
  return addresses.find(address => netgroupOf([address]) !== undefined) ?? addresses[0]!
}

/** Of peers without a place of their own, their id. */
function host(address: PeerAddress): string {
  const { ip, name, relayed } = placeOf(main(address))
  return relayed ? address.id : (name ?? ip?.join('.') ?? address.id)
}

function place(address: PeerAddress): Uint8Array {
  return bytesOf(`${host(address)}:${placeOf(main(address)).port ?? 0}`)
}
