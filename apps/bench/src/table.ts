/** The table at the end of a run. */
import type { Figure } from './figure.ts'
import { columns, line } from './words.ts'

/** Results by benchmark as a table for a terminal. */
export function table(results: Readonly<Record<string, readonly Figure[]>>): string {
  const rows = Object.entries(results).flatMap(([name, figures]) =>
    figures.map((figure, i) => [i === 0 ? name : '', ...line(figure)])
  )
  const head = ['benchmark', ...columns]
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map(row => row[i]!.length)))
  const text = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd()
  return [text(head), text(widths.map(width => '-'.repeat(width))), ...rows.map(text)].join('\n')
}
