/**
 * The peer sampling framework of Jelasity, Voulgaris, Guerraoui, Kermarrec and van Steen, "Gossip-based peer sampling",
 * ACM TOCS 25(3), 2007: view selection by healing (H oldest go) and swapping (S of those sent go).
 *
 * The paper's age travels with a descriptor, so for healing, and only there, the claimed hop counts: that is what makes
 * the dead fade from the whole network at once. Whom to ask is decided by our own age: by the claim, whoever said "I am
 * old" would be asked by everybody. Who claims to be young gains a little time and no ground at H = 1, more with a larger
 * H (measured: docs/PAPERS.md). For networks of friends: like every sampler of this family it falls to a few hostile peers.
 */
import { ageOf, hopOf } from '../descriptor.ts'
import type { Descriptor, Entry } from '../descriptor.ts'
import { PexError } from '../errors.ts'
import { except, oldest, overflow, swap, union } from '../phases.ts'
import type { Policy, Turn } from '../policy.ts'
import { sample, shuffle } from '../random.ts'
import type { View } from '../view.ts'

export interface HealerSwapperOptions {
  /** H: so many of the oldest are removed first. @default 1 */
  readonly healer?: number
  /** S: then so many of those that we sent. @default 14 */
  readonly swapper?: number
  /** Whom to ask first: anybody (`rand`), or whom we have held longest (`tail`). @default 'tail' */
  readonly partner?: 'rand' | 'tail'
}

/** The policy (partner, H, S, push-pull). Throws `PEX_INVALID_PARAMETER` for numbers that make no sense. */
export function healerSwapper(options: HealerSwapperOptions = {}): Policy {
  const { healer = 1, swapper = 14, partner = 'tail' } = options
  for (const [name, value] of Object.entries({ healer, swapper })) {
    if (!Number.isInteger(value) || value < 0)
      throw new PexError('PEX_INVALID_PARAMETER', `${name} must be an integer of 0 or more`)
  }

  return {
    name: 'healer-swapper',

    partners(view: View, { round, rng }: Turn, count: number): readonly Entry[] {
      const shuffled = sample(rng, view.entries, view.size)
      // After the oldest comes anybody: a node whose oldest few are all dead would never ask anybody else.
      const first = oldest(shuffled, partner === 'tail' ? 1 : 0, entry => ageOf(entry, round))
      return [...first, ...except(shuffled, first)].slice(0, count)
    },

    show(view: View, { round, rng }: Turn, count: number): readonly Entry[] {
      // view.permute(); move the oldest H to the end; view.head(count)
      const elders = oldest(view.entries, healer, entry => hopOf(entry, round))
      const young = except(view.entries, elders)
      return [...shuffle(rng, young, count), ...elders].slice(0, count)
    },

    merge(view: View, received: readonly Descriptor[], sent: readonly Entry[], turn: Turn): View {
      const { round, rng } = turn
      // view.append(buffer); view.removeDuplicates()
      const joined = union(view, received, round)
      // view.removeOldItems(min(H, view.size - c))
      const aged = oldest(joined, Math.min(healer, overflow(joined, view)), entry => hopOf(entry, round))
      const healed = except(joined, aged)
      // view.removeHead(min(S, view.size - c)); at the head stands what was sent
      const swapped = swap(healed, sent, Math.min(swapper, overflow(healed, view)))
      // view.removeAtRandom(view.size - c)
      if (swapped.length > view.max) shuffle(rng, swapped, view.max).length = view.max
      return view.of(swapped)
    }
  }
}
