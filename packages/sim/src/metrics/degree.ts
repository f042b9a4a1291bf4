/**
 * In-degree: how many live honest views hold a node. An even in-degree is an even load, and a node that nobody holds is
 * lost to the network.
 */
import type { InDegree } from '../result.ts'
import { state } from '../snapshot.ts'
import type { Snapshot } from '../snapshot.ts'

/** How many live honest views hold each node, by node number; the dead and the hostile are counted too. */
export function inDegrees({ nodes, viewSize, views, sizes, states }: Snapshot): Uint32Array {
  const degrees = new Uint32Array(nodes)
  for (let node = 0; node < nodes; node++) {
    if (states[node] !== state.honest) continue
    const start = node * viewSize
    for (let at = start; at < start + sizes[node]!; at++) degrees[views[at]!]!++
  }
  return degrees
}

/** How many live honest nodes have each in-degree: the index is the in-degree. Empty where nobody lives. */
export function inDegreeHistogram(snapshot: Snapshot): number[] {
  const degrees = inDegrees(snapshot)
  const histogram: number[] = []
  for (let node = 0; node < snapshot.nodes; node++) {
    if (snapshot.states[node] !== state.honest) continue
    const degree = degrees[node]!
    while (histogram.length <= degree) histogram.push(0)
    histogram[degree]!++
  }
  return histogram
}

/** Mean, population standard deviation and bounds of a histogram; all 0 where it is empty. */
export function inDegreeOf(histogram: readonly number[]): InDegree {
  let count = 0
  let sum = 0
  let squares = 0
  for (const [degree, nodes] of histogram.entries()) {
    count += nodes
    sum += degree * nodes
    squares += degree * degree * nodes
  }
  if (count === 0) return { mean: 0, sd: 0, min: 0, max: 0, zero: 0 }
  const mean = sum / count
  return {
    mean,
    sd: Math.sqrt(Math.max(0, squares / count - mean * mean)),
    min: histogram.findIndex(nodes => nodes > 0),
    max: histogram.findLastIndex(nodes => nodes > 0),
    zero: histogram[0]!
  }
}

/** The in-degree of the live honest nodes. */
export function inDegree(snapshot: Snapshot): InDegree {
  return inDegreeOf(inDegreeHistogram(snapshot))
}

/** The standard deviation of the in-degree in a random graph, where every node holds `viewSize` others at random. */
export function binomialSd(nodes: number, viewSize: number): number {
  return nodes < 2 ? 0 : Math.sqrt(viewSize * Math.max(0, 1 - viewSize / (nodes - 1)))
}

/**
 * How many of `nodes` have each in-degree in a random graph of the same size, as expected values: the binomial
 * distribution, up to and including in-degree `upTo`.
 */
export function binomialHistogram(nodes: number, viewSize: number, upTo: number): number[] {
  const trials = nodes - 1
  const p = Math.min(1, viewSize / Math.max(1, trials))
  const expected: number[] = []
  // In logarithms: the first term is smaller than any number where views are large.
  let log = trials * Math.log1p(-p)
  for (let k = 0; k <= upTo; k++) {
    if (p === 1) expected.push(k === trials ? nodes : 0)
    else expected.push(k > trials ? 0 : nodes * Math.exp(log))
    log += Math.log(Math.max(0, trials - k)) - Math.log(k + 1) + Math.log(p) - Math.log1p(-p)
  }
  return expected
}
