/**
 * Whom to dial. Two ways to choose the table and to weigh what is drawn from it:
 * `bias` (CometBFT): the roots of the tables' sizes, weighted by the caller's bias, and then whoever is drawn;
 * `coin` (btcd, libonomy, Bitcoin Core): a coin, and then somebody who was not tried just now and has not failed much.
 */
import { below, between, chance } from '@pex/core'
import type { Rng } from '@pex/core'
import { chanceOf } from './entry.ts'
import type { Entry } from './entry.ts'
import type { Shelves } from './shelves.ts'
import type { Table } from './table.ts'

/** How much likelier each further draw is taken, so that somebody always is. From btcd. */
const PATIENCE = 1.2

/**
 * An entry to dial, or nothing. `bias` in per cent, 0 only tried ones and 100 only new ones; outside of that it is cut off.
 * With `bias` picks there may be nothing though the book holds somebody: nobody of the kind that was asked for.
 */
export function pick<A>(shelves: Shelves<A>, rng: Rng, bias: number, now: number): Entry<A> | undefined {
  if (shelves.size === 0) return undefined
  const share = Math.min(100, Math.max(0, bias))
  if (shelves.rules.picks === 'bias') return byRoots(shelves, rng, share).draw(rng)
  if (share === 0 || share === 100) return weighed(share === 0 ? shelves.tried : shelves.fresh, rng, now)
  const isTried = shelves.freshCount === 0 || (shelves.triedCount > 0 && !chance(rng, share / 100))
  return weighed(isTried ? shelves.tried : shelves.fresh, rng, now)
}

function byRoots<A>(shelves: Shelves<A>, rng: Rng, bias: number): Table<A> {
  const tried = Math.sqrt(shelves.triedCount) * (100 - bias)
  const fresh = Math.sqrt(shelves.freshCount) * bias
  return between(rng, 0, tried + fresh) < tried ? shelves.tried : shelves.fresh
}

function weighed<A>(table: Table<A>, rng: Rng, now: number): Entry<A> | undefined {
  for (let factor = 1; ; factor *= PATIENCE) {
    const entry = table.draw(rng)
    if (entry === undefined || chance(rng, factor * chanceOf(entry, now))) return entry
  }
}

/** A random member of a random group: a group that is crowded counts no more than any other. */
export function drawByGroup<A>(
  groups: ReadonlyMap<string, readonly Entry<A>[]>,
  rng: Rng
): Entry<A> | undefined {
  if (groups.size === 0) return undefined
  const members = [...groups.values()][below(rng, groups.size)]!
  return members[below(rng, members.length)]
}
