/** A table whose rows stay where they are while their figures change: who reads it, or stands in it, is not thrown out. */
import { el, setText } from './dom.ts'

export interface Column<Item> {
  readonly name: string
  /** Class of its cells. */
  readonly kind?: string
  readonly text: (item: Item) => string
  /** What a cell has to show beside its text. */
  readonly draw?: (cell: HTMLTableCellElement, item: Item) => void
}

export interface RowsInit<Item> {
  readonly caption: string
  readonly columns: readonly Column<Item>[]
  readonly key: (item: Item) => string
  /** Whether new rows are shown as new. */
  readonly marksFresh?: boolean
}

export class Rows<Item> {
  readonly element: HTMLTableElement
  readonly #init: RowsInit<Item>
  readonly #body: HTMLTableSectionElement
  // Bounded by what the host tells: rows that are not told of are removed.
  readonly #rows = new Map<string, HTMLTableRowElement>()
  #isFilled = false

  constructor(init: RowsInit<Item>) {
    this.#init = init
    this.#body = el('tbody')
    const heads = init.columns.map(({ name, kind }) => el('th', { scope: 'col', class: kind }, name))
    this.element = el(
      'table',
      {},
      el('caption', { class: 'unseen' }, init.caption),
      el('thead', {}, el('tr', {}, ...heads)),
      this.#body
    )
  }

  set(items: readonly Item[]): void {
    const { key, marksFresh = false } = this.#init
    const kept = new Set(items.map(key))
    for (const [name, row] of this.#rows) {
      if (kept.has(name)) continue
      row.remove()
      this.#rows.delete(name)
    }
    for (const [place, item] of items.entries()) {
      const row = this.#rows.get(key(item)) ?? this.#add(key(item), marksFresh && this.#isFilled)
      this.#write(row, item)
      if (this.#body.children[place] !== row) this.#body.insertBefore(row, this.#body.children[place] ?? null)
    }
    this.#isFilled = true
  }

  #add(key: string, isFresh: boolean): HTMLTableRowElement {
    const cells = this.#init.columns.map(({ kind }, i) =>
      i === 0 ? el('th', { scope: 'row', class: kind }) : el('td', { class: kind })
    )
    const row = el('tr', { class: isFresh ? 'fresh' : undefined }, ...cells)
    this.#rows.set(key, row)
    return row
  }

  #write(row: HTMLTableRowElement, item: Item): void {
    for (const [i, { text, draw }] of this.#init.columns.entries()) {
      const cell = row.cells[i]!
      if (draw === undefined) setText(cell, text(item))
      else draw(cell, item)
    }
  }
}
