/**
 * The random graph: every node holds c others, each set of c equally likely. What a sampler is measured against.
 */
import { below } from '@pex/core'
import type { Rng } from '@pex/core'
import { state } from '../snapshot.ts'
import type { Snapshot } from '../snapshot.ts'
import type { Result } from '../result.ts'
import { clustering } from './clustering.ts'
import { firstPartition } from './components.ts'
import { binomialSd } from './degree.ts'
import { graphOf } from './graph.ts'
import { paths } from './paths.ts'

/** A snapshot of live honest nodes with random views, of all others where there are no more than `viewSize`. */
export function randomSnapshot(nodes: number, viewSize: number, rng: Rng): Snapshot {
  const size = Math.min(viewSize, nodes - 1)
  const views = new Uint32Array(nodes * viewSize)
  const chosenBy = new Uint32Array(nodes)
  for (let node = 0; node < nodes; node++) {
    // Floyd's sampling: without replacement, and with one draw for each place (Bentley & Floyd, CACM 1987).
    for (let i = 0; i < size; i++) {
      const last = nodes - 1 - size + i
      const drawn = below(rng, last + 1)
      const pick = chosenBy[other(drawn, node)] === node + 1 ? last : drawn
      chosenBy[other(pick, node)] = node + 1
      views[node * viewSize + i] = other(pick, node)
    }
  }
  return {
    nodes,
    viewSize,
    views,
    sizes: new Uint8Array(nodes).fill(size),
    states: new Uint8Array(nodes).fill(state.honest),
    sides: Uint8Array.from({ length: nodes }, (_, node) => node % 2),
    memorySize: 0,
    memories: new Uint32Array(),
    memorySizes: new Uint8Array(nodes)
  }
}

/** The i-th of all nodes but one. */
function other(i: number, node: number): number {
  return i < node ? i : i + 1
}

/** The figures of a random graph of this size: the in-degree's by formula, the others of one graph that is drawn. */
export function randomReference(nodes: number, viewSize: number, rng: Rng): Result['reference'] {
  const graph = graphOf(randomSnapshot(nodes, viewSize, rng))
  return {
    inDegreeSd: binomialSd(nodes, viewSize),
    firstPartition: firstPartition(graph, rng),
    clustering: clustering(graph, rng),
    pathLength: paths(graph, rng).mean
  }
}
