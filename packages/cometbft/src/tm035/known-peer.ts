/** What a manager knows of one peer: its addresses, how dialling them went, and what it has earned. */
import type { NodeAddress } from '../dialects/node-address.ts'
import { formatNodeAddress, isTcp } from '../dialects/node-address.ts'

export interface KnownAddress {
  readonly address: NodeAddress
  /** Host and port, where it is reached over TCP: several ids may be said to be there. */
  readonly place: string | undefined
  /** Milliseconds since the epoch. */
  lastDialSuccess: number | undefined
  lastDialFailure: number | undefined
  /** Since the last success. */
  dialFailures: number
  /** When it may be dialled again, ms since the epoch; infinity for never. */
  retryAt: number
  /** False while its name leads nowhere: nobody is told of it then. */
  isResolvable: boolean
}

export interface KnownPeer {
  readonly id: string
  /** By URL. Bounded by `maxAddressesPerPeer`; strangers choose the keys. */
  readonly addresses: Map<string, KnownAddress>
  readonly isPersistent: boolean
  readonly isUnconditional: boolean
  /** Who has named it first, as long as nobody has met it. */
  source: string | undefined
  earned: number
  disconnections: number
  /** Connections in a row that this node has begun, and that ended at once. */
  brief: number
  lastConnected: number | undefined
  /** It is of another network or cannot talk with us: not dialled until it calls. */
  isInactive: boolean
  /** Not dialled before, ms since the epoch. */
  cooldownUntil: number
}

/** A peer as it is stored. */
export interface PeerSnapshot {
  readonly id: string
  readonly addresses: readonly AddressSnapshot[]
  readonly earned: number
  readonly disconnections: number
  readonly lastConnected?: number | undefined
  readonly isInactive?: boolean | undefined
}

export interface AddressSnapshot {
  readonly url: string
  readonly dialFailures: number
  readonly lastDialSuccess?: number | undefined
  readonly lastDialFailure?: number | undefined
}

/** The same address in one way of writing it: `tcp` is another name of `mconn`. */
export function canonical(address: NodeAddress): NodeAddress {
  return address.protocol === 'tcp' ? { ...address, protocol: 'mconn' } : address
}

/** What an address is known by. */
export function keyOf(address: NodeAddress): string {
  return formatNodeAddress(canonical(address))
}

/** The host and port that a dial of it would arrive at. */
export function placeOf(address: NodeAddress): string | undefined {
  return isTcp(address) && address.host !== '' && address.port > 0
    ? `${address.host} ${address.port}`
    : undefined
}

export function knownAddress(address: NodeAddress): KnownAddress {
  return {
    address: canonical(address),
    place: placeOf(address),
    lastDialSuccess: undefined,
    lastDialFailure: undefined,
    dialFailures: 0,
    retryAt: 0,
    isResolvable: true
  }
}

/** Failed dials over all addresses since each one's last success. */
export function failuresOf(peer: KnownPeer): number {
  let failures = 0
  for (const { dialFailures } of peer.addresses.values()) failures += dialFailures
  return failures
}

/** When one of its addresses may be dialled; infinity for never. */
export function dueOf(peer: KnownPeer): number {
  if (peer.isInactive) return Infinity
  let due = Infinity
  for (const { retryAt } of peer.addresses.values()) due = Math.min(due, retryAt)
  return Math.max(due, peer.cooldownUntil)
}

export function snapshotOf(peer: KnownPeer): PeerSnapshot {
  const { id, earned, disconnections, lastConnected, isInactive } = peer
  const addresses = [...peer.addresses].map(([url, { dialFailures, lastDialSuccess, lastDialFailure }]) => ({
    url,
    dialFailures,
    ...(lastDialSuccess === undefined ? {} : { lastDialSuccess }),
    ...(lastDialFailure === undefined ? {} : { lastDialFailure })
  }))
  return {
    id,
    addresses,
    earned,
    disconnections,
    ...(lastConnected === undefined ? {} : { lastConnected }),
    ...(isInactive ? { isInactive } : {})
  }
}
