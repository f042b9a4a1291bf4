/** A peer as it was stored becomes one that the manager knows: what is unsound of it is left out. */
import { parseNodeAddress } from '../dialects/node-address.ts'
import { keyOf } from './known-peer.ts'
import type { AddressSnapshot, KnownPeer, PeerSnapshot } from './known-peer.ts'
import { isNodeId } from './options.ts'
import type { PeerOptions } from './options.ts'
import type { PeerStore } from './peer-store.ts'
import { retryDelay } from './retry.ts'

const MOST_FAILURES = 65_535

/** Nothing for a peer that is none, that is this node, or that is there already. */
export function restorePeer(
  store: PeerStore,
  options: PeerOptions,
  snapshot: PeerSnapshot,
  now: number
): KnownPeer | undefined {
  const { id } = snapshot
  if (!isNodeId(id) || id === options.id || store.get(id) !== undefined) return undefined
  const peer = store.create(id, undefined)
  const { least, most } = options.rules.earned
  const { earned } = snapshot
  peer.earned = Number.isInteger(earned) ? Math.min(Math.max(earned, least), most) : options.rules.startScore
  peer.disconnections = count(snapshot.disconnections)
  peer.lastConnected = past(snapshot.lastConnected, now)
  peer.isInactive = snapshot.isInactive === true
  for (const address of snapshot.addresses) restoreAddress(store, options, peer, address, now)
  return peer
}

function restoreAddress(
  store: PeerStore,
  options: PeerOptions,
  peer: KnownPeer,
  snapshot: AddressSnapshot,
  now: number
): void {
  const address = parseNodeAddress(snapshot.url)
  if (address === undefined || address.id !== peer.id) return
  if (peer.addresses.has(keyOf(address)) || !store.addAddress(peer, address, false)) return
  const known = peer.addresses.get(keyOf(address))!
  known.dialFailures = count(snapshot.dialFailures)
  known.lastDialSuccess = past(snapshot.lastDialSuccess, now)
  known.lastDialFailure = past(snapshot.lastDialFailure, now)
  known.retryAt = (known.lastDialFailure ?? 0) + retryDelay(options, known.dialFailures, peer.isPersistent)
}

function count(value: unknown): number {
  return Number.isInteger(value) && (value as number) > 0 ? Math.min(value as number, MOST_FAILURES) : 0
}

/** A time that has come: a clock that was set back does not put a peer off. */
function past(value: unknown, now: number): number | undefined {
  return Number.isFinite(value) ? Math.min(value as number, now) : undefined
}
