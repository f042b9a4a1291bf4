/**
 * Whom others are told of: a random sample, in which a good peer comes up to twice as often as one of which nothing is known.
 * Seed-003's fork told everybody of the same best hundred; Tendermint v0.35.9 drew lots, as we do by exponential keys
 * (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006).
 */
import type { Rng } from '@pex/core'
import type { NodeAddress } from '../dialects/node-address.ts'
import type { KnownPeer } from './known-peer.ts'
import type { PeerOptions } from './options.ts'
import type { PeerStore } from './peer-store.ts'

/** Up to `limit` addresses for somebody who asks, this node's own first. */
export function advertised(
  store: PeerStore,
  options: PeerOptions,
  requester: string,
  limit: number
): NodeAddress[] {
  const { selfAddress: self, rng, rules } = options
  const own = self !== undefined && self.host !== '' && self.port > 0 && requester !== self.id ? [self] : []
  const weighted: { readonly address: NodeAddress; readonly key: number }[] = []
  for (const peer of store.peers()) {
    if (peer.id === requester || peer.isInactive || options.private.has(peer.id)) continue
    const weight = Math.min(Math.max(store.score(peer), 0), 2 * rules.startScore) + 1
    for (const address of tellable(peer, options)) weighted.push({ address, key: lot(rng, weight) })
  }
  const room = Math.max(limit - own.length, 0)
  const drawn = weighted.length <= room ? weighted : weighted.sort((a, b) => b.key - a.key).slice(0, room)
  return [...own.slice(0, limit), ...drawn.map(({ address }) => address)]
}

function tellable(peer: KnownPeer, { advertises }: PeerOptions): NodeAddress[] {
  return [...peer.addresses.values()].flatMap(({ address, isResolvable, lastDialSuccess, dialFailures }) => {
    const isProved = lastDialSuccess !== undefined && dialFailures === 0
    return isResolvable && (isProved || advertises === 'known') ? [address] : []
  })
}

/** The larger of two is the first one's with a chance of its weight's share. */
function lot(rng: Rng, weight: number): number {
  return Math.log((rng() + 1) / 2 ** 32) / weight
}
