/** A chart of curves over a number, or of named points. Curves differ in their dashes, too. */
import { file, escape, fill, heading, px, stroke } from './drawing.ts'

export type Point = readonly [x: number, y: number]

export interface Line {
  readonly name: string
  readonly points: readonly Point[]
}

export interface Axis {
  readonly name: string
  readonly ticks: readonly number[]
  /** How a tick is written. @default as it is */
  readonly write?: (tick: number) => string
  /** True for powers: each doubling takes as much room. */
  readonly isLogarithmic?: boolean
}

export interface Chart {
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly lines: readonly Line[]
  /** Points instead of curves: the first of each line is filled. */
  readonly isScatter?: boolean
}

const height = 400
const area = { left: 58, right: 525, top: 44, bottom: 346 } as const

const dashes = ['', '', '', '6 3', '2 3', '9 3 2 3', '6 3', '2 3']

/** The chart as a file. */
export function svg(chart: Chart): string {
  const at = place(chart)
  return file(chart.title, height, [
    heading(chart.title, area.left),
    ...axes(chart, at),
    ...chart.lines.flatMap((line, i) => [
      ...(chart.isScatter === true ? spots(line, i, at) : [curve(line, i, at)]),
      ...legend(line, i, chart.isScatter === true)
    ])
  ])
}

type Place = (point: Point) => Point

function place({ x, y }: Chart): Place {
  const across = scale(x, area.left, area.right)
  const up = scale(y, area.bottom, area.top)
  return ([px, py]) => [across(px), up(py)]
}

function scale({ ticks, isLogarithmic = false }: Axis, from: number, to: number): (value: number) => number {
  const line = isLogarithmic ? Math.log2 : (value: number): number => value
  const least = line(ticks[0]!)
  const most = line(ticks.at(-1)!)
  return value => from + ((line(value) - least) / (most - least)) * (to - from)
}

function axes({ x, y }: Chart, at: Place): string[] {
  const write = (axis: Axis, tick: number): string => escape(axis.write?.(tick) ?? String(tick))
  const middle = (area.top + area.bottom) / 2
  return [
    ...y.ticks.map(tick => {
      const [, up] = at([x.ticks[0]!, tick])
      return `<path class="grid" d="M${area.left} ${px(up)}H${area.right}" stroke="#ddd"/><text x="${area.left - 6}" y="${px(up + 4)}" text-anchor="end">${write(y, tick)}</text>`
    }),
    ...x.ticks.map(tick => {
      const [across] = at([tick, y.ticks[0]!])
      return `<path d="M${px(across)} ${area.bottom}v4" stroke="#999"/><text x="${px(across)}" y="${area.bottom + 18}" text-anchor="middle">${write(x, tick)}</text>`
    }),
    `<text x="${(area.left + area.right) / 2}" y="${height - 14}" text-anchor="middle">${escape(x.name)}</text>`,
    `<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${escape(y.name)}</text>`
  ]
}

/** A single point has no curve: it is a spot. */
function curve({ points }: Line, i: number, at: Place): string {
  if (points.length === 1) return spots({ name: '', points }, i, at).join('')
  const d = points
    .map((point, i) => {
      const [x, y] = at(point)
      return `${i === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`
    })
    .join('')
  return `<path d="${d}" fill="none" ${stroke(i)} stroke-width="${widthOf(i)}" stroke-dasharray="${dashOf(i)}" stroke-linejoin="round"/>`
}

function legend({ name }: Line, i: number, isScatter: boolean): string[] {
  const y = area.top + 10 + i * 20
  const x = area.right + 14
  return [
    isScatter
      ? `<circle cx="${x + 13}" cy="${y - 4}" r="4.5" ${fill(i)}/>`
      : `<path d="M${x} ${y - 4}h26" ${stroke(i)} stroke-width="${widthOf(i)}" stroke-dasharray="${dashOf(i)}"/>`,
    `<text x="${x + 33}" y="${y}">${escape(name)}</text>`
  ]
}

/** The first point is filled; from there a thin line leads to the others. */
function spots({ points }: Line, i: number, at: Place): string[] {
  const places = points.map(at)
  return places.map(([x, y], place) => {
    const [, last] = places.at(-1)!
    const spot = `cx="${px(x)}" cy="${px(y)}"`
    // The ring and the thin line have the colour of the filled spot.
    if (place > 0) return `<circle ${spot} r="3.5" ${stroke(i)} stroke-width="1.6" fill="none"/>`
    return `<path d="M${px(x)} ${px(y)}V${px(last)}" ${stroke(i)} stroke-width="1"/><circle ${spot} r="4.5" ${fill(i)}/>`
  })
}

function dashOf(i: number): string {
  return dashes[i % dashes.length]!
}

/** The first curve is what the chart is about. */
function widthOf(i: number): number {
  return i === 0 ? 2.6 : 1.8
}
