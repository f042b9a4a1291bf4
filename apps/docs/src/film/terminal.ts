/**
 * A terminal as far as `pex` uses one (ECMA-48): text, lines, going up, clearing, and a few colours. Bytes in, rows of coloured text out.
 */

/** A piece of a row in one colour, where it begins. */
export interface Run {
  /** From 0. */
  readonly column: number
  readonly text: string
  readonly colour: Colour
}

export type Colour = 'plain' | (typeof colours)[keyof typeof colours]

const colours = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' } as const

interface Cell {
  readonly sign: string
  readonly colour: Colour
}

// What is cut off at the end of what has come so far belongs to what comes next.
// oxlint-disable-next-line no-control-regex -- what begins with one is what a terminal obeys
const sequence = /\u001B\[[?\d;]*[A-Za-z]|\u001B(?:\[[?\d;]*)?$|[^\u001B]/gu

export class Terminal {
  // Bounded by the rows of the picture that is drawn again and again in place.
  readonly #rows: Cell[][] = []
  #row = 0
  #column = 0
  #colour: Colour = 'plain'
  #rest = ''

  write(text: string): void {
    const parts = (this.#rest + text).match(sequence) ?? []
    this.#rest = ''
    for (const part of parts) {
      if (!part.startsWith('\u001B')) this.#put(part)
      else if (/[A-Za-z]$/.test(part)) this.#obey(part.at(-1)!, part.slice(2, -1))
      else this.#rest = part
    }
  }

  /** The rows as they are now. */
  rows(): readonly (readonly Run[])[] {
    return this.#rows.map(runsOf)
  }

  #put(sign: string): void {
    if (sign === '\r') this.#column = 0
    else if (sign === '\n') this.#row++
    else {
      const row = this.#rowAt(this.#row)
      while (row.length < this.#column) row.push({ sign: ' ', colour: 'plain' })
      row[this.#column++] = { sign, colour: this.#colour }
    }
  }

  #obey(letter: string, argument: string): void {
    if (letter === 'A') this.#row = Math.max(0, this.#row - Number(argument || 1))
    if (letter === 'K') this.#rowAt(this.#row).length = 0
    if (letter === 'J') this.#rows.length = Math.min(this.#rows.length, this.#row)
    if (letter === 'm') this.#colour = colours[Number(argument) as keyof typeof colours] ?? 'plain'
  }

  #rowAt(index: number): Cell[] {
    while (this.#rows.length <= index) this.#rows.push([])
    return this.#rows[index]!
  }
}

/** Neighbours of one colour together; blanks divide nothing and are drawn by nobody. */
function runsOf(cells: readonly Cell[]): readonly Run[] {
  const runs: { column: number; text: string; colour: Colour }[] = []
  for (const [column, { sign, colour }] of cells.entries()) {
    const last = runs.at(-1)
    const gap = last === undefined ? 0 : column - last.column - last.text.length
    if (sign === ' ') continue
    if (last !== undefined && last.colour === colour && gap < 3) last.text += ' '.repeat(gap) + sign
    else runs.push({ column, text: sign, colour })
  }
  return runs
}
