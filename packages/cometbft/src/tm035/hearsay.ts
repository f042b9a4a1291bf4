/**
 * Which addresses are believed. A stranger may name any id at any place: what is known better, and what one stranger could
 * fill a store with, is refused (tendermint issues 2033 and 4846).
 */
import type { NodeAddress } from '../dialects/node-address.ts'
import { parseNodeAddress } from '../dialects/node-address.ts'
import { keyOf, placeOf } from './known-peer.ts'
import { isNodeId } from './options.ts'
import type { AddressAdded } from './outcomes.ts'
import type { PeerStore } from './peer-store.ts'
import type { Slots } from './slots.ts'

export class Hearsay {
  readonly #self: string
  readonly #store: PeerStore
  readonly #slots: Slots

  constructor(self: string, store: PeerStore, slots: Slots) {
    this.#self = self
    this.#store = store
    this.#slots = slots
  }

  /** Why an address is not taken, as far as the address itself says; without a source it is of our own configuration. */
  refusal(address: NodeAddress, source: string | undefined): AddressAdded | undefined {
    if (!isAddress(address)) return 'malformed'
    const { id } = address
    if (id === this.#self) return 'self'
    const peer = this.#store.get(id)
    if (peer?.isInactive === true) return 'inactive'
    if (peer?.addresses.has(keyOf(address)) === true) return 'known'
    if (source === undefined) return undefined
    const place = placeOf(address)
    if (this.isTaken(place, id)) return 'taken'
    return this.#store.isCrowded(place, id) ? 'crowded-place' : undefined
  }

  /** Whether somebody else is connected whom we have found there ourselves. */
  isTaken(place: string | undefined, id: string): boolean {
    return this.#store.othersAt(place, id).some(other => {
      if (!this.#slots.connected.has(other.id)) return false
      return [...other.addresses.values()].some(
        one => one.place === place && one.lastDialSuccess !== undefined
      )
    })
  }
}

/** Whether it is what `parseNodeAddress` gives, whoever has made it. */
function isAddress(address: NodeAddress): boolean {
  const read = parseNodeAddress(keyOf(address))
  if (read === undefined || !isNodeId(address.id)) return false
  const { host, port, path } = address
  return read.host === host && read.port === port && read.path === path
}
