/** A card of the page, and the table that stands beside every picture. */
import { el } from './dom.ts'
import type { Child } from './dom.ts'

export interface CardInit {
  /** Unique on the page. */
  readonly id: string
  readonly title: string
  readonly subtitle?: string
  /** How broad it is where there is room. */
  readonly size?: 'quarter' | 'half' | 'wide' | 'full' | undefined
  /** Beside the title. */
  readonly control?: Node | undefined
}

/** A region with a heading, named by it. */
export function card(
  { id, title, subtitle, size, control }: CardInit,
  ...body: readonly Child[]
): HTMLElement {
  const heading = el('h2', { id: `${id}-title` }, title)
  const head = el('header', {}, heading)
  if (control !== undefined) head.append(control)
  if (subtitle !== undefined) head.append(el('p', { id: `${id}-subtitle` }, subtitle))
  return el(
    'section',
    { class: size === undefined ? 'card' : `card ${size}`, id, 'aria-labelledby': `${id}-title` },
    head,
    ...body
  )
}

/** A place with scroll bars of its own, which the keyboard reaches. */
export function scroller(name: string, content: Node): HTMLElement {
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': name }, content)
}

/** The figures of a picture, for those who do not see it: made when somebody opens them. */
export class Figures {
  readonly element: HTMLDetailsElement
  readonly #place: HTMLElement
  #rows: () => readonly (readonly string[])[] = () => []

  constructor(title: string) {
    this.#place = el('table')
    this.element = el(
      'details',
      {},
      el('summary', {}, 'As a table'),
      scroller(`${title}, table`, this.#place)
    )
    this.element.addEventListener('toggle', () => this.#draw())
  }

  /** The first row is the heading, the first column names the rows. */
  set(rows: () => readonly (readonly string[])[]): void {
    this.#rows = rows
    this.#draw()
  }

  #draw(): void {
    if (!this.element.open) return
    const [head = [], ...body] = this.#rows()
    this.#place.replaceChildren(
      el(
        'thead',
        {},
        el('tr', {}, ...head.map((cell, i) => el('th', { scope: 'col', class: classOf(i) }, cell)))
      ),
      el(
        'tbody',
        {},
        ...body.map(cells =>
          el(
            'tr',
            {},
            ...cells.map((cell, i) =>
              i === 0 ? el('th', { scope: 'row' }, cell) : el('td', { class: classOf(i) }, cell)
            )
          )
        )
      )
    )
  }
}

function classOf(column: number): string | undefined {
  return column === 0 ? undefined : 'number'
}
