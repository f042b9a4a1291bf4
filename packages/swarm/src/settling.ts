/**
 * Two hosts that call each other at the same time have two connections, and both shall use the same one. Which one follows
 * from what both ends know alike, who opened it: the connection that the lower id opened stays. (libonomy's pool compares
 * what is the same on both connections, so that each end may close the one that the other end keeps.)
 *
 * Why this is safe whatever one end has not seen yet, or believes of a connection's kind: an end closes only what it has
 * opened itself, the lower id nothing in favour of the higher, and nobody anything but for one that is open and at least as
 * good. So the best connection of the lower id is closed by nobody; and whoever has lost it (a host that has started
 * anew) does not close the other, whatever is still open for its peer.
 *
 * Nothing is cut off: the loser is used for nothing new, and is closed when it has carried nothing for `settleMs`. Where the
 * winner breaks meanwhile, the loser goes on.
 */
import type { Clock } from '@pex/core'
import type { SwarmConnection } from './connection.ts'

export interface SettlingParts<C, S> {
  readonly self: string
  readonly clock: Clock
  /** How long a connection that has lost has to be idle before it is closed, ms; Infinity for never. */
  readonly settleMs: number
  /** How long after each other the two of one simultaneous open may come, ms: as long as a dial may take. */
  readonly simultaneousMs: number
  /** The connections of a peer. */
  of(peer: string): readonly SwarmConnection<C, S>[]
  /** What closing has thrown. */
  failed(error: unknown): void
}

export class Settling<C, S> {
  readonly #parts: SettlingParts<C, S>
  // Bounded by the connections: those that have lost and are idle, each until it is closed or used.
  readonly #closings = new Map<SwarmConnection<C, S>, () => void>()

  constructor(parts: SettlingParts<C, S>) {
    this.#parts = parts
  }

  /** Something has changed about the connections of a peer: one has come or gone, or has become idle or busy. */
  look(peer: string): void {
    for (const connection of this.#parts.of(peer)) {
      if (this.#hasLost(connection) && connection.isIdle) this.#closeLater(connection)
      else this.forget(connection)
    }
  }

  /** The connection is used, or gone. */
  forget(connection: SwarmConnection<C, S>): void {
    this.#closings.get(connection)?.()
    this.#closings.delete(connection)
  }

  /** Whether both ends do better to use `a` than the other, younger one. */
  prefers(a: SwarmConnection<C, S>, b: SwarmConnection<C, S>): boolean {
    const kind = byKind(a, b)
    if (kind !== 0) return kind > 0
    const [first, second] = [this.#isOfLower(a), this.#isOfLower(b)]
    // Whoever calls again long afterwards has lost the old one; among those of one end the youngest is the likeliest to live.
    if (first === second || b.openedAt - a.openedAt > this.#parts.simultaneousMs) return false
    return first
  }

  /** Whether this end is to close it: see above. */
  #hasLost(loser: SwarmConnection<C, S>): boolean {
    if (loser.direction !== 'outbound') return false
    const all = this.#parts.of(loser.peer)
    const place = all.indexOf(loser)
    return all.some((other, otherPlace) => {
      if (other === loser || !other.isOpen) return false
      if (other.direction === 'inbound' && this.#isOfLower(loser)) return false
      return otherPlace > place ? !this.prefers(loser, other) : this.prefers(other, loser)
    })
  }

  #isOfLower({ direction, peer }: SwarmConnection<C, S>): boolean {
    const { self } = this.#parts
    return direction === 'outbound' ? self < peer : peer < self
  }

  #closeLater(connection: SwarmConnection<C, S>): void {
    const { clock, settleMs, failed } = this.#parts
    if (this.#closings.has(connection) || settleMs === Infinity) return
    const cancel = clock.after(settleMs, () => {
      this.#closings.delete(connection)
      if (connection.isIdle && this.#hasLost(connection)) connection.close().catch(failed)
    })
    this.#closings.set(connection, cancel)
  }
}

/** More than 0 where `a` is of the better kind: unlimited before limited, direct before relayed. */
function byKind<C, S>(a: SwarmConnection<C, S>, b: SwarmConnection<C, S>): number {
  const rank = ({ isLimited, isDirect }: SwarmConnection<C, S>): number =>
    (isLimited ? 0 : 2) + Number(isDirect)
  return rank(a) - rank(b)
}
