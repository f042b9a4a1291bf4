/** Histograms, and lists of counts by name. */
import type { DegreesShape } from '../shapes.ts'
import { card, Figures } from './card.ts'
import type { CardInit } from './card.ts'
import { el, setText, svg } from './dom.ts'
import { plural, whole } from './format.ts'
import { Rows } from './rows.ts'
import { onWidth, widthOf } from './plot.ts'
import { marks } from './scale.ts'

const frame = { height: 190, left: 34, margin: 6, top: 10, bottom: 150 } as const
/** More bars than this are too narrow to be seen: neighbours are put together. */
const MAX_BARS = 48

interface Words {
  readonly title: string
  readonly subtitle: string
  readonly axis: string
  readonly head: readonly [string, string]
}

const words: Readonly<Record<DegreesShape['of'], Words>> = {
  views: {
    title: 'In-degree',
    subtitle: 'In how many views each host is: the closer together, the better balanced.',
    axis: 'held by so many hosts',
    head: ['held by', 'hosts']
  },
  calls: {
    title: 'Callers',
    subtitle:
      'How often each peer has begun an exchange with this host: one that stands out calls too often.',
    axis: 'exchanges that one peer has begun',
    head: ['exchanges', 'peers']
  }
}

export class Histogram {
  readonly element: HTMLElement
  readonly #words: Words
  readonly #drawing: SVGSVGElement
  readonly #description: SVGDescElement
  readonly #figures: Figures
  // Replaced as a whole; bounded by the server's list.
  #buckets: DegreesShape['buckets'] = []

  constructor(of: DegreesShape['of']) {
    this.#words = words[of]
    const { title, subtitle } = this.#words
    this.#description = svg('desc', { id: 'degrees-description' })
    this.#drawing = svg('svg', {
      class: 'plot',
      role: 'img',
      'aria-labelledby': 'degrees-title degrees-description'
    })
    this.#figures = new Figures(title)
    this.element = card({ id: 'degrees', title, subtitle }, this.#drawing, this.#figures.element)
    onWidth(this.#drawing, width => this.#draw(width))
  }

  set({ buckets }: DegreesShape): void {
    this.#buckets = buckets
    this.#figures.set(() => [
      this.#words.head,
      ...buckets.map(({ value, count }) => [whole(value), whole(count)])
    ])
    this.#draw(widthOf(this.#drawing))
  }

  #draw(across: number): void {
    const buckets = this.#buckets
    const { head, axis } = this.#words
    const [low, high] = [buckets[0]?.value ?? 0, buckets.at(-1)?.value ?? 0]
    const width = Math.max(1, Math.ceil((high - low + 1) / MAX_BARS))
    const bars = Array.from({ length: Math.floor((high - low) / width) + 1 }, (_, i) => {
      const from = low + i * width
      const inside = buckets.filter(({ value }) => value >= from && value < from + width)
      return { from, count: inside.reduce((sum, { count }) => sum + count, 0) }
    })
    const grid = marks(Math.max(2, ...bars.map(({ count }) => count)), { isWhole: true })
    const total = buckets.reduce((sum, { count }) => sum + count, 0)
    setText(
      this.#description,
      total === 0
        ? 'nothing yet'
        : `${plural(total, head[1].replace(/s$/, ''))}, from ${whole(low)} to ${whole(high)} ${head[0]}`
    )
    this.#drawing.replaceChildren(
      this.#description,
      axes(grid, axis, across),
      svg('g', { class: 'bars' }, ...drawBars(total === 0 ? [] : bars, { high: grid.at(-1)!, width, across }))
    )
  }
}

interface Bar {
  readonly from: number
  readonly count: number
}

interface Room {
  /** What the highest mark stands for. */
  readonly high: number
  /** How many numbers are in a bar. */
  readonly width: number
  /** Of the whole drawing. */
  readonly across: number
}

function drawBars(bars: readonly Bar[], { high, width, across }: Room): readonly SVGElement[] {
  const { left, top, bottom } = frame
  const right = across - frame.margin
  const slot = Math.min(44, (right - left) / Math.max(bars.length, 1))
  const start = left + (right - left - slot * bars.length) / 2
  const every = Math.ceil(26 / slot)
  return bars.flatMap(({ from, count }, i) => {
    const tall = (count / high) * (bottom - top)
    const x = start + i * slot
    const name = width === 1 ? whole(from) : `${whole(from)}–${whole(from + width - 1)}`
    const bar = svg(
      'rect',
      {
        x: (x + slot * 0.12).toFixed(1),
        y: (bottom - tall).toFixed(1),
        width: (slot * 0.76).toFixed(1),
        height: tall.toFixed(1),
        rx: 2
      },
      svg('title', {}, `${name}: ${whole(count)}`)
    )
    if (i % every !== 0) return [bar]
    return [
      bar,
      svg('text', { x: (x + slot / 2).toFixed(1), y: bottom + 15, 'text-anchor': 'middle' }, whole(from))
    ]
  })
}

function axes(grid: readonly number[], name: string, across: number): SVGGElement {
  const { left, top, bottom, height } = frame
  const right = across - frame.margin
  const high = grid.at(-1)!
  return svg(
    'g',
    { class: 'axes' },
    ...grid.flatMap((value, i) => {
      const y = bottom - (value / high) * (bottom - top)
      return [
        svg('line', { x1: left, x2: right, y1: y, y2: y, class: i === 0 ? 'zero' : undefined }),
        svg('text', { x: left - 8, y: y + 4, 'text-anchor': 'end' }, whole(value))
      ]
    }),
    svg('text', { x: (left + right) / 2, y: height - 6, 'text-anchor': 'middle' }, name)
  )
}

interface Counted {
  readonly name: string
  readonly count: number
}

export interface TallyInit {
  readonly id: string
  readonly title: string
  readonly subtitle: string
  /** What the names are. */
  readonly head: string
  /** What to say while there is nothing. */
  readonly nothing: string
  readonly size?: CardInit['size']
}

/** Counts by name, with bars in the table itself. */
export class Tally {
  readonly element: HTMLElement
  readonly #rows: Rows<Counted & { readonly share: number }>
  readonly #nothing: HTMLElement

  constructor({ id, title, subtitle, head, nothing, size }: TallyInit) {
    this.#rows = new Rows({
      caption: title,
      key: ({ name }) => name,
      columns: [
        { name: head, text: ({ name }) => name },
        { name: 'share', kind: 'share', text: () => '', draw: (cell, { share }) => drawShare(cell, share) },
        { name: 'times', kind: 'number', text: ({ count }) => whole(count) }
      ]
    })
    this.#nothing = el('p', { class: 'empty' }, nothing)
    this.element = card({ id, title, subtitle, size }, this.#nothing, this.#rows.element)
    this.set([])
  }

  set(list: readonly Counted[]): void {
    const most = Math.max(1, ...list.map(({ count }) => count))
    this.#nothing.hidden = list.length > 0
    this.#rows.element.hidden = list.length === 0
    this.#rows.set(list.map(each => ({ ...each, share: each.count / most })))
  }
}

function drawShare(cell: HTMLTableCellElement, share: number): void {
  const bar = cell.firstElementChild ?? cell.appendChild(el('div', { 'aria-hidden': 'true' }))
  ;(bar as HTMLElement).style.width = `${(share * 100).toFixed(1)}%`
}
