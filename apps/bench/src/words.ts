/** Figures in words: as many digits as mean something. */
import { ratioOf, verdictOf } from './figure.ts'
import type { Figure, Target } from './figure.ts'

/** A number with three significant digits, large ones in full. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '?'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en').replaceAll(',', ' ')
  return String(Number(value.toPrecision(3)))
}

/** A ratio to the rival: so many times as much, or the so-manieth part of it. */
export function ratio(value: number): string {
  return value > 0 && value < 0.1 ? `1/${number(1 / value)}` : `× ${number(value)}`
}

export function target({ of, bound, value }: Target): string {
  return `${bound === 'at most' ? '≤' : '≥'} ${of === 'ratio' ? ratio(value) : number(value)}`
}

/** The columns of a figure's line, after its benchmark. */
export const columns: readonly string[] = ['figure', 'value', 'rival or limit', 'ratio', 'target', 'verdict']

/** A figure as one line of a table. */
export function line(figure: Figure): string[] {
  const { name, value, unit, rival } = figure
  const multiple = ratioOf(figure)
  return [
    name,
    `${number(value)} ${unit}`,
    rival === undefined ? '' : `${rival.name} ${number(rival.value)}`,
    multiple === undefined ? '' : ratio(multiple),
    figure.target === undefined ? '' : target(figure.target),
    verdictOf(figure) ?? ''
  ]
}
