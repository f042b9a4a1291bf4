/** Numbers for people: as many digits as mean something, the same in the terminal and in the report. */

const missing = '–'

/** About three digits that count: 0.00731, 3.71, 52.4, 1,234. */
export function figure(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return missing
  if (Number.isInteger(value)) return whole(value)
  const size = Math.abs(value)
  if (size >= 1_000) return whole(Math.round(value))
  if (size < 1e-6) return value.toExponential(1)
  const digits = Math.max(0, 2 - Math.floor(Math.log10(size)))
  return value.toFixed(digits)
}

/** A share between 0 and 1 as a percentage: 0 %, 0.33 %, 4.0 %, 99.97 %. */
export function percent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return missing
  if (share === 0 || share === 1) return `${share * 100} %`
  // What is not quite all and not quite nothing must not look as if it were.
  const distance = Math.min(Math.abs(share), Math.abs(1 - share)) * 100
  if (distance < 0.0005) return share > 0.5 ? '> 99.999 %' : '< 0.001 %'
  const digits = distance < 0.1 ? 3 : distance < 1 ? 2 : 1
  return `${(share * 100).toFixed(digits)} %`
}

/** A whole number with its thousands apart: 1,000,000. */
export function whole(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return missing
  return String(Math.round(value)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}
