/** Histograms. */
import type { DegreesShape } from './shapes.ts'

/** How many there are of each number, the smallest number first. */
export function bucketsOf(numbers: readonly number[]): DegreesShape['buckets'] {
  // Bounded by the numbers.
  const counts = new Map<number, number>()
  for (const value of numbers) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].map(([value, count]) => ({ value, count })).toSorted((a, b) => a.value - b.value)
}
