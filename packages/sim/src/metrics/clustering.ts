/**
 * Clustering: how many of the possible links among a node's neighbours there are. Where neighbours know each other, gossip
 * goes in circles and a partition comes easily.
 */
import { below } from '@pex/core'
import type { Rng } from '@pex/core'
import type { Graph } from './graph.ts'

const defaultSamples = 2_000

/**
 * The mean of the local clustering coefficients of `samples` (default 2,000) nodes drawn without replacement, or of all
 * where there are no more. A node with fewer than two neighbours counts as 0.
 */
export function clustering(graph: Graph, rng: Rng, samples: number = defaultSamples): number {
  const { nodes, starts, ends, neighbours } = graph
  const chosen = draw(graph.live, rng, samples)
  const near = new Uint32Array(nodes)
  let sum = 0
  for (const [i, node] of chosen.entries()) {
    const degree = ends[node]! - starts[node]!
    if (degree < 2) continue
    const mark = i + 1
    for (let at = starts[node]!; at < ends[node]!; at++) near[neighbours[at]!] = mark
    let links = 0
    for (let at = starts[node]!; at < ends[node]!; at++) {
      const other = neighbours[at]!
      for (let there = starts[other]!; there < ends[other]!; there++)
        if (near[neighbours[there]!] === mark) links++
    }
    sum += links / (degree * (degree - 1))
  }
  return chosen.length === 0 ? 0 : sum / chosen.length
}

/** A uniform sample of numbers without replacement, in random order. */
export function draw(from: Uint32Array, rng: Rng, count: number): Uint32Array {
  const items = from.slice()
  const size = Math.min(count, items.length)
  for (let i = 0; i < size; i++) {
    const j = i + below(rng, items.length - i)
    const item = items[i]!
    items[i] = items[j]!
    items[j] = item
  }
  return items.subarray(0, size)
}
