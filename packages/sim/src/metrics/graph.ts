/**
 * The overlay as an undirected graph of its live honest nodes: an edge where at least one of two holds the other. Links to
 * the dead lead nowhere, and those to hostile nodes count as little: what only an attacker connects is not connected.
 */
import { state } from '../snapshot.ts'
import type { Snapshot } from '../snapshot.ts'

export interface Graph {
  /** Node numbers of the snapshot; those that are not live and honest have no neighbours. */
  readonly nodes: number
  /** Node i's neighbours stand in `neighbours` from `starts[i]` up to and without `ends[i]`, each once. */
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  readonly neighbours: Uint32Array
  /** The numbers of the live honest nodes, in order. */
  readonly live: Uint32Array
}

/** Builds the graph in O(nodes × view size), with 8 bytes for each entry of a view. */
export function graphOf(snapshot: Snapshot): Graph {
  const { nodes, states } = snapshot
  const starts = new Uint32Array(nodes)
  eachLink(snapshot, (from, to) => {
    starts[from]!++
    starts[to]!++
  })
  let total = 0
  for (let node = 0; node < nodes; node++) {
    const degree = starts[node]!
    starts[node] = total
    total += degree
  }
  const neighbours = new Uint32Array(total)
  const ends = starts.slice()
  eachLink(snapshot, (from, to) => {
    neighbours[ends[from]!++] = to
    neighbours[ends[to]!++] = from
  })
  deduplicate(starts, ends, neighbours)
  return { nodes, starts, ends, neighbours, live: liveOf(states) }
}

function liveOf(states: Uint8Array): Uint32Array {
  const live = new Uint32Array(states.length)
  let count = 0
  for (let node = 0; node < states.length; node++) if (states[node] === state.honest) live[count++] = node
  return live.slice(0, count)
}

/** Calls back for every entry of a live honest view that is another live honest node. */
export function eachLink(
  { nodes, viewSize, views, sizes, states }: Snapshot,
  visit: (from: number, to: number) => void
): void {
  for (let node = 0; node < nodes; node++) {
    if (states[node] !== state.honest) continue
    const start = node * viewSize
    for (let at = start; at < start + sizes[node]!; at++) {
      const other = views[at]!
      if (states[other] === state.honest && other !== node) visit(node, other)
    }
  }
}

/** Two that hold each other are linked once: each row keeps the first of equal numbers. */
function deduplicate(starts: Uint32Array, ends: Uint32Array, neighbours: Uint32Array): void {
  const seenBy = new Uint32Array(starts.length)
  for (let node = 0; node < starts.length; node++) {
    let kept = starts[node]!
    for (let at = kept; at < ends[node]!; at++) {
      const other = neighbours[at]!
      if (seenBy[other] === node + 1) continue
      seenBy[other] = node + 1
      neighbours[kept++] = other
    }
    ends[node] = kept
  }
}
