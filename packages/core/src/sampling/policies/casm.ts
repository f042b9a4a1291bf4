/**
 * The policy of casm's PeX: swap, protect, decay, evict.
 *
 * Departures, none of which an honest casm peer can see: age is our own count of rounds instead of the claimed hop (an
 * attacker who claims a large hop would stay protected for ever); the merge runs against the view as it is now instead of
 * as it was when the exchange began (parallel exchanges would lose updates); the room for decay is counted before the
 * swap (with S = c/2 nothing would be left over and nothing would ever decay); and the swap takes only what was sent, where
 * S would reach further.
 */
import { PexError } from '../../errors.ts'
import { chance } from '../../random.ts'
import type { Offer } from '../offer.ts'
import { Phases } from '../phases.ts'
import { everybody } from '../places.ts'
import type { Ground, Policy, Role, Rules, Verdict } from '../policy.ts'
import { verdict } from '../policy.ts'

export interface CasmOptions {
  /**
   * S: at most so many of the entries that we sent make room for what we received. With S no less than the records in a
   * message every exchange is a full swap; with less the in-degree spreads more than twice as much. casm's own default
   * is 10, for messages of 16; 16 is a full swap for both.
   * @default 16
   */
  readonly swap?: number
  /** P: the oldest entries that eviction spares, the memory of partitions. @default 5 */
  readonly protect?: number
  /** D: chance for each protected entry, oldest first, to be let go in a merge that overflows. @default 0.005 */
  readonly decay?: number
}

/** casm's policy. Throws `PEX_INVALID_PARAMETER` for numbers that make no sense. */
export function casm({ swap = 16, protect = 5, decay = 0.005 }: CasmOptions = {}): Policy {
  if (!Number.isInteger(swap) || swap < 0)
    throw new PexError('PEX_INVALID_PARAMETER', 'swap must be an integer of 0 or more')
  if (!Number.isInteger(protect) || protect < 0)
    throw new PexError('PEX_INVALID_PARAMETER', 'protect must be an integer of 0 or more')
  if (!(decay >= 0 && decay <= 1))
    throw new PexError('PEX_INVALID_PARAMETER', 'decay must be a chance between 0 and 1')
  return { name: 'casm', open: ground => open(ground, swap, protect, decay) }
}

function open(ground: Ground, most: number, protect: number, decay: number): Rules {
  const { views, rng } = ground
  const phases = new Phases(ground, 'own')

  return {
    join(): void {},
    begin(): void {},
    partners: (node: number, out: Uint32Array, count: number): number => phases.partners(node, out, count, 0),
    show: (node: number, to: number, out: Offer): void => phases.show(node, to, protect, out),

    merge(node: number, from: number, _as: Role, received: Offer, sent: Offer): Verdict {
      const excess = phases.union(node, from, received)
      // swap: what we sent makes room
      const swapped = phases.swap(sent, Math.min(most, excess))
      // protect: the oldest stand first; decay: now and then the oldest of them are let go
      const elders = Math.min(protect, views.max)
      let decayed = 0
      while (decayed < excess && decayed < elders && chance(rng, decay)) decayed++
      phases.heal(decayed)
      // evict: the rest gives way at random
      phases.evict(Math.max(excess - swapped - decayed, 0), elders - decayed)
      phases.keep(node)
      return verdict.welcome
    },

    remove: (node: number, peer: number): void => phases.remove(node, peer),
    learn: (node: number, peer: number, hop: number): void => phases.learn(node, peer, hop),
    view: (node: number, out: Uint32Array): number => everybody(views, node, out)
  }
}
