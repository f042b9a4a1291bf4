/**
 * How good a stream of samples is: whether every peer comes equally often, and whether the last one comes again too soon.
 */

export interface StreamQuality {
  /** χ² by degrees of freedom for each node's stream, mean over the nodes; 1 for uniform and independent draws. */
  readonly chiSquare: number
  /** The same for the draws of all nodes together: the bias that they share. */
  readonly pooled: number
  /** P(draw t = draw t + lag) × (population − 1), by lag; 1 for independent draws. */
  readonly repeats: ReadonlyMap<number, number>
}

/** One node's draws, in order; numbers below the population, never its own. */
export interface Stream {
  readonly node: number
  readonly draws: ArrayLike<number>
}

const defaultLags: readonly number[] = [1, 2, 5, 10, 20, 50]

/**
 * Judges the streams of some nodes among `population` nodes. A node can draw every other one, so each node's test has
 * population − 2 degrees of freedom, and the pooled one population − 1. Lags that no stream is long enough for are left out.
 */
export function streamQuality(
  streams: readonly Stream[],
  population: number,
  lags: readonly number[] = defaultLags
): StreamQuality {
  const all = new Float64Array(population)
  const expected = new Float64Array(population)
  let sum = 0
  for (const { node, draws } of streams) {
    const counts = new Float64Array(population)
    for (let t = 0; t < draws.length; t++) counts[draws[t]!]!++
    const each = draws.length / (population - 1)
    let chi = 0
    for (let other = 0; other < population; other++) {
      all[other]! += counts[other]!
      if (other === node) continue
      expected[other]! += each
      chi += (counts[other]! - each) ** 2 / each
    }
    sum += chi / (population - 2)
  }
  let pooled = 0
  for (let other = 0; other < population; other++)
    if (expected[other]! > 0) pooled += (all[other]! - expected[other]!) ** 2 / expected[other]!
  return {
    chiSquare: sum / streams.length,
    pooled: pooled / (population - 1),
    repeats: new Map(
      lags
        .map(lag => [lag, repeatRate(streams, lag) * (population - 1)] as const)
        .filter(([, rate]) => !Number.isNaN(rate))
    )
  }
}

/** P(x_t = x_{t+lag}) over all streams; NaN where none is long enough. */
function repeatRate(streams: readonly Stream[], lag: number): number {
  let pairs = 0
  let equal = 0
  for (const { draws } of streams) {
    for (let t = 0; t + lag < draws.length; t++) {
      pairs++
      if (draws[t] === draws[t + lag]) equal++
    }
  }
  return equal / pairs
}
