/**
 * The peers that a manager remembers, and their order by score. Bounded, and not to be filled by one stranger: addresses of a
 * peer, ids at a place, and, when it is full, what goes first are all limited. (Tendermint's store has none of these bounds:
 * tendermint issues 2033 and 4846.)
 */
import type { NodeAddress } from '../dialects/node-address.ts'
import { failuresOf, keyOf, knownAddress } from './known-peer.ts'
import type { KnownAddress, KnownPeer } from './known-peer.ts'
import { MOST_PEERS } from './options.ts'
import type { PeerOptions } from './options.ts'
import { Ranking } from './ranking.ts'

/** Peers that are compared when one of the worst has to go. Guess. */
const COMPARED = 16

export class PeerStore {
  /** All of them by score. */
  readonly ranking: Ranking = new Ranking()
  readonly #options: PeerOptions
  // Bounded by maxPeers, beside the persistent and unconditional ones; strangers choose the keys.
  readonly #peers = new Map<string, KnownPeer>()
  /** Ids that are said to be at a place. Bounded by the addresses of the peers. */
  readonly #places = new Map<string, Set<string>>()
  /** How many peers that nobody has met each source has named. Bounded by the peers. */
  readonly #named = new Map<string, number>()
  /** Peers that bounds count. */
  #counted = 0

  constructor(options: PeerOptions) {
    this.#options = options
  }

  /** Peers, without the unconditional ones. */
  get size(): number {
    return this.#counted
  }

  /** Between 0 and 1; 0 where there is no bound. */
  get ratio(): number {
    return this.#options.maxPeers === 0 ? 0 : this.#counted / this.#options.maxPeers
  }

  get(id: string): KnownPeer | undefined {
    return this.#peers.get(id)
  }

  peers(): IterableIterator<KnownPeer> {
    return this.#peers.values()
  }

  /** A peer of which nothing is known yet; the caller rescores it when it has its addresses. */
  create(id: string, source: string | undefined): KnownPeer {
    const peer = this.#unknown(id, source)
    this.#peers.set(id, peer)
    if (!peer.isUnconditional) this.#counted++
    this.#count(source, 1)
    return peer
  }

  remove(peer: KnownPeer): void {
    if (!this.#peers.delete(peer.id)) return
    for (const key of peer.addresses.keys()) this.removeAddress(peer, key)
    if (!peer.isUnconditional) this.#counted--
    this.#count(peer.source, -1)
    this.ranking.delete(peer.id)
  }

  /** Somebody has met it: nobody has to answer for having named it. */
  met(peer: KnownPeer): void {
    this.#count(peer.source, -1)
    peer.source = undefined
  }

  /** Whether so many ids are said to be there that another one is not believed. */
  isCrowded(place: string | undefined, id: string): boolean {
    const ids = place === undefined ? undefined : this.#places.get(place)
    return ids !== undefined && !ids.has(id) && ids.size >= this.#options.maxIdsPerPlace
  }

  /** Other ids that are said to be there too. */
  othersAt(place: string | undefined, id: string): KnownPeer[] {
    const ids = place === undefined ? undefined : this.#places.get(place)
    return [...(ids ?? [])].flatMap(other => (other === id ? [] : (this.#peers.get(other) ?? [])))
  }

  /**
   * Adds an address. Where the peer has too many it takes the place of one that has only ever failed; one that our own
   * configuration names, also that of one that nobody has tried. False where there is none such.
   */
  addAddress(peer: KnownPeer, address: NodeAddress, isOurs: boolean): boolean {
    if (peer.addresses.size >= this.#options.maxAddressesPerPeer) {
      const worst = leastHopeful(peer, isOurs ? 0 : 1)
      if (worst === undefined) return false
      this.removeAddress(peer, worst)
    }
    const known = knownAddress(address)
    peer.addresses.set(keyOf(address), known)
    if (known.place === undefined) return true
    const ids = this.#places.get(known.place)
    if (ids === undefined) this.#places.set(known.place, new Set([peer.id]))
    else ids.add(peer.id)
    return true
  }

  removeAddress(peer: KnownPeer, key: string): void {
    const place = peer.addresses.get(key)?.place
    peer.addresses.delete(key)
    if (place === undefined || isAt(peer, place)) return
    const ids = this.#places.get(place)
    ids?.delete(peer.id)
    if (ids?.size === 0) this.#places.delete(place)
  }

  score(peer: KnownPeer, dialFailures: number = failuresOf(peer)): number {
    const fixed = this.#options.scores.get(peer.id)
    if (fixed !== undefined && fixed > 0) return fixed
    return this.#options.rules.score({ ...peer, dialFailures })
  }

  /** The score of somebody who is here: how dialling it went counts no more. */
  scoreOfPresent(id: string): number {
    return this.score(this.#peers.get(id) ?? this.#unknown(id, undefined), 0)
  }

  /** Puts a peer where its score belongs. */
  rescore(peer: KnownPeer): number {
    const score = this.score(peer)
    this.ranking.set(peer.id, score)
    return score
  }

  /** The peer to forget, as long as there are too many: nobody who is busy or was configured. */
  surplus(isBusy: (id: string) => boolean): KnownPeer | undefined {
    if (this.#counted <= (this.#options.maxPeers || MOST_PEERS)) return undefined
    for (const [id, score] of this.ranking.worst()) {
      if (!this.#mayGo(id, isBusy)) continue
      // Of several that are equally bad, one that cannot be dialled at all; then the one whose source has named most that
      // nobody has met: it pays for its own flood.
      const compared = this.ranking
        .some(score, COMPARED, this.#options.rng)
        .filter(one => this.#mayGo(one, isBusy))
      const burden = (one: string): number => this.#burden(this.#peers.get(one)!)
      return this.#peers.get(
        compared.reduce((most, one) => (burden(one) > burden(most) ? one : most), compared[0] ?? id)
      )
    }
    return undefined
  }

  #burden({ addresses, source }: KnownPeer): number {
    return addresses.size === 0 ? Infinity : (this.#named.get(source ?? '') ?? 0)
  }

  #unknown(id: string, source: string | undefined): KnownPeer {
    return {
      id,
      addresses: new Map(),
      isPersistent: this.#options.persistent.has(id),
      isUnconditional: this.#options.unconditional.has(id),
      source,
      earned: this.#options.rules.startScore,
      disconnections: 0,
      brief: 0,
      lastConnected: undefined,
      isInactive: false,
      cooldownUntil: 0
    }
  }

  #mayGo(id: string, isBusy: (id: string) => boolean): boolean {
    const { isPersistent, isUnconditional } = this.#peers.get(id)!
    return !isPersistent && !isUnconditional && !isBusy(id)
  }

  #count(source: string | undefined, change: number): void {
    if (source === undefined) return
    const count = (this.#named.get(source) ?? 0) + change
    if (count > 0) this.#named.set(source, count)
    else this.#named.delete(source)
  }
}

function isAt(peer: KnownPeer, place: string): boolean {
  for (const known of peer.addresses.values()) if (known.place === place) return true
  return false
}

/** The address to give up: that never worked, or has stopped to, has failed so often at least, and most often. */
function leastHopeful(peer: KnownPeer, leastFailures: number): string | undefined {
  let worst: readonly [string, KnownAddress] | undefined
  for (const entry of peer.addresses) {
    const { dialFailures, lastDialSuccess } = entry[1]
    if (dialFailures < (lastDialSuccess === undefined ? leastFailures : 1)) continue
    if (worst === undefined || hopelessness(entry[1]) > hopelessness(worst[1])) worst = entry
  }
  return worst?.[0]
}

/** One that never worked is given up before any that did. */
function hopelessness({ dialFailures, lastDialSuccess }: KnownAddress): number {
  return dialFailures + (lastDialSuccess === undefined ? Number.MAX_SAFE_INTEGER / 2 : 0)
}
