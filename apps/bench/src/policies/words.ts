/** How figures are written on the page. */

export const missing = '–'

/** With as many digits after the point; a dash for what was not measured. */
export function number(value: number, digits = 0): string {
  return Number.isFinite(value) ? value.toFixed(digits) : missing
}

/** A share in per cent: two digits that count, and not 0 or 100 for what is not quite. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return missing
  if (share === 0 || share === 1) return String(share * 100)
  const size = share * 100
  if (size < 0.005) return '< .01'
  return size < 1 ? size.toFixed(2).replace(/^0/, '') : size.toFixed(size < 9.95 || size > 99.5 ? 1 : 0)
}

/** The rows of a Markdown table, heading first. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map((_, i) => (i === 0 ? '---' : '--:')), ...rows]
    .map(cells => `| ${cells.join(' | ')} |`)
    .join('\n')
}

/** A size with its thousands apart. */
export function whole(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ' ')
}
