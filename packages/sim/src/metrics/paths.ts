/**
 * Path length: how many links lie between two nodes. The searches from all sources go on at once, one bit of a word for
 * each source, so that every level reads the graph once (Then et al., "The More the Merrier: Efficient Multi-Source Graph
 * Traversal", VLDB 2014).
 */
import type { Rng } from '@pex/core'
import { draw } from './clustering.ts'
import type { Graph } from './graph.ts'

export interface Paths {
  /** Mean distance over the pairs of a source and a node that it reaches, links; 0 where there are none. */
  readonly mean: number
  /** The longest distance seen, links: a lower bound of the diameter. */
  readonly diameter: number
}

const defaultSources = 40
const bits = 32

/** Distances from `sources` (default 40) nodes drawn at random, or from all where there are no more. */
export function paths(graph: Graph, rng: Rng, sources: number = defaultSources): Paths {
  const chosen = draw(graph.live, rng, sources)
  let pairs = 0
  let sum = 0
  let diameter = 0
  for (let i = 0; i < chosen.length; i += bits) {
    const part = search(graph, chosen.subarray(i, i + bits))
    pairs += part.pairs
    sum += part.sum
    diameter = Math.max(diameter, part.diameter)
  }
  return { mean: pairs === 0 ? 0 : sum / pairs, diameter }
}

function search(graph: Graph, sources: Uint32Array): { pairs: number; sum: number; diameter: number } {
  const { nodes, starts, ends, neighbours, live } = graph
  const seen = new Uint32Array(nodes)
  let frontier = new Uint32Array(nodes)
  let next = new Uint32Array(nodes)
  for (const [bit, source] of sources.entries()) frontier[source] = seen[source] = (1 << bit) >>> 0
  let pairs = 0
  let sum = 0
  for (let distance = 1; ; distance++) {
    let reached = 0
    for (const node of live) {
      // Every node looks at who has just been reached around it: reads are scattered, writes are in order.
      let found = 0
      for (let at = starts[node]!; at < ends[node]!; at++) found |= frontier[neighbours[at]!]!
      found &= ~seen[node]!
      next[node] = found
      if (found === 0) continue
      seen[node]! |= found
      reached += ones(found)
    }
    if (reached === 0) return { pairs, sum, diameter: distance - 1 }
    pairs += reached
    sum += reached * distance
    const last = frontier
    frontier = next
    next = last
  }
}

/** How many bits of a 32-bit word are set. */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555)
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}
