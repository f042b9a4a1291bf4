/**
 * Whether something grows: a line with the least squares through samples, held against how much they vary by themselves.
 */
import { mean, slope } from '../measure.ts'

/** Samples of one thing: hours, and how much of it there was. */
export type Series = readonly (readonly [hours: number, value: number])[]

/** All in units of what was sampled, an hour. */
export interface Trend {
  readonly mean: number
  /** Growth an hour by the line. */
  readonly slope: number
  /**
   * The growth an hour that cannot be told from noise: twice the standard deviation around the line within the time that was
   * sampled. A line through independent samples stays within it but once in 10^5 times or less from 60 samples on, and what is sampled
   * here is not independent, so that a narrower band would find what is not there.
   */
  readonly band: number
}

/** The trend of at least three samples; NaN for fewer, which holds no mark. */
export function trendOf(series: Series): Trend {
  const values = series.map(point => point[1])
  const [first, last] = [series[0], series.at(-1)]
  if (first === undefined || last === undefined || series.length < 3)
    return { mean: mean(values), slope: NaN, band: NaN }
  const grows = slope(series)
  const [x, y] = [mean(series.map(point => point[0])), mean(values)]
  const squares = series.reduce((sum, point) => sum + (point[1] - y - grows * (point[0] - x)) ** 2, 0)
  const deviation = Math.sqrt(squares / (series.length - 2))
  return { mean: y, slope: grows, band: (2 * deviation) / (last[0] - first[0]) }
}
