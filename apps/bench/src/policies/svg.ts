/**
 * A small writer of charts as SVG files that open anywhere: curves over a number, or named points. Colours that the
 * colour-blind can tell apart (Okabe and Ito 2008); curves differ in their dashes too.
 */

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

const width = 720
const height = 400
const area = { left: 58, right: 560, top: 44, bottom: 346 } as const

const colours = ['#000000', '#009e73', '#d55e00', '#0072b2', '#cc79a7', '#e69f00', '#56b4e9', '#8a8a8a']
const dashes = ['', '', '', '6 3', '2 3', '9 3 2 3', '6 3', '2 3']

/** The chart as a file. */
export function svg(chart: Chart): string {
  const at = place(chart)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#333">`,
    `<title>${escape(chart.title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${area.left}" y="22" font-size="14" font-weight="600">${escape(chart.title)}</text>`,
    ...axes(chart, at),
    ...chart.lines.flatMap((line, i) => [
      ...(chart.isScatter === true ? spots(line, i, at) : [curve(line, i, at)]),
      ...legend(line, i, chart.isScatter === true)
    ]),
    '</svg>',
    ''
  ].join('\n')
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
      return `<path d="M${area.left} ${px(up)}H${area.right}" stroke="#ddd"/><text x="${area.left - 6}" y="${px(up + 4)}" text-anchor="end">${write(y, tick)}</text>`
    }),
    ...x.ticks.map(tick => {
      const [across] = at([tick, y.ticks[0]!])
      return `<path d="M${px(across)} ${area.bottom}v4" stroke="#999"/><text x="${px(across)}" y="${area.bottom + 18}" text-anchor="middle">${write(x, tick)}</text>`
    }),
    `<text x="${(area.left + area.right) / 2}" y="${height - 14}" text-anchor="middle">${escape(x.name)}</text>`,
    `<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${escape(y.name)}</text>`
  ]
}

function curve({ points }: Line, i: number, at: Place): string {
  const d = points
    .map((point, i) => {
      const [x, y] = at(point)
      return `${i === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`
    })
    .join('')
  return `<path d="${d}" fill="none" stroke="${colourOf(i)}" stroke-width="${widthOf(i)}" stroke-dasharray="${dashOf(i)}" stroke-linejoin="round"/>`
}

function legend({ name }: Line, i: number, isScatter: boolean): string[] {
  const y = area.top + 10 + i * 20
  const x = area.right + 14
  return [
    isScatter
      ? `<circle cx="${x + 13}" cy="${y - 4}" r="4.5" fill="${colourOf(i)}"/>`
      : `<path d="M${x} ${y - 4}h26" stroke="${colourOf(i)}" stroke-width="${widthOf(i)}" stroke-dasharray="${dashOf(i)}"/>`,
    `<text x="${x + 33}" y="${y}">${escape(name)}</text>`
  ]
}

/** The first point is filled; from there a thin line leads to the others. */
function spots({ points }: Line, i: number, at: Place): string[] {
  const places = points.map(at)
  return places.map(([x, y], place) => {
    const spot = `<circle cx="${px(x)}" cy="${px(y)}" r="${place === 0 ? 4.5 : 3.5}" fill="${place === 0 ? colourOf(i) : '#fff'}" stroke="${colourOf(i)}" stroke-width="1.6"/>`
    if (place > 0) return spot
    const [, last] = places.at(-1)!
    return `<path d="M${px(x)} ${px(y)}V${px(last)}" stroke="${colourOf(i)}" stroke-width="1"/>${spot}`
  })
}

function colourOf(i: number): string {
  return colours[i % colours.length]!
}

function dashOf(i: number): string {
  return dashes[i % dashes.length]!
}

/** The first curve is what the chart is about. */
function widthOf(i: number): number {
  return i === 0 ? 2.6 : 1.8
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
