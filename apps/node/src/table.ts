/**
 * Columns for people, no wider than they need to be; where a terminal is narrower than that, a paragraph for each row.
 */

/** Lines with the cells below each other; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  }
  return rows.map(row =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd()
  )
}

export interface Fit {
  /** Characters in a line; undefined where nobody says, as in a pipe. */
  readonly width: number | undefined
  /** How many cells of a row stand in the first line of its paragraph. @default 1 */
  readonly lead?: number
}

/** A table where there is room for it, a paragraph for each row where not. */
export function fitted(rows: readonly (readonly string[])[], { width, lead = 1 }: Fit): readonly string[] {
  const lines = table(rows)
  if (width === undefined || lines.every(line => line.length <= width)) return lines
  const [heading = [], ...body] = rows
  return body.flatMap(row => {
    const facts = row.flatMap((cell, i) => (i < lead || cell === '' ? [] : [`${heading[i]!} ${cell}`.trim()]))
    return [row.slice(0, lead).join('  '), ...wrapped(facts, ' · ', width - 2).map(line => `  ${line}`)]
  })
}

/** Pairs of a name and what it is, as a table, or each below its name where there is no room beside it. */
export function pairs(
  rows: readonly (readonly [string, string])[],
  width: number | undefined
): readonly string[] {
  const lines = table(rows)
  if (width === undefined || lines.every(line => line.length <= width)) return lines
  return rows.flatMap(([name, text]) => [
    name,
    ...wrapped(text.split(' '), ' ', width - 6).map(line => `      ${line}`)
  ])
}

/** Pieces in as few lines as they fit into; a piece that is longer than a line has one of its own. */
export function wrapped(pieces: readonly string[], between: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const piece of pieces) {
    const longer = lines.length === 0 ? piece : `${lines.at(-1)}${between}${piece}`
    if (lines.length === 0) lines.push(piece)
    else if (longer.length <= width) lines[lines.length - 1] = longer
    else lines.push(piece)
  }
  return lines
}
