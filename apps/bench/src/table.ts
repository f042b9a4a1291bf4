/** The table at the end of a run. */
import type { Figure } from './figure.ts'
import { lines } from './words.ts'

/** Results by benchmark as a table for a terminal. */
export function table(results: Readonly<Record<string, readonly Figure[]>>): string {
  const entries = Object.entries(results)
  const [head = [], ...lined] = lines(entries.flatMap(([, figures]) => figures))
  const names = entries.flatMap(([name, figures]) => figures.map((_, i) => (i === 0 ? name : '')))
  const rows = [['benchmark', ...head], ...lined.map((line, i) => [names[i]!, ...line])]
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map(row => row[i]!.length)))
  const text = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd()
  return [rows[0]!, widths.map(width => '-'.repeat(width)), ...rows.slice(1)].map(text).join('\n')
}
