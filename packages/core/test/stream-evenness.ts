/**
 * How even sequences of samples are, as reference metrics have it: χ² per degree of freedom, node by node and pooled (1 is
 * chance), and how often a sample comes again after some draws (1 is chance).
 */
export interface Evenness {
  readonly perNode: number
  readonly pooled: number
  repeats(lag: number): number
}

/** `draws[i]` are the samples of node i, which never draws itself, among `nodes`. */
export function evenness(draws: readonly (readonly number[])[], nodes: number): Evenness {
  const pool = new Float64Array(nodes)
  const expectedInPool = new Float64Array(nodes)
  let perNode = 0
  for (const [node, drawn] of draws.entries()) {
    const counts = new Float64Array(nodes)
    for (const peer of drawn) counts[peer]!++
    const expected = drawn.length / (nodes - 1)
    for (let peer = 0; peer < nodes; peer++) {
      if (peer === node) continue
      perNode += (counts[peer]! - expected) ** 2 / expected
      pool[peer]! += counts[peer]! - expected
      expectedInPool[peer]! += expected
    }
  }
  let pooled = 0
  for (let peer = 0; peer < nodes; peer++) pooled += pool[peer]! ** 2 / expectedInPool[peer]!
  return {
    perNode: perNode / draws.length / (nodes - 2),
    pooled: pooled / (nodes - 1),
    repeats(lag: number): number {
      let pairs = 0
      let equal = 0
      for (const drawn of draws)
        for (let at = lag; at < drawn.length; at++, pairs++) if (drawn[at] === drawn[at - lag]) equal++
      return (equal / pairs) * (nodes - 1)
    }
  }
}
