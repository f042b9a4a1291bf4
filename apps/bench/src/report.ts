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

/**
 * The run as a page of Markdown. What it has not measured stays as it stands on the page `before`, each section with the day
 * on which it was made; `order` names all there are.
 */
export function page(run: Run, order: readonly string[], before: string = ''): string {
  const { processor, cores, memoryGiB, system, node, versions } = run.machine
  const sections = sectionsOf(before)
  for (const { benchmark, figures } of run.results)
    sections.set(benchmark.name, section(run, benchmark, figures))
  return [
    '# Benchmarks',
    '',
    '<!-- Written by `npm run bench -- --write`; what is changed here by hand is gone after the next run. -->',
    '',
    `Measured on ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}.`,
    '',
    `Against and with ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    '',
    'The ratio is the figure divided by its rival\'s, both from the same run. "ok" and "miss" compare with the target, which is for the',
    'figure itself (≤ 2) or for the ratio (≤ 1/20).',
    '',
    ...order.flatMap(name => sections.get(name) ?? [])
  ].join('\n')
}

/** The sections of a page by name, as they are. */
function sectionsOf(text: string): Map<string, string> {
  const [, ...parts] = text.split(/^## /m)
  return new Map(parts.map(part => [part.split('\n', 1)[0]!, `## ${part.trimEnd()}\n`]))
}

function section(run: Run, { name, question, method }: Benchmark, figures: readonly Figure[]): string {
  return [
    `## ${name}`,
    '',
    `${question} ${method}`,
    '',
    circumstances(run),
    '',
    row(columns),
    row(columns.map(() => '---')),
    ...figures.map(figure => row(line(figure))),
    ''
  ].join('\n')
}

function circumstances({ machine, date, quick }: Run): string {
  const said = [`Measured on ${date}.`]
  if (isBusy(machine))
    said.push(
      `The machine was busy (load ${machine.load.toFixed(1)} on ${machine.cores} cores before the run): the figures of a quiet one are better.`
    )
  if (quick) said.push('A quick run: networks and samples are smaller than the method says.')
  return said.join(' ')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
