/** The peers that are connected, each once, found by id, and counted by IP address (CometBFT's PeerSet). */
import { assert } from '@pex/core'
import type { Peer, Peers } from './peer.ts'

export class PeerSet<P extends Peer = Peer> implements Peers {
  /** Bounded by the switch's caps, and by the unconditional ids that its operator has named. */
  readonly #peers = new Map<string, P>()
  /** Bounded by the peers: how many there are at each IP address. */
  readonly #ips = new Map<string, number>()

  get size(): number {
    return this.#peers.size
  }

  get(id: string): P | undefined {
    return this.#peers.get(id)
  }

  has(id: string): boolean {
    return this.#peers.has(id)
  }

  hasIp(ip: string): boolean {
    return this.#ips.has(ip)
  }

  list(): readonly P[] {
    return [...this.#peers.values()]
  }

  /** Safe to go through while peers come and go. */
  [Symbol.iterator](): Iterator<P> {
    return this.list()[Symbol.iterator]()
  }

  /** Adds a peer; that nobody with its id is there has to be seen to before. */
  add(peer: P): void {
    assert(!this.#peers.has(peer.id), 'a peer is in the set once')
    this.#peers.set(peer.id, peer)
    const { ip } = peer.socket
    this.#ips.set(ip, (this.#ips.get(ip) ?? 0) + 1)
  }

  /** Removes this very peer; false where it is not there, though another with its id may be. */
  remove(peer: P): boolean {
    if (this.#peers.get(peer.id) !== peer) return false
    this.#peers.delete(peer.id)
    const { ip } = peer.socket
    const left = this.#ips.get(ip)! - 1
    if (left === 0) this.#ips.delete(ip)
    else this.#ips.set(ip, left)
    return true
  }

  /** Peers of that direction that a cap counts. */
  counted(direction: Peer['direction']): number {
    let count = 0
    for (const peer of this.#peers.values())
      if (peer.direction === direction && !peer.isUnconditional) count++
    return count
  }
}
