/**
 * What the views of the live honest nodes hold: the dead, the hostile, and the other half of a split. One pass over the
 * entries, since a simulation asks every round.
 */
import { state } from '../snapshot.ts'
import type { Snapshot } from '../snapshot.ts'

export interface LinkFigures {
  /** Live honest nodes. */
  readonly live: number
  /** Share of the entries in honest views that are dead; 0 where there are no entries, as for the shares below. */
  readonly deadLinks: number
  /** Share of the entries in honest views that are hostile. */
  readonly attackerShare: number
  /** Live honest nodes that hold somebody, and nobody but hostile nodes. */
  readonly eclipsed: number
  /** Share of the links among live honest nodes that lead to the other side. */
  readonly crossLinks: number
}

export function linkFigures(snapshot: Snapshot): LinkFigures {
  const { nodes, viewSize, views, sizes, states, sides } = snapshot
  let live = 0
  let entries = 0
  let dead = 0
  let hostile = 0
  let cross = 0
  let eclipsed = 0
  for (let node = 0; node < nodes; node++) {
    if (states[node] !== state.honest) continue
    live++
    const size = sizes[node]!
    const start = node * viewSize
    let hostileHere = 0
    for (let at = start; at < start + size; at++) {
      const other = views[at]!
      if (states[other] === state.dead) dead++
      else if (states[other] === state.hostile) hostileHere++
      else if (sides[other] !== sides[node]) cross++
    }
    entries += size
    hostile += hostileHere
    if (size > 0 && hostileHere === size) eclipsed++
  }
  const honest = entries - dead - hostile
  return {
    live,
    deadLinks: share(dead, entries),
    attackerShare: share(hostile, entries),
    eclipsed,
    crossLinks: share(cross, honest)
  }
}

/** The share of one node's view that is hostile; 0 where it holds nobody. */
export function attackerShareOf({ viewSize, views, sizes, states }: Snapshot, node: number): number {
  const row = views.subarray(node * viewSize, node * viewSize + sizes[node]!)
  return share(row.filter(other => states[other] === state.hostile).length, row.length)
}

/**
 * Share of the live honest nodes that keep a live honest contact of the other side, in view or recovery memory; 1 where
 * nobody lives.
 */
export function crossHolders(snapshot: Snapshot): number {
  const { nodes, viewSize, views, sizes, memorySize, memories, memorySizes, states, sides } = snapshot
  const leadsAcross = (node: number, others: Uint32Array, start: number, size: number): boolean => {
    for (let at = start; at < start + size; at++) {
      const other = others[at]!
      if (states[other] === state.honest && sides[other] !== sides[node]) return true
    }
    return false
  }
  let live = 0
  let holders = 0
  for (let node = 0; node < nodes; node++) {
    if (states[node] !== state.honest) continue
    live++
    const holds =
      leadsAcross(node, views, node * viewSize, sizes[node]!) ||
      leadsAcross(node, memories, node * memorySize, memorySizes[node]!)
    if (holds) holders++
  }
  return live === 0 ? 1 : holders / live
}

/**
 * Turnover: the share of the entries of `before` that the same nodes still hold in `after`, over nodes that are live and
 * honest in both; 1 where there are none. Both snapshots number nodes alike.
 */
export function keptShare(before: Snapshot, after: Snapshot): number {
  const heldBy = new Uint32Array(after.nodes)
  let entries = 0
  let kept = 0
  for (let node = 0; node < before.nodes; node++) {
    if (before.states[node] !== state.honest || after.states[node] !== state.honest) continue
    const now = node * after.viewSize
    for (let at = now; at < now + after.sizes[node]!; at++) heldBy[after.views[at]!] = node + 1
    const then = node * before.viewSize
    entries += before.sizes[node]!
    for (let at = then; at < then + before.sizes[node]!; at++)
      if (heldBy[before.views[at]!] === node + 1) kept++
  }
  return entries === 0 ? 1 : kept / entries
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
