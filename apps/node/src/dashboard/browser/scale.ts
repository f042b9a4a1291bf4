/** Round marks for an axis. */

/** The smallest of 1, 2, 5, 10, 20 … times a power of ten that divides [0, high] into at most `parts`. */
export function roundStep(high: number, parts: number): number {
  const least = Math.max(high, 1e-9) / parts
  const power = 10 ** Math.floor(Math.log10(least))
  return ([1, 2, 5].find(each => each * power >= least * (1 - 1e-9)) ?? 10) * power
}

/** Marks from 0 to the first one that is no lower than `high`; whole numbers only where `isWhole`. */
export function marks(
  high: number,
  { parts = 4, isWhole = false }: { parts?: number; isWhole?: boolean } = {}
): readonly number[] {
  const step = Math.max(roundStep(high, parts), isWhole ? 1 : 0)
  const count = Math.max(1, Math.ceil(high / step - 1e-9))
  // Without the error that the multiplication leaves behind: 0.3, not 0.30000000000000004.
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)))
}

/** Sums of `size` neighbours each, the last one complete, the first one perhaps not; at most `length` of them. */
export function sums(list: readonly number[], size: number, length: number): readonly number[] {
  return Array.from({ length: Math.min(length, Math.ceil(list.length / size)) }, (_, back) => {
    const end = list.length - back * size
    return list.slice(Math.max(0, end - size), end).reduce((sum, value) => sum + value, 0)
  }).toReversed()
}
