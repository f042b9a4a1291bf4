/** Figures in words: as many digits as mean something. */
import { ratioOf, verdictOf } from './figure.ts'
import type { Figure, Rival, Target } from './figure.ts'

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

/** The columns of a figure's line, after its benchmark; the last one only where something stands in it. */
const columns: readonly string[] = [
  'figure',
  'value',
  'rival or limit',
  'ratio',
  'target',
  'verdict',
  'others'
]

/** A figure as one line of a table. */
function line(figure: Figure): string[] {
  const { name, value, unit, rival, others = [] } = figure
  const multiple = ratioOf(figure)
  return [
    name,
    `${number(value)} ${unit}`,
    rival === undefined ? '' : named(rival),
    multiple === undefined || !Number.isFinite(multiple) ? '' : ratio(multiple),
    figure.target === undefined ? '' : target(figure.target),
    verdictOf(figure) ?? '',
    others.map(named).join(', ')
  ]
}

/** The rows with their head, and without the last column where it is empty. */
export function lines(figures: readonly Figure[]): string[][] {
  const rows = figures.map(line)
  const width = rows.some(row => row.at(-1) !== '') ? columns.length : columns.length - 1
  return [[...columns], ...rows].map(row => row.slice(0, width))
}

function named({ name, value }: Rival): string {
  return `${name} ${number(value)}`
}
