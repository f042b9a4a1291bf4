/**
 * Weakly connected components of the live honest nodes, and how many nodes can be taken away before the overlay falls
 * apart ("catastrophic failure" in Jelasity et al., TOCS 2007).
 */
import type { Rng } from '@pex/core'
import { state } from '../snapshot.ts'
import type { Snapshot } from '../snapshot.ts'
import { draw } from './clustering.ts'
import { eachLink } from './graph.ts'
import type { Graph } from './graph.ts'
import { UnionFind } from './union-find.ts'

export interface Components {
  /** Live honest nodes. */
  readonly live: number
  /** Nodes in the largest component. */
  readonly largest: number
  /** Live honest nodes outside it. */
  readonly outside: number
  /** Share of the live honest nodes in the largest component; 1 where nobody lives. */
  readonly share: number
  /** For each node whether it is outside: 1 for a live honest node that is, else 0. */
  readonly isOutside: Uint8Array
}

/** Components by the links among live honest nodes, each taken in both directions. */
export function components(snapshot: Snapshot): Components {
  const { nodes, states } = snapshot
  const sets = new UnionFind(nodes)
  let largest = 0
  let root = -1
  eachLink(snapshot, (from, to) => {
    const size = sets.join(from, to)
    if (size > largest) {
      largest = size
      root = from
    }
  })
  // Without any link, one node is a component as large as any other.
  if (root === -1) root = states.indexOf(state.honest)
  if (root !== -1) root = sets.find(root)
  const isOutside = new Uint8Array(nodes)
  let live = 0
  for (let node = 0; node < nodes; node++) {
    if (states[node] !== state.honest) continue
    live++
    if (sets.find(node) !== root) isOutside[node] = 1
  }
  largest = Math.max(largest, Math.min(live, 1))
  return { live, largest, outside: live - largest, share: live === 0 ? 1 : largest / live, isOutside }
}

export interface Failure {
  /** Smallest share removed, in steps of 1 %, at which a survivor was outside in any trial; 1 where there was none. */
  readonly firstPartition: number
  /** Survivors outside the largest component by survivors, mean of the trials, by the share removed: 0 to 1 in 1 % steps. */
  readonly outside: readonly number[]
}

const steps = 100
const defaultTrials = 20
/** Nodes that all trials together may take away, so that large networks are not looked at for longer than they are simulated. */
const enough = 400_000

/**
 * Removes every node independently with probability p, for each p in steps of 1 %. A trial adds the nodes back in random
 * order, which gives each p its own distribution from one pass over the links instead of a hundred.
 */
export function catastrophicFailure(graph: Graph, rng: Rng, trials: number = defaultTrials): Failure {
  const outside = new Float64Array(steps + 1)
  let first = steps
  for (let trial = 0; trial < trials; trial++) {
    const shares = oneTrial(graph, rng)
    for (const [step, share] of shares.entries()) {
      outside[step]! += share / trials
      if (share > 0 && step < first) first = step
    }
  }
  return { firstPartition: first / steps, outside: [...outside] }
}

/** Smallest share of nodes to take away at random that cuts a survivor off; from 20 trials, fewer above 20 000 nodes. */
export function firstPartition(graph: Graph, rng: Rng): number {
  const trials = Math.min(defaultTrials, Math.ceil(enough / Math.max(graph.live.length, 1)))
  return catastrophicFailure(graph, rng, trials).firstPartition
}

/** Share of survivors outside the largest component, by steps of the share removed. */
function oneTrial({ nodes, starts, ends, neighbours, live }: Graph, rng: Rng): Float64Array {
  const order = draw(live, rng, live.length)
  const leaves = Float64Array.from(order, () => rng() / 2 ** 32).sort()
  const shares = new Float64Array(steps + 1)
  const present = new Uint8Array(nodes)
  const sets = new UnionFind(nodes)
  let largest = 0
  let survivors = 0
  for (let step = steps; step >= 0; step--) {
    // The node with the k-th largest number is back once p is no larger than that number.
    while (survivors < order.length && leaves[order.length - 1 - survivors]! >= step / steps) {
      const node = order[survivors++]!
      present[node] = 1
      largest = Math.max(largest, 1)
      for (let at = starts[node]!; at < ends[node]!; at++) {
        const other = neighbours[at]!
        if (present[other] === 1) largest = Math.max(largest, sets.join(node, other))
      }
    }
    shares[step] = survivors === 0 ? 0 : (survivors - largest) / survivors
  }
  return shares
}
