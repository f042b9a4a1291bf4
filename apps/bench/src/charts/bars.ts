/**
 * A chart of bars, lying: groups of figures, each with a scale of its own from zero to its largest. So figures of different
 * units can stand on one chart, and within a group lengths compare as the figures do.
 */
import { escape, file, fill, heading, px } from './drawing.ts'

export interface Bar {
  readonly name: string
  readonly value: number
}

export interface Group {
  readonly name: string
  readonly unit: string
  readonly bars: readonly Bar[]
}

const left = 24
/** Behind the longest bar there is room for its name and its figure. */
const longest = 430
const thick = 13
const step = 17
const top = 40
/** For the name of a group, and between two groups. */
const space = 28

/** The chart as a file. `write` makes a figure text. Bars of the same name have the same colour. */
export function bars(title: string, groups: readonly Group[], write: (value: number) => string): string {
  const names = [...new Set(groups.flatMap(group => group.bars.map(({ name }) => name)))]
  const drawn: string[] = []
  let y = top
  for (const group of groups) {
    const most = Math.max(...group.bars.map(({ value }) => value))
    drawn.push(
      `<text x="${left}" y="${y + 14}" font-weight="600">${escape(`${group.name}, ${group.unit}`)}</text>`
    )
    y += space - 8
    for (const { name, value } of group.bars) {
      const length = Math.max(1, most > 0 ? (value / most) * longest : 0)
      drawn.push(
        `<rect x="${left}" y="${y}" width="${px(length)}" height="${thick}" ${fill(names.indexOf(name))}/>`,
        `<text x="${px(left + length + 8)}" y="${y + 11}">${escape(`${name} ${write(value)}`)}</text>`
      )
      y += step
    }
    y += space - step
  }
  return file(title, y, [heading(title, left), ...drawn])
}
