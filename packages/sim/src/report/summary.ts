/** A run as a table in the terminal. */
import type { Result } from '../result.ts'
import { commandOf, figuresOf, labelsOf, settingsOf } from './figures.ts'
import type { Figure } from './figures.ts'
import { whole } from './numbers.ts'

/** The figures of one run beside those of the random graph, as lines of text without a newline at the end. */
export function summary(result: Result): string {
  const figures = figuresOf([result])
  const rows = figures.map(({ name, of, random }) => [name, of(result), random?.(result) ?? ''])
  return lines([
    `${result.policy} · ${result.scenario}`,
    settingsOf(result),
    '',
    ...aligned([['', 'this run', 'random graph'], ...rows]),
    '',
    `${whole(result.nodeRoundsPerSecond)} node-rounds per second, ${whole(result.bytesPerNode)} bytes per node`,
    `state ${result.stateHash}`
  ])
}

/** Two runs side by side. */
export function summaryOfTwo(a: Result, b: Result): string {
  const figures = figuresOf([a, b])
  const heads = labelsOf(a, b)
  const rows = figures.map(each => [each.name, valueOf(each, a), valueOf(each, b), each.random?.(a) ?? ''])
  const isSameGraph = a.nodes === b.nodes && a.view === b.view
  const columns = isSameGraph ? 4 : 3
  return lines([
    ...[a, b].map(each => commandOf(each)),
    '',
    ...aligned([['', ...heads, 'random graph'], ...rows].map(row => row.slice(0, columns)))
  ])
}

/** A figure of a run, or a dash where it says nothing about it. */
function valueOf({ of, applies }: Figure, result: Result): string {
  return applies === undefined || applies(result) ? of(result) : '–'
}

/** Names on the left, values on the right of their columns. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  return rows.map(row =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd()
  )
}

/** One text, without the control characters that a stranger's file may hold. */
function lines(all: readonly string[]): string {
  return all.map(line => line.replaceAll(/\p{Cc}/gu, '')).join('\n')
}
