/** The drawings of a page that has been written: its figures are read back, so that a better drawing costs no new run. */
import type { Benchmark, Figure, Rival, Target } from './figure.ts'
import { chartsOf, withCharts } from './report.ts'

/** The page with its drawings in place, and these by the names of their files. */
export function redraw(
  page: string,
  benchmarks: readonly Benchmark[]
): { page: string; files: Readonly<Record<string, string>> } {
  const files: Record<string, string> = {}
  const parts = page.split(/^(?=## )/m).map(part => {
    const benchmark = benchmarks.find(({ name }) => part.startsWith(`## ${name}\n`))
    if (benchmark === undefined) return part
    const charts = chartsOf(benchmark, figuresOf(part))
    Object.assign(files, charts)
    return withCharts(part, Object.keys(charts))
  })
  return { page: parts.join(''), files }
}

/** The rows of a section's table as figures, with the digits that they are written with. */
function figuresOf(section: string): Figure[] {
  const [, , ...rows] = section.split('\n').filter(line => line.startsWith('| '))
  return rows.map(row => {
    const [, name = '', value = '', rival = '', , target = '', , others = ''] = row
      .split('|')
      .map(cell => cell.trim())
    const [, digits = '', unit = ''] = /^(-?[\d ]*\d(?:\.\d+)?(?:e[+-]?\d+)?|\?) ?(.*)$/.exec(value) ?? []
    return {
      name,
      value: numberIn(digits),
      unit,
      rival: rivalIn(rival),
      others: others.split(', ').flatMap(other => rivalIn(other) ?? []),
      target: targetIn(target)
    }
  })
}

/** A name and its number, which is the last of it. */
function rivalIn(cell: string): Rival | undefined {
  const [, name, value] = /^(.*?) (-?\d[\d ]*(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(cell) ?? []
  return name === undefined || value === undefined ? undefined : { name, value: numberIn(value) }
}

/** Only what is asked of the figure itself is ever drawn. */
function targetIn(cell: string): Target | undefined {
  const [, sign, value] = /^([≤≥]) (\d[\d ]*(?:\.\d+)?)$/.exec(cell) ?? []
  if (value === undefined) return undefined
  return { of: 'value', bound: sign === '≤' ? 'at most' : 'at least', value: numberIn(value) }
}

function numberIn(text: string): number {
  return Number(text.replaceAll(' ', ''))
}
