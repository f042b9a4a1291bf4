/**
 * What to show to somebody who asks: a random part of the book, small enough that it takes many askers to learn all of it.
 */
import { sample } from '@pex/core'
import type { Rng } from '@pex/core'
import { isBad } from './entry.ts'
import type { Entry } from './entry.ts'
import type { Shelves } from './shelves.ts'

export interface SelectionOptions {
  /** The share of new ones, per cent, which come first then; what is missing of one kind is made up with the other. @default no regard to it */
  readonly bias?: number | undefined
  /** Only peers that answered within so many ms: what a seed should serve. @default everybody */
  readonly answeredWithinMs?: number | undefined
  /** Whom to leave out: the one who asks. */
  readonly except?: string | undefined
  /** At most so many. @default no more than the rules say */
  readonly most?: number | undefined
}

export function selectEntries<A>(
  shelves: Shelves<A>,
  rng: Rng,
  options: SelectionOptions,
  now: number
): Entry<A>[] {
  const { answeredWithinMs, bias, except, most = Number.POSITIVE_INFINITY } = options
  const { rules } = shelves
  const shown = [...shelves.entries()].filter(
    entry =>
      entry.id !== except &&
      (rules.showsBad || !isBad(entry, rules, now)) &&
      (answeredWithinMs === undefined ||
        (entry.lastSuccess > 0 && entry.lastSuccess >= now - answeredWithinMs))
  )
  const count = Math.min(most, rules.shown(shown.length))
  if (bias === undefined) return sample(rng, shown, count)
  const tried = shown.filter(({ isTried }) => isTried)
  const fresh = shown.filter(({ isTried }) => !isTried)
  const share = Math.round((Math.min(100, Math.max(0, bias)) / 100) * count)
  const first = sample(rng, fresh, Math.max(share, count - tried.length))
  return [...first, ...sample(rng, tried, count - first.length)]
}
