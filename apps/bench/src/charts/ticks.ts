/** Round numbers for an axis. */

/** From zero to at least a number, in at most eight round steps; to one, where there is nothing above zero. */
export function steps(highest: number): number[] {
  const most = highest > 0 ? highest : 1
  const power = 10 ** Math.floor(Math.log10(most / 4))
  const step = [1, 2, 5, 10].map(each => each * power).find(step => most / step <= 8)!
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, i) => Number((i * step).toPrecision(6)))
}

/** Powers of ten around the numbers, two at least. */
export function powers(values: readonly number[]): number[] {
  if (values.length === 0) return [1, 10]
  const least = Math.floor(Math.log10(Math.min(...values)))
  const most = Math.max(Math.ceil(Math.log10(Math.max(...values))), least + 1)
  return Array.from({ length: most - least + 1 }, (_, i) => 10 ** (least + i))
}
