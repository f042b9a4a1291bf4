/** What the doctor says to people: a line for each finding, and below it what to try. */
import { painter } from '../paint.ts'
import type { Paint } from '../paint.ts'
import { wrapped } from '../table.ts'
import type { Finding, Verdict } from './finding.ts'

const marks: Readonly<Record<Verdict, readonly [word: string, color: 'green' | 'yellow' | 'red']>> = {
  well: ['well', 'green'],
  warning: ['warning', 'yellow'],
  wrong: ['wrong', 'red']
}
const wordWidth = 7
const areaWidth = 9
/** Room for less than this beside the area makes a column that nobody likes to read. Guess. */
const leastBeside = 36

/** Colours for a terminal whose user wants them (no-color.org), plain text for whatever reads a pipe. */
export function paintFor(isTerminal: boolean, env: NodeJS.ProcessEnv): Paint {
  return isTerminal && env['TERM'] !== 'dumb' ? painter(env) : text => text
}

/** `width`: of the terminal, if it is one: what is found goes on below itself. */
export function linesOf(
  { area, verdict, found, mend }: Finding,
  paint: Paint,
  width: number = Infinity
): readonly string[] {
  const [word, color] = marks[verdict]
  const beside = wordWidth + areaWidth + 4
  // In a narrow terminal the words go below, where there is room for them.
  const margin = width - beside >= leastBeside ? beside : 4
  const indent = ' '.repeat(margin)
  const fold = (text: string): readonly string[] => wrapped(text.split(' '), ' ', width - margin)
  const head = `${paint(word.padEnd(wordWidth), color)}  ${area.padEnd(areaWidth)}`
  const [first = '', ...rest] = fold(found)
  const lines = margin === beside ? [`${head}  ${first}`] : [head.trimEnd(), indent + first]
  const next = mend === null ? [] : fold(`try ${mend}`).map(line => indent + paint(line, 'bold'))
  return [...lines, ...rest.map(line => indent + line), ...next]
}

/** How many of each verdict. */
export type Tally = Readonly<Record<Verdict, number>>

export function tallyOf(findings: readonly Finding[]): Tally {
  const count = (verdict: Verdict): number => findings.filter(each => each.verdict === verdict).length
  return { well: count('well'), warning: count('warning'), wrong: count('wrong') }
}

export function lastLine({ well, warning, wrong }: Tally): string {
  const warnings = `${warning} ${warning === 1 ? 'warning' : 'warnings'}`
  if (wrong > 0) return `${wrong} ${wrong === 1 ? 'thing is' : 'things are'} wrong, ${warnings}, ${well} well`
  return warning > 0 ? `nothing is wrong; ${warnings}, ${well} well` : `all ${well} are well`
}
