/**
 * Whether a node's in-degree forgets what it was: autocorrelation over rounds, and the lasting bias of single nodes, as
 * Jelasity et al. (TOCS 2007) look at them.
 */

export interface DegreeMemory {
  /** r_k for k from 0 to the last lag, mean over the nodes; r_0 is 1. */
  readonly autocorrelation: readonly number[]
  /** Half the width of the 99 % band of independent values: 2.576 / √rounds. */
  readonly band: number
  /** The first lag, from 1 on, whose r_k is inside the band; null where there is none. */
  readonly firstInside: number | null
  /** Population standard deviation, over the nodes, of the mean in-degree over all rounds: hubs that stay hubs. */
  readonly sdOfMeans: number
}

/** `series` has a row for each node: its in-degree in one round after the other, equally many for all. */
export function degreeMemory(series: readonly ArrayLike<number>[], maxLag: number): DegreeMemory {
  const rounds = series[0]?.length ?? 0
  const sums = new Float64Array(maxLag + 1)
  const means: number[] = []
  for (const row of series) {
    const mean = meanOf(row)
    means.push(mean)
    const variance = covariance(row, mean, 0)
    for (let lag = 0; lag <= maxLag; lag++)
      // A node whose in-degree never changes remembers it perfectly.
      sums[lag]! += variance === 0 ? 1 : covariance(row, mean, lag) / variance
  }
  const autocorrelation = Array.from(sums, sum => sum / series.length)
  const band = 2.576 / Math.sqrt(rounds)
  const inside = autocorrelation.findIndex((value, lag) => lag > 0 && Math.abs(value) <= band)
  const overall = meanOf(means)
  return {
    autocorrelation,
    band,
    firstInside: inside === -1 ? null : inside,
    sdOfMeans: Math.sqrt(covariance(means, overall, 0) / means.length)
  }
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/** Sum of the products of deviations that lie `lag` apart. */
function covariance(values: ArrayLike<number>, mean: number, lag: number): number {
  let sum = 0
  for (let i = 0; i + lag < values.length; i++) sum += (values[i]! - mean) * (values[i + lag]! - mean)
  return sum
}
