/** Counts over time as curves: the last five minutes, or the last day. */
import type { CountName, HistoryShape } from '../shapes.ts'
import { card, Figures } from './card.ts'
import { el, setText, svg } from './dom.ts'
import { clock } from './format.ts'
import { onWidth, widthOf } from './plot.ts'
import { marks, sums } from './scale.ts'

/** One curve: what it counts, its name, and how it is drawn. */
export interface Curve {
  readonly count: CountName
  readonly name: string
  readonly kind: 'a' | 'b' | 'c'
}

export interface SeriesInit {
  readonly id: string
  readonly title: string
  readonly curves: readonly Curve[]
  readonly size?: 'half' | 'wide' | 'full'
  /** How a value is written. */
  readonly figure: (value: number) => string
  /** What the values are: in each step, or in each second. */
  readonly per: 'step' | 'second'
  /** Beside the title. */
  readonly control?: Node
}

const frame = { height: 190, left: 52, margin: 8, top: 10, bottom: 160 } as const
const POINTS = 60

/** How many entries of the history make a point: 60 points of 5 s are five minutes, 60 of 24 min a day. */
const bins: ReadonlyMap<number, number> = new Map([
  [1, 5],
  [60, 24]
])

export class Series {
  readonly element: HTMLElement
  readonly #init: SeriesInit
  readonly #drawing: SVGSVGElement
  readonly #description: SVGDescElement
  readonly #legend: ReadonlyMap<CountName, HTMLElement>
  readonly #figures: Figures
  #history: HistoryShape | undefined

  constructor(init: SeriesInit) {
    this.#init = init
    const { id, title, curves, size, control } = init
    this.#description = svg('desc', { id: `${id}-description` })
    this.#drawing = svg('svg', {
      class: 'plot',
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-description`
    })
    this.#legend = new Map(curves.map(({ count }) => [count, el('b', {}, '–')]))
    this.#figures = new Figures(title)
    const legend = el('ul', { class: 'legend' }, ...curves.map(curve => this.#sample(curve)))
    this.element = card({ id, title, size, control }, legend, this.#drawing, this.#figures.element)
    onWidth(this.#drawing, () => this.#history === undefined || this.set(this.#history))
  }

  set(history: HistoryShape): void {
    this.#history = history
    const right = widthOf(this.#drawing) - frame.margin
    const { curves, figure, per } = this.#init
    const bin = bins.get(history.every)!
    const scale = per === 'second' ? bin * history.every : 1
    const values = curves.map(({ count }) => sums(history.counts[count], bin, POINTS).map(sum => sum / scale))
    const grid = marks(Math.max(4, ...values.flat()), { isWhole: true })
    const last = values.map(list => list.at(-1) ?? 0)
    for (const [i, { count }] of curves.entries()) setText(this.#legend.get(count)!, figure(last[i]!))
    const span = history.every === 1 ? 'last five minutes, in steps of 5 s' : 'last day, in steps of 24 min'
    setText(
      this.#description,
      `${span}; now: ${curves.map(({ name }, i) => `${name} ${figure(last[i]!)}`).join(', ')}`
    )
    this.#drawing.replaceChildren(
      this.#description,
      this.#axes(grid, history.every, right),
      ...values.map((list, i) => curve(list, grid.at(-1)!, { kind: curves[i]!.kind, right }))
    )
    this.#figures.set(() => [
      ['until', ...curves.map(({ name }) => name)],
      ...Array.from({ length: values[0]!.length }, (_, back) => [
        clock(history.until - back * bin * history.every * 1_000),
        ...values.map(list => figure(list.at(-1 - back)!))
      ])
    ])
  }

  #sample({ count, name, kind }: Curve): HTMLElement {
    const line = svg(
      'svg',
      { viewBox: '0 0 24 8', 'aria-hidden': 'true' },
      svg('path', { class: `curve ${kind}`, d: 'M1 4H23' })
    )
    return el('li', {}, line, `${name} `, this.#legend.get(count)!)
  }

  #axes(grid: readonly number[], every: number, right: number): SVGGElement {
    const { left, bottom, height } = frame
    const high = grid.at(-1)!
    const lines = grid.flatMap((value, i) => [
      svg('line', {
        x1: left,
        x2: right,
        y1: y(value, high),
        y2: y(value, high),
        class: i === 0 ? 'zero' : undefined
      }),
      svg('text', { x: left - 8, y: y(value, high) + 4, 'text-anchor': 'end' }, this.#init.figure(value))
    ])
    const [ago, between, now] = every === 1 ? ['5 min ago', '2½ min', 'now'] : ['a day ago', '12 h', 'now']
    const middle = (left + right) / 2
    return svg(
      'g',
      { class: 'axes' },
      ...lines,
      svg('text', { x: left, y: height - 8 }, ago),
      svg('text', { x: middle, y: height - 8, 'text-anchor': 'middle' }, between),
      svg('text', { x: right, y: height - 8, 'text-anchor': 'end' }, now),
      svg('line', { x1: middle, x2: middle, y1: bottom, y2: bottom + 4 })
    )
  }
}

function y(value: number, high: number): number {
  return Math.round((frame.bottom - (value / high) * (frame.bottom - frame.top)) * 10) / 10
}

interface Pen {
  readonly kind: string
  /** Where now is. */
  readonly right: number
}

function curve(list: readonly number[], high: number, { kind, right }: Pen): SVGPathElement {
  const step = (right - frame.left) / (POINTS - 1)
  const first = right - (list.length - 1) * step
  const d = list.map((value, i) => `${i === 0 ? 'M' : 'L'}${(first + i * step).toFixed(1)} ${y(value, high)}`)
  return svg('path', { class: `curve ${kind}`, d: d.join('') })
}
