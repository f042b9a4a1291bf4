/**
 * What several runs that differ in their seed alone say about a figure: mean, median, extremes, and the interval that holds
 * the mean of all seeds with 95 % confidence, by Student's t distribution (as if the figures were normally distributed).
 */

export interface Spread {
  /** How many values there are, at least one. */
  readonly count: number
  readonly mean: number
  readonly median: number
  readonly min: number
  readonly max: number
  /** The ends of the interval; null for a single value, which says nothing of the others. */
  readonly low: number | null
  readonly high: number | null
}

/** Nothing where there are no values. */
export function spreadOf(values: readonly number[]): Spread | null {
  const count = values.length
  if (count === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const [min, max] = [sorted[0]!, sorted.at(-1)!]
  const middle = count >> 1
  const median = count % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  // Between the extremes, whatever the rounding: equal values have no other mean.
  const mean = Math.min(max, Math.max(min, sorted.reduce((sum, value) => sum + value, 0) / count))
  if (count === 1) return { count, mean, median, min, max, low: null, high: null }
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const half = (studentT(count - 1) * Math.sqrt(squares / (count - 1))) / Math.sqrt(count)
  return { count, mean, median, min, max, low: mean - half, high: mean + half }
}

/** The 97.5 % quantile of Student's t by degrees of freedom, from 1 to 10, where the series below is too coarse. */
const fewDegrees: readonly number[] = [
  12.7062047, 4.3026527, 3.1824463, 2.7764451, 2.5705818, 2.4469119, 2.3646243, 2.3060041, 2.2621572,
  2.2281389
]
/** The same of the normal distribution. */
const z = 1.959963985

/** The 97.5 % quantile of Student's t: the series in 1/degrees of Cornish and Fisher, right to four digits from 11 on. */
export function studentT(degrees: number): number {
  const known = fewDegrees[degrees - 1]
  if (known !== undefined) return known
  const one = (z ** 3 + z) / 4
  const two = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const three = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + one / degrees + two / degrees ** 2 + three / degrees ** 3
}
