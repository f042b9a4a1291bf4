/** From values to places in a plot, and where to put the marks of an axis. */

export interface Scale {
  readonly low: number
  readonly high: number
  /** Where the axis has its marks, from low to high. */
  readonly ticks: readonly number[]
  /** The place of a value. */
  at(value: number): number
}

/** A linear scale from [low, high] to [start, end], widened to round numbers at the top where `isRound`. */
export function linear(
  [low, high]: readonly [number, number],
  [start, end]: readonly [number, number],
  { count = 5, isRound = false }: { count?: number; isRound?: boolean } = {}
): Scale {
  const width = high > low ? high - low : 1
  const step = roundStep(width / count)
  const top = isRound ? Math.ceil((low + width) / step - 1e-9) * step : low + width
  const ticks: number[] = []
  for (let i = Math.ceil(low / step - 1e-9); i * step <= top + step * 1e-9; i++)
    // Without the error that the multiplication leaves behind: 0.3, not 0.30000000000000004.
    ticks.push(Number((i * step).toPrecision(12)))
  return {
    low,
    high: top,
    ticks,
    at: value => start + ((value - low) / (top - low)) * (end - start)
  }
}

/** The smallest of 1, 2, 5, 10, 20 … that is no smaller than a number. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return ([1, 2, 5].find(each => each * power >= least * (1 - 1e-9)) ?? 10) * power
}

/** A point of a curve: x and y as values. */
export type Point = readonly [x: number, y: number]

/**
 * At most two points for each of `buckets` equal parts of the curve: its lowest and its highest, so that no peak is lost.
 * A curve that is short enough stays as it is.
 */
export function thin(points: readonly Point[], buckets: number): readonly Point[] {
  if (points.length <= buckets * 2) return points
  const kept: Point[] = []
  for (let i = 0; i < buckets; i++) {
    const part = points.slice(
      Math.floor((i * points.length) / buckets),
      Math.floor(((i + 1) * points.length) / buckets)
    )
    const lowest = part.reduce((best, point) => (point[1] < best[1] ? point : best))
    const highest = part.reduce((best, point) => (point[1] > best[1] ? point : best))
    kept.push(...[...new Set([lowest, highest])].toSorted((a, b) => a[0] - b[0]))
  }
  return kept
}
