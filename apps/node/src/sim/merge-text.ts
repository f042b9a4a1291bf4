/** Merged results as words: names of cells, means with their intervals, and the table for a terminal. */
import { whole } from '@pex/sim/report'
import { oneLine } from '../failure.ts'
import { fitted } from '../table.ts'
import type { Merged, MergedCell } from './merge-cells.ts'
import { figures, valueText } from './merge-figures.ts'
import type { MergedFigure } from './merge-figures.ts'
import type { Spread } from './merge-statistics.ts'
import type { Cell } from './sweep-grid.ts'

/** The parts of a cell's name, in the order in which people say them. */
const parts: readonly ((cell: Cell) => string)[] = [
  ({ policy }) => policy,
  ({ scenario }) => scenario,
  ({ nodes }) => `${whole(nodes)} nodes`,
  ({ viewSize }) => `views of ${viewSize}`,
  ({ rounds }) => `${whole(rounds)} rounds`
]

/** What all cells have in common, and a name for each of them: what they differ in. */
export function namesOf(cells: readonly Cell[]): {
  readonly common: string
  readonly names: readonly string[]
} {
  const isSame = parts.map(part => new Set(cells.map(part)).size === 1)
  const say = (cell: Cell, same: boolean): string =>
    parts
      .filter((_, i) => isSame[i] === same)
      .map(part => oneLine(part(cell)))
      .join(', ')
  const [first] = cells
  return {
    common: first === undefined ? '' : say(first, true),
    names: cells.length === 1 ? ['this cell'] : cells.map(cell => say(cell, false))
  }
}

/** The figures that say something about at least one cell. */
export function figuresFor(cells: readonly MergedCell[]): readonly MergedFigure[] {
  return figures.filter(
    ({ key, needs }) =>
      cells.some(({ spreads }) => spreads.get(key) !== null) &&
      (needs === undefined || cells.some(({ happened }) => happened.has(needs)))
  )
}

/** The mean, and how far the interval goes to either side. */
export function meanText(of: MergedFigure, spread: Spread | null | undefined): string {
  if (spread === null || spread === undefined) return '–'
  const { mean, high } = spread
  // Without a spread there is nothing to be unsure of.
  return high === null || high === mean
    ? valueText(of, mean)
    : `${valueText(of, mean)} ± ${halfText(of, high - mean)}`
}

/** Two digits that count: what is uncertain itself needs no more. */
function halfText({ kind }: MergedFigure, half: number): string {
  const short = (value: number): string => String(Number(value.toPrecision(2)))
  return kind === 'share' ? `${short(half * 100)} %` : short(half)
}

/** `20`, or `18 of 20` where some are missing. */
export function seedsText({ seeds, missing }: MergedCell): string {
  return missing.length === 0 ? String(seeds.length) : `${seeds.length} of ${seeds.length + missing.length}`
}

/** Seeds as one would type them: 1-4, 7, 9-20. */
export function rangesText(seeds: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const seed of seeds) {
    const last = ranges.at(-1)
    if (last !== undefined && seed === last[1] + 1) last[1] = seed
    else ranges.push([seed, seed])
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}

/** Lines for a terminal; `width`: what it has room for, undefined in a pipe. */
export function mergeSummary({ cells, results, missing }: Merged, width?: number): readonly string[] {
  const { common, names } = namesOf(cells.map(({ cell }) => cell))
  const shown = figuresFor(cells).filter(({ isFirst }) => isFirst === true)
  const rows = cells.map((each, i) => [
    names[i]!,
    seedsText(each),
    ...shown.map(figure => meanText(figure, each.spreads.get(figure.key)))
  ])
  const lacking = cells.flatMap((each, i) =>
    each.missing.length === 0 ? [] : [`${names[i]!}: seeds ${rangesText(each.missing)}`]
  )
  const sum = `${whole(results)} results of ${whole(cells.length)} cells`
  return [
    common === '' ? sum : `${common}: ${sum}`,
    '',
    ...fitted([['', 'seeds', ...shown.map(({ name }) => name)], ...rows], { width }),
    '',
    'mean ± half of the 95 % interval of the mean over all seeds',
    ...(missing === 0 ? [] : ['', `missing: ${whole(missing)}`, ...lacking.map(line => `  ${line}`)])
  ]
}
