/**
 * The policy of casm's PeX: swap, protect, decay, evict.
 *
 * Departures, none of which an honest casm peer can see: age is our own count of rounds instead of the claimed hop (an
 * attacker who claims a large hop would stay protected for ever); the merge runs against the view as it is now instead of
 * as it was when the exchange began (parallel exchanges would lose updates); the room for decay is counted before the
 * swap (with S = c/2 nothing would be left over and nothing would ever decay); and the swap takes only what was sent, where
 * S would reach further.
 */
import { ageOf } from '../descriptor.ts'
import type { Descriptor, Entry } from '../descriptor.ts'
import { PexError } from '../errors.ts'
import { except, oldest, overflow, swap, union } from '../phases.ts'
import type { Policy, Turn } from '../policy.ts'
import { chance, sample, shuffle } from '../random.ts'
import type { View } from '../view.ts'

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
export function casm({ swap: most = 16, protect = 5, decay = 0.005 }: CasmOptions = {}): Policy {
  if (!Number.isInteger(most) || most < 0)
    throw new PexError('PEX_INVALID_PARAMETER', 'swap must be an integer of 0 or more')
  if (!Number.isInteger(protect) || protect < 0)
    throw new PexError('PEX_INVALID_PARAMETER', 'protect must be an integer of 0 or more')
  if (!(decay >= 0 && decay <= 1))
    throw new PexError('PEX_INVALID_PARAMETER', 'decay must be a chance between 0 and 1')

  return {
    name: 'casm',

    partners(view: View, { rng }: Turn, count: number): readonly Entry[] {
      return sample(rng, view.entries, count)
    },

    show(view: View, { round, rng }: Turn, count: number): readonly Entry[] {
      const elders = oldest(view.entries, protect, entry => ageOf(entry, round))
      const young = except(view.entries, elders)
      return [...shuffle(rng, young, count), ...elders].slice(0, count)
    },

    merge(view: View, received: readonly Descriptor[], sent: readonly Entry[], turn: Turn): View {
      const { round, rng } = turn
      const joined = union(view, received, round)
      const excess = overflow(joined, view)

      // swap: what we sent makes room
      const swapped = swap(joined, sent, Math.min(most, excess))

      // protect: the oldest are set aside
      const elders = oldest(swapped, Math.min(protect, view.max), entry => ageOf(entry, round))
      const rest = except(swapped, elders)

      // decay: now and then the oldest of them are let go
      const kept = [...elders]
      let room = excess
      while (room-- > 0 && kept.length > 0 && chance(rng, decay)) kept.shift()

      // evict: the rest gives way at random
      const places = view.max - kept.length
      if (rest.length > places) shuffle(rng, rest, places).length = places
      return view.of([...rest, ...kept])
    }
  }
}
