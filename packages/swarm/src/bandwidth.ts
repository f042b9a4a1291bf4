/** Bytes by peer and by protocol, of as many as there is room for: the least recently active are forgotten first. */
import { BoundedMap } from '@pex/core'

export interface Traffic {
  /** Bytes. */
  readonly sent: number
  readonly received: number
}

/** Peers and protocols that are counted, most. Guess: far more than a host is connected to. */
const MAX_PEERS = 4_096
const MAX_PROTOCOLS = 256
const NOTHING: Traffic = { sent: 0, received: 0 }

export class Bandwidth {
  #total: Traffic = NOTHING
  // Bounded by MAX_PEERS; keyed by authenticated ids.
  readonly #peers = new BoundedMap<string, Traffic>(MAX_PEERS)
  // Bounded by MAX_PROTOCOLS; keyed by what both sides have agreed upon.
  readonly #protocols = new BoundedMap<string, Traffic>(MAX_PROTOCOLS)

  get total(): Traffic {
    return this.#total
  }

  ofPeer(peer: string): Traffic {
    return this.#peers.get(peer) ?? NOTHING
  }

  ofProtocol(protocol: string): Traffic {
    return this.#protocols.get(protocol) ?? NOTHING
  }

  count(way: 'sent' | 'received', bytes: number, peer: string, protocol: string): void {
    const more = (traffic: Traffic): Traffic => ({ ...traffic, [way]: traffic[way] + bytes })
    this.#total = more(this.#total)
    this.#peers.set(peer, more(this.ofPeer(peer)))
    this.#protocols.set(protocol, more(this.ofProtocol(protocol)))
  }
}
