/** docs/benchmarks.md: written by the program, so that no figure in it is anybody's memory. */
import type { Benchmark, Figure } from './figure.ts'
import { isBusy } from './machine.ts'
import type { Machine } from './machine.ts'
import { lines } from './words.ts'

export interface Run {
  readonly machine: Machine
  /** Day of the run, as 2026-01-31. */
  readonly date: string
  readonly quick: boolean
  /** How nice its processes were to others, by the scheduler's group. @default 0 */
  readonly nice?: number
  readonly results: readonly { readonly benchmark: Benchmark; readonly figures: readonly Figure[] }[]
}

/**
 * The run as a page of Markdown. What it has not measured stays as it stands on the page `before`, each section with the day
 * on which it was made. `order` says which comes first; what it does not name stands behind.
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
    'What the profile of the simulator and the core showed, and what was changed for it, is in [PERFORMANCE.md](PERFORMANCE.md).',
    '',
    ...[...new Set([...order, ...sections.keys()])].flatMap(name => sections.get(name) ?? [])
  ].join('\n')
}

/** The drawings of a benchmark by the names of their files, which lie beside the page in `figures`. */
export function chartsOf(
  { name, charts }: Benchmark,
  figures: readonly Figure[]
): Readonly<Record<string, string>> {
  const entries = Object.entries(charts?.(figures) ?? {})
  return Object.fromEntries(
    entries.map(([part, chart]) => [`bench-${[name, part].filter(Boolean).join('-')}.svg`, chart])
  )
}

/** The sections of a page by name, as they are. */
function sectionsOf(text: string): Map<string, string> {
  const [, ...parts] = text.split(/^## /m)
  return new Map(parts.map(part => [part.split('\n', 1)[0]!, `## ${part.trimEnd()}\n`]))
}

function section(run: Run, benchmark: Benchmark, figures: readonly Figure[]): string {
  const { name, question, method } = benchmark
  const [head = [], ...rows] = lines(figures)
  const text = [
    `## ${name}`,
    '',
    `${question} ${method}`,
    '',
    circumstances(run),
    '',
    row(head),
    row(head.map(() => '---')),
    ...rows.map(row),
    ''
  ].join('\n')
  return withCharts(text, Object.keys(chartsOf(benchmark, figures)))
}

/** The section with these drawings above its table, and no others of a benchmark. */
export function withCharts(section: string, files: readonly string[]): string {
  const shown = files.map(
    file => `![${file.replace(/^bench-|\.svg$/g, '').replaceAll('-', ' ')}](figures/${file})\n`
  )
  const bare = section.replaceAll(/^!\[.*\]\(figures\/bench-.*\)\n+/gm, '')
  return shown.length === 0 ? bare : bare.replace(/^\| figure /m, `${shown.join('')}\n| figure `)
}

function circumstances({ machine, date, quick, nice = 0 }: Run): string {
  const said = [`Measured on ${date}.`]
  if (isBusy(machine))
    said.push(
      `The machine was busy (load ${machine.load.toFixed(1)} on ${machine.cores} cores before the run): the figures of a quiet one are better.`
    )
  if (nice !== 0)
    said.push(
      `The scheduler put this run ${nice < 0 ? 'before' : 'behind'} all else on the machine (autogroup nice ${nice}).`
    )
  if (quick) said.push('A quick run: networks and samples are smaller than the method says.')
  return said.join(' ')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
