/**
 * The peers that this host has sessions with: so many, and no more than a share of them from one netgroup. Whoever has been
 * silent longest leaves for a newcomer, idle ones before busy ones.
 */
import { addressKey, groupOf, isLoopback } from './address.ts'
import type { Address } from './address.ts'
import type { UdpLimits } from './constants.ts'
import { Peer } from './peer.ts'
import type { PeerHost } from './peer.ts'

/** Peers looked at for an idle one, before the oldest has to go. */
const LOOKED_AT = 64

export class Peers {
  readonly #limits: UdpLimits
  // Bounded by maxPeers, in the order in which they were met; keyed by authenticated static keys.
  readonly #byKey = new Map<string, Peer>()
  // Bounded by maxPeers: the latest peer of each authenticated id.
  readonly #byId = new Map<string, Peer>()
  // Bounded by maxPeers: a count goes when it is nought.
  readonly #perGroup = new Map<string, number>()

  constructor(limits: UdpLimits) {
    this.#limits = limits
  }

  get all(): Peer[] {
    return [...this.#byKey.values()]
  }

  withId(id: string): Peer | undefined {
    return this.#byId.get(id)
  }

  /** A peer that is at one of the addresses. */
  at(addresses: readonly Address[]): Peer | undefined {
    const keys = new Set(addresses.map(addressKey))
    for (const peer of this.#byKey.values()) if (keys.has(addressKey(peer.path.address))) return peer
    return undefined
  }

  /** The peer with a static key, new where it has none yet; and whoever has to leave for it. */
  meet(
    { id, key, address }: { id: string; key: string; address: Address },
    host: PeerHost
  ): { peer: Peer; removed: Peer | undefined } {
    const known = this.#byKey.get(key)
    if (known !== undefined) {
      this.#byKey.delete(key)
      this.#byKey.set(key, known)
      this.#byId.set(id, known)
      return { peer: known, removed: undefined }
    }
    const group = isLoopback(address.host) ? '' : groupOf(address.host)
    const removed = this.#inTheWay(group)
    const peer = new Peer({ id, key, address, group }, host)
    this.#byKey.set(key, peer)
    this.#byId.set(id, peer)
    if (group !== '') this.#perGroup.set(group, (this.#perGroup.get(group) ?? 0) + 1)
    return { peer, removed }
  }

  remove(peer: Peer): boolean {
    if (this.#byKey.get(peer.key) !== peer) return false
    this.#byKey.delete(peer.key)
    if (this.#byId.get(peer.id) === peer) this.#byId.delete(peer.id)
    const count = (this.#perGroup.get(peer.group) ?? 1) - 1
    if (count === 0) this.#perGroup.delete(peer.group)
    else this.#perGroup.set(peer.group, count)
    return true
  }

  #inTheWay(group: string): Peer | undefined {
    const { maxPeers, maxPeersPerNetgroup } = this.#limits
    const crowded = group !== '' && (this.#perGroup.get(group) ?? 0) >= maxPeersPerNetgroup
    if (!crowded && this.#byKey.size < maxPeers) return undefined
    let looked = 0
    let oldest: Peer | undefined
    for (const peer of this.#byKey.values()) {
      if (crowded && peer.group !== group) continue
      oldest ??= peer
      if (!peer.isBusy) return peer
      if (++looked === LOOKED_AT) break
    }
    return oldest
  }
}
