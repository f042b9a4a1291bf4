/**
 * The peer sampling framework of Jelasity, Voulgaris, Guerraoui, Kermarrec and van Steen, "Gossip-based peer sampling",
 * ACM TOCS 25(3), 2007: view selection by healing (H oldest go) and swapping (S of those sent go).
 *
 * The paper's age travels with a descriptor, so for healing, and only there, the claimed hop counts: that is what makes
 * the dead fade from the whole network at once. Whom to ask is decided by our own age: by the claim, whoever said "I am
 * old" would be asked by everybody. Who claims to be young gains a little time and no ground at H = 1, more with a larger
 * H (measured: docs/PAPERS.md). For networks of friends: like every sampler of this family it falls to a few hostile peers.
 */
import { PexError } from '../../errors.ts'
import type { Offer } from '../offer.ts'
import { Phases } from '../phases.ts'
import { eldest, everybody } from '../places.ts'
import type { Ground, Policy, Role, Rules, Verdict } from '../policy.ts'
import { verdict } from '../policy.ts'

export interface HealerSwapperOptions {
  /** H: so many of the oldest are removed first. @default 1 */
  readonly healer?: number
  /** S: then so many of those that we sent. @default 14 */
  readonly swapper?: number
  /**
   * Whom to ask first: anybody (`rand`), or whom we have held longest (`tail`). With H above c/4 only `rand`: there neighbours
   * that ask each other in turn stay each other's youngest, and a network with `tail` falls apart into cliques (measured at
   * H = 12 and more of c = 32; not at 8).
   * @default 'tail'
   */
  readonly partner?: 'rand' | 'tail'
}

/** The policy (partner, H, S, push-pull). Throws `PEX_INVALID_PARAMETER` for numbers that make no sense. */
export function healerSwapper(options: HealerSwapperOptions = {}): Policy {
  const { healer = 1, swapper = 14, partner = 'tail' } = options
  for (const [name, value] of Object.entries({ healer, swapper })) {
    if (!Number.isInteger(value) || value < 0)
      throw new PexError('PEX_INVALID_PARAMETER', `${name} must be an integer of 0 or more`)
  }
  return { name: 'healer-swapper', open: ground => open(ground, healer, swapper, partner === 'tail') }
}

function open(ground: Ground, healer: number, swapper: number, tail: boolean): Rules {
  const { views, rng } = ground
  const phases = new Phases(ground, 'hop')

  return {
    join(): void {},
    begin(): void {},

    partners(node: number, out: Uint32Array, count: number): number {
      if (!tail) return phases.partners(node, out, count, 0)
      const first = eldest(views, node, views.since, rng)
      if (first < 0 || count === 0) return 0
      // After the oldest comes anybody: a node whose oldest few are all dead would never ask anybody else.
      out[0] = views.peers[first]!
      return phases.partners(node, out, count, 1)
    },

    // view.permute(); move the oldest H to the end; view.head(c/2 - 1)
    show: (node: number, to: number, out: Offer): void => phases.show(node, to, healer, out),

    merge(node: number, from: number, _as: Role, received: Offer, sent: Offer): Verdict {
      // view.append(buffer); view.removeDuplicates()
      const excess = phases.union(node, from, received)
      // view.removeOldItems(min(H, view.size - c))
      const healed = Math.min(healer, excess)
      phases.heal(healed)
      // view.removeHead(min(S, view.size - c)); at the head stands what was sent
      const swapped = phases.swap(sent, Math.min(swapper, excess - healed))
      // view.removeAtRandom(view.size - c)
      phases.evict(excess - healed - swapped, 0)
      phases.keep(node)
      return verdict.welcome
    },

    remove: (node: number, peer: number): void => phases.remove(node, peer),
    learn: (node: number, peer: number, hop: number): void => phases.learn(node, peer, hop),
    view: (node: number, out: Uint32Array): number => everybody(views, node, out)
  }
}
