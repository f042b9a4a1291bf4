/** A map as an address book: only nodes that have answered for their id, and all of them good. */
import { AddressBook, netAddresses, rules } from '@pex/address-book'
import type { BookSnapshot, NetAddress } from '@pex/address-book'
import type { Rng } from '@pex/core'
import type { CrawlMap } from './map.ts'
import { isAuthenticated } from './summary.ts'

export interface MapBook {
  readonly snapshot: BookSnapshot<NetAddress>
  /** Nodes of the map that are in it. */
  readonly kept: number
  /** Nodes that have answered, and for which the book's buckets had no room. */
  readonly crowded: number
}

/** The book, for `bookFile` with `addrbookJson`: a new one, whose key `rng` makes, or one that is added to. */
export function bookOf(map: CrawlMap, rng: Rng, snapshot?: BookSnapshot<NetAddress>): MapBook {
  const book = new AddressBook({ kind: netAddresses('any'), rules: rules.cometbft, rng, snapshot })
  const good = map.nodes.filter(isAuthenticated).toSorted((a, b) => a.lastSeen - b.lastSeen)
  for (const { id, addresses, foundBy, lastSeen } of good) {
    const address = { id, ...addresses[0]! }
    const by = foundBy === undefined ? undefined : map.nodes[foundBy]
    const source = by === undefined ? address : { id: by.id, ...by.addresses[0]! }
    book.add(address, source, lastSeen)
    book.good(id, lastSeen)
  }
  const kept = good.filter(({ id }) => book.get(id) !== undefined).length
  return { snapshot: book.snapshot(), kept, crowded: good.length - kept }
}
