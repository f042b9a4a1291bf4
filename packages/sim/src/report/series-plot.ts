/** One figure of every round as a curve: one for each run, and where the event was. */
import type { Result, RoundFigures } from '../result.ts'
import { axes, card, curve, frame, legendOf, px } from './frame.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { figure, percent, whole } from './numbers.ts'
import { linear, thin } from './scale.ts'
import type { Point, Scale } from './scale.ts'

export interface SeriesInit {
  readonly id: string
  readonly title: string
  readonly subtitle: string
  /** How its values are written. */
  readonly kind: 'share' | 'count' | 'figure'
  readonly lines: readonly SeriesLine[]
}

export interface SeriesLine {
  /** `a`, `b`, … for colours; see `style.ts`. */
  readonly kind: string
  readonly name: string
  readonly points: readonly Point[]
}

const formats = { share: percent, count: whole, figure } as const
/** One bucket for each pixel of the drawing's width. */
const buckets = frame.right - frame.left
/** What a reader of the table or of the tips can take in. */
const maxRows = 40
const maxTips = 80

/** The points of a run's series; rounds in which a figure was not looked at are left out. */
export function pointsOf({ series }: Result, value: (round: RoundFigures) => number): readonly Point[] {
  return series
    .map(each => [each.round, value(each)] as const)
    .filter(([, y]) => Number.isFinite(y) && y >= 0)
}

export function seriesPlot({ id, title, subtitle, kind, lines }: SeriesInit): Html {
  const format = formats[kind]
  const xs = lines.flatMap(({ points }) => [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0])
  const highest = lines.reduce(
    (high, { points }) => points.reduce((most, [, y]) => Math.max(most, y), high),
    0
  )
  const least = kind === 'share' ? 0.01 : 1
  const x = linear([Math.min(...xs), Math.max(...xs)], [frame.left, frame.right])
  // Next to nothing is drawn as nothing: its marks would lie too close together for numbers.
  const top: readonly [number, number] = [0, highest < 1e-9 ? least : highest]
  const y = linear(top, [frame.bottom, frame.top], { count: 4, isRound: true })
  const hasEvent = x.low < 0
  const curves = lines.map(line =>
    curve(
      thin(line.points, buckets).map(([at, value]) => [x.at(at), y.at(value)]),
      line.kind
    )
  )
  return card({
    id,
    title,
    subtitle,
    description: describe(lines, format),
    legend: lines.length > 1 && legendOf(lines.map(line => [line.kind, line.name])),
    drawing: [
      hasEvent && warmUp(x),
      axes(x, y, hasEvent ? 'rounds since the event' : 'rounds', tick => axisFigure(tick, kind, y.high)),
      curves,
      highest === 0 &&
        html`<text
          class="note"
          x="${(frame.left + frame.right) / 2}"
          y="${frame.bottom - 10}"
          text-anchor="middle"
          >0 in every round</text
        >`,
      tips(x, lines, format)
    ],
    table: tableRows(lines, format)
  })
}

/** The calm rounds before the event, and the event itself. */
function warmUp(x: Scale): Html {
  const event = px(x.at(0))
  const width = px(x.at(0) - frame.left)
  return html`<rect
      class="calm"
      x="${frame.left}"
      y="${frame.top}"
      width="${width}"
      height="${frame.bottom - frame.top}"
    /><line class="event" x1="${event}" x2="${event}" y1="${frame.top - 4}" y2="${frame.bottom}" />`
}

/** Axis marks need no more digits than the distance between them. */
function axisFigure(tick: number, kind: SeriesInit['kind'], top: number): string {
  if (kind === 'share') {
    const digits = top >= 0.04 ? 0 : top >= 0.004 ? 1 : 2
    return tick === 0 ? '0' : `${Number((tick * 100).toFixed(digits + 1))} %`
  }
  return tick >= 1_000 ? whole(tick) : String(tick)
}

/** What the pointer reads: the values of one round, or of the first of several that share a column. */
function tips(x: Scale, lines: readonly SeriesLine[], format: (value: number) => string): Html {
  const columns = rowsOf(lines, maxTips)
  const width = columns.length > 1 ? (frame.right - frame.left) / (columns.length - 1) : 20
  return html`<g class="tips"
    >${columns.map(
      ({ round, values }) =>
        html`<rect
          x="${px(x.at(round) - width / 2)}"
          y="${frame.top}"
          width="${px(width)}"
          height="${frame.bottom - frame.top}"
          ><title>${tip(round, values, lines, format)}</title></rect
        >`
    )}</g
  >`
}

function tip(
  round: number,
  values: readonly (number | undefined)[],
  lines: readonly SeriesLine[],
  format: (value: number) => string
): string {
  const said = values.map((value, i) => {
    const text = value === undefined ? '–' : format(value)
    return lines.length === 1 ? text : `${lines[i]!.name}: ${text}`
  })
  return `round ${round}: ${said.join(', ')}`
}

interface Row {
  readonly round: number
  readonly values: readonly (number | undefined)[]
}

/** At most `most` rounds, evenly apart, with the first and the last. */
function rowsOf(lines: readonly SeriesLine[], most: number): readonly Row[] {
  const byRound = lines.map(({ points }) => new Map(points))
  const rounds = [...new Set(byRound.flatMap(each => [...each.keys()]))].toSorted((a, b) => a - b)
  const step = Math.max(1, (rounds.length - 1) / (most - 1))
  const chosen: number[] = []
  for (let i = 0; i < rounds.length - 0.5; i += step) chosen.push(rounds[Math.round(i)]!)
  return chosen.map(round => ({ round, values: byRound.map(each => each.get(round)) }))
}

function tableRows(lines: readonly SeriesLine[], format: (value: number) => string): string[][] {
  const heads = lines.length === 1 ? ['value'] : lines.map(({ name }) => name)
  const rows = rowsOf(lines, maxRows).map(({ round, values }) => [
    String(round),
    ...values.map(value => (value === undefined ? '–' : format(value)))
  ])
  return [['round', ...heads], ...rows]
}

function describe(lines: readonly SeriesLine[], format: (value: number) => string): string {
  return lines
    .map(({ name, points }) => {
      const last = points.at(-1)
      if (last === undefined) return `${name}: nothing was looked at.`
      const peak = points.reduce((best, point) => (point[1] > best[1] ? point : best))
      return `${name}: ${format(peak[1])} at most, in round ${peak[0]}; ${format(last[1])} in the last round, ${last[0]}.`
    })
    .join(' ')
}
