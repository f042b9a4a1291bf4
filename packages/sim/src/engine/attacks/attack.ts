/**
 * What an adversary is: rules for the nodes that it owns, behind one interface. From the event on, an attacker no longer
 * follows the policy: what it shows, takes and initiates comes from here. Rules see the whole network, as the worst
 * adversary would.
 */
import type { Offer, Picks, Rng, Sampling } from '@pex/core'

/** What an adversary may look at and use. */
export interface Field {
  readonly rng: Rng
  /** Records in one message, the own one included. */
  readonly exchangeSize: number
  /** One of `state`, per peer. */
  readonly states: Uint8Array
  /** Its nodes: the first `hostileCount` count. */
  readonly hostile: Uint32Array
  readonly hostileCount: number
  readonly honestCount: number
  /** The policy's own state, for attackers that pose as honest nodes. */
  readonly sampling: Sampling
  /** The first honest node that is none of its own: whom a targeted attack is aimed at. */
  readonly victim: number
  /** A random live honest node. */
  randomHonest(): number
  /** Begins an exchange from one of its nodes. Always arrives but for loss and splits. */
  push(attacker: number, to: number): void
  /** A whole honest round of an attacker that poses. */
  round(attacker: number): void
}

export interface Attack {
  /** An attacker's turn in the random order of a round. */
  act(attacker: number): void
  /** What an attacker shows, beside its own record (which the caller adds). Each peer once, neither itself nor `to`. */
  show(attacker: number, to: number, out: Offer): void
  /** What it takes of an honest offer. Default: every honest entry. */
  readonly pick?: (attacker: number, from: number, received: Offer, picks: Picks) => void
  /** A round begins; rounds since the event, from 1. */
  readonly round?: (round: number) => void
  /** False where the attacker keeps silent: requests and pings get no answer. */
  readonly answers?: (attacker: number, from: number) => boolean
  /** True where it does towards `other` as the policy says; what it shows can still be doctored. */
  readonly poses?: (attacker: number, other: number) => boolean
  /** Changes an honest offer of an attacker that poses. */
  readonly doctor?: (attacker: number, to: number, offer: Offer) => void
}

/** Shows up to `count` peers from a source of chance, each once, neither the attacker nor `to`. */
export function showSome(
  out: Offer,
  attacker: number,
  to: number,
  count: number,
  hop: number,
  draw: () => number
): void {
  const end = Math.min(out.peers.length - 1, out.count + count)
  // Some draws are in vain where there are few to draw from.
  for (let tries = 4 * count; tries > 0 && out.count < end; tries--) {
    const peer = draw()
    if (peer !== attacker && peer !== to && !shows(out, peer)) out.push(peer, hop)
  }
}

function shows(offer: Offer, peer: number): boolean {
  for (let place = 0; place < offer.count; place++) if (offer.peers[place] === peer) return true
  return false
}
