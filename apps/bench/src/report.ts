/** docs/benchmarks.md: written by the program, so that no figure in it is anybody's memory. */
import type { Benchmark, Figure } from './figure.ts'
import { isBusy } from './machine.ts'
import type { Machine } from './machine.ts'
import { columns, line } from './words.ts'

export interface Run {
  readonly machine: Machine
  /** Day of the run, as 2026-01-31. */
  readonly date: string
  readonly quick: boolean
  readonly results: readonly { readonly benchmark: Benchmark; readonly figures: readonly Figure[] }[]
}

/** The run as a page of Markdown. */
export function page(run: Run): string {
  const { machine, date, quick, results } = run
  const { processor, cores, memoryGiB, system, node, versions } = machine
  const lines = [
    '# Benchmarks',
    '',
    '<!-- Written by `npm run bench -- --write`; what is changed here by hand is gone after the next run. -->',
    '',
    `Measured on ${date}: ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}.`,
    '',
    `Against and with ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    ''
  ]
  if (isBusy(machine))
    lines.push(
      `The machine was busy (load ${machine.load.toFixed(1)} on ${cores} cores before the run): the figures of a quiet one are better.`,
      ''
    )
  if (quick) lines.push('A quick run: networks and samples are smaller than the methods say.', '')
  lines.push(
    'The ratio is the figure divided by its rival\'s, both from the same run. "ok" and "miss" compare with the target, which is for the',
    'figure itself (≤ 2) or for the ratio (≤ 1/20).',
    ''
  )
  for (const { benchmark, figures } of results) lines.push(...section(benchmark, figures))
  return lines.join('\n')
}

function section({ name, question, method }: Benchmark, figures: readonly Figure[]): string[] {
  return [
    `## ${name}`,
    '',
    `${question} ${method}`,
    '',
    row(columns),
    row(columns.map(() => '---')),
    ...figures.map(figure => row(line(figure))),
    ''
  ]
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
