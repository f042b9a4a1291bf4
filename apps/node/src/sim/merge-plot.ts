/** One figure of all cells: a row for each, with its name above its line, so that it fits a phone. */
import { html, linear } from '@pex/sim/report'
import type { Html, Scale } from '@pex/sim/report'
import type { Spread } from './merge-statistics.ts'

export interface SpreadRow {
  readonly name: string
  readonly spread: Spread
  readonly random: number | undefined
}

export interface SpreadPlot {
  /** A name for the elements that belong together, unique on the page. */
  readonly id: string
  readonly title: string
  readonly rows: readonly SpreadRow[]
  /** No value can be more; none is below 0. */
  readonly most: number
  readonly text: (value: number) => string
}

/** Units of the drawing, which are pixels at its full width. */
const frame = { width: 400, left: 14, right: 386, top: 4, row: 36, foot: 26 } as const
/** What of a name fits above a line. */
const maxName = 60

/** What the plot adds to the looks of reports. */
export const spreadStyle: string = `
.spread .range { stroke: var(--quiet); stroke-width: 1 } .spread .interval { stroke: var(--bar); stroke-width: 7 }
.spread .mean { fill: var(--a) } .spread .graph { stroke: var(--random); stroke-width: 2; stroke-dasharray: 2 2 }
.spread .grid { stroke: var(--grid) } .spread .name { fill: var(--ink) }
.quiet { color: var(--quiet); font-size: .86rem }
`

export function spreadPlot({ id, title, rows, most, text }: SpreadPlot): Html {
  const height = frame.top + rows.length * frame.row + frame.foot
  const x = scaleOf(rows, most)
  const bottom = height - frame.foot
  return html`<svg
    class="spread"
    viewBox="0 0 ${frame.width} ${height}"
    role="img"
    aria-labelledby="${id}-title ${id}-description"
  >
    <title id="${id}-title">${title}</title>
    <desc id="${id}-description">${rows.map(row => describe(row, text)).join(' ')}</desc>
    ${x.ticks.map(tick => mark(x, tick, bottom, text))}
    ${rows.map((row, i) => line(row, frame.top + i * frame.row, x, text))}
  </svg>`
}

/** From the least to the most of all that is drawn, with some air, and no further than a value can go. */
function scaleOf(rows: readonly SpreadRow[], limit: number): Scale {
  const all = rows.flatMap(({ spread: { min, max, low, high }, random }) =>
    [min, max, low, high, random].filter(value => typeof value === 'number')
  )
  const [least, most] = [Math.min(...all), Math.max(...all)]
  const air = most > least ? (most - least) * 0.04 : Math.abs(most) * 0.05 || 1
  const low = Math.max(0, least - air)
  const scale = linear([low, Math.min(limit, most + air)], [frame.left, frame.right], { count: 4 })
  // An interval is a calculation, and can go beyond what there is.
  return { ...scale, at: value => scale.at(Math.min(scale.high, Math.max(scale.low, value))) }
}

function mark(x: Scale, tick: number, bottom: number, text: (value: number) => string): Html {
  const at = px(x.at(tick))
  return html`<line class="grid" x1="${at}" x2="${at}" y1="${frame.top}" y2="${bottom}" /><text
      x="${at}"
      y="${bottom + 16}"
      text-anchor="middle"
      >${text(tick)}</text
    >`
}

function line(
  { name, spread: { mean, min, max, low, high }, random }: SpreadRow,
  top: number,
  x: Scale,
  text: (value: number) => string
): Html {
  const y = top + 24
  const short = name.length > maxName ? `${name.slice(0, maxName - 1)}…` : name
  return html`<g
    ><title>${name}: ${text(mean)}</title
    ><text class="name" x="${frame.left}" y="${top + 13}">${short}</text>${
      low !== null &&
      high !== null &&
      html`<line class="interval" x1="${px(x.at(low))}" x2="${px(x.at(high))}" y1="${y}" y2="${y}" />`
    }<line class="range" x1="${px(x.at(min))}" x2="${px(x.at(max))}" y1="${y}" y2="${y}" />${
      random !== undefined &&
      html`<line
        class="graph"
        x1="${px(x.at(random))}"
        x2="${px(x.at(random))}"
        y1="${y - 5}"
        y2="${y + 6}"
      />`
    }<circle class="mean" cx="${px(x.at(mean))}" cy="${y}" r="3.5"
  /></g>`
}

function describe(
  { name, spread: { mean, min, max }, random }: SpreadRow,
  text: (value: number) => string
): string {
  const graph = random === undefined ? '' : `, random graph ${text(random)}`
  return `${name}: mean ${text(mean)}, from ${text(min)} to ${text(max)}${graph}.`
}

/** A place in the drawing to a tenth of a pixel. */
function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}
