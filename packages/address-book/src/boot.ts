/**
 * Whom to dial after a restart: the moment at which an attacker who has filled the book would win everything at once. Anchors
 * come first (Bitcoin Core), each third place is for the operator's own list, the others are drawn from both tables in turn (a
 * coin would fall eight times for the same table once in 256 restarts), and from a random group there: what one owner has
 * much of counts once, and no group is dialled twice while there is another.
 */
import { sample } from '@pex/core'
import type { Rng } from '@pex/core'
import type { Entry } from './entry.ts'
import { drawByGroup } from './pick.ts'
import type { Shelves } from './shelves.ts'

export interface BootOptions<A> {
  /** How many to dial. @default 8 */
  readonly dials?: number | undefined
  /** The operator's own list, best known to be good. @default none */
  readonly bootstrap?: readonly A[] | undefined
}

type Groups<A> = Map<string, Entry<A>[]>

/** Entries to dial, in this order: anchors, then drawn ones, each once. */
export function bootEntries<A>(
  shelves: Shelves<A>,
  anchors: readonly Entry<A>[],
  count: number,
  rng: Rng,
  isUsable: (entry: Entry<A>) => boolean
): Entry<A>[] {
  const chosen = anchors.slice(0, count)
  const used = new Set(chosen.map(({ group }) => group))
  const tables = { tried: new Map() as Groups<A>, fresh: new Map() as Groups<A> }
  for (const entry of shelves.entries()) {
    if (used.has(entry.group) || !isUsable(entry)) continue
    const groups = entry.isTried ? tables.tried : tables.fresh
    const members = groups.get(entry.group)
    if (members === undefined) groups.set(entry.group, [entry])
    else members.push(entry)
  }
  for (let turn = 0; chosen.length < count; turn++) {
    const [first, second] = turn % 2 === 0 ? [tables.tried, tables.fresh] : [tables.fresh, tables.tried]
    const entry = drawByGroup(first, rng) ?? drawByGroup(second, rng)
    if (entry === undefined) return fillUp(shelves, chosen, count, rng, isUsable)
    chosen.push(entry)
    tables.tried.delete(entry.group)
    tables.fresh.delete(entry.group)
  }
  return chosen
}

/** Every group has had its turn: now anybody. */
function fillUp<A>(
  shelves: Shelves<A>,
  chosen: readonly Entry<A>[],
  count: number,
  rng: Rng,
  isUsable: (entry: Entry<A>) => boolean
): Entry<A>[] {
  const taken = new Set(chosen)
  const others = [...shelves.entries()].filter(entry => !taken.has(entry) && isUsable(entry))
  return [...chosen, ...sample(rng, others, count - chosen.length)]
}

/** Anchors, then the operator's list and what was drawn, each third place the operator's. */
export function mixIn<A>(drawn: readonly A[], bootstrap: readonly A[], anchors: number): A[] {
  const mixed = drawn.slice(0, anchors)
  const rest = drawn.slice(anchors)
  const own = [...bootstrap]
  while (rest.length + own.length > 0) {
    const next = own.length > 0 && (mixed.length % 3 === 2 || rest.length === 0) ? own.shift() : rest.shift()
    mixed.push(next!)
  }
  return mixed
}
