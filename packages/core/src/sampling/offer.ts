/**
 * What one side of an exchange shows the other, packed: peers and the hops claimed for them, the sender's own last with
 * hop 0. Made once and filled again: nothing is allocated per exchange.
 */
import { limits } from '../limits.ts'

export class Offer {
  readonly peers: Uint32Array = new Uint32Array(limits.maxRecords)
  readonly hops: Uint16Array = new Uint16Array(limits.maxRecords)
  count = 0

  clear(): void {
    this.count = 0
  }

  push(peer: number, hop: number): void {
    this.peers[this.count] = peer
    this.hops[this.count] = Math.min(hop, limits.maxHop)
    this.count++
  }

  has(peer: number): boolean {
    for (let i = 0; i < this.count; i++) if (this.peers[i] === peer) return true
    return false
  }

  copy(other: Offer): void {
    this.peers.set(other.peers)
    this.hops.set(other.hops)
    this.count = other.count
  }
}

/** Places in the other side's offer that one side takes, in the order of its choice. */
export class Picks {
  readonly places: Uint8Array = new Uint8Array(limits.maxRecords)
  count = 0

  clear(): void {
    this.count = 0
  }

  push(place: number): void {
    this.places[this.count++] = place
  }

  copy(other: Picks): void {
    this.places.set(other.places)
    this.count = other.count
  }
}
