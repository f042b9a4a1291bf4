/**
 * A line chart as SVG: its colours are the page's (`--figure-1` …, `currentColor`), so one drawing serves light and dark. Lines differ
 * in their dashes, too, and carry their names at their ends.
 */

export interface Line {
  readonly name: string
  /** Points as pairs of x and y, x ascending. */
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Chart {
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
  readonly lines: readonly Line[]
  /** How far the vertical axis reaches. @default the highest point */
  readonly yMax?: number
  /** Whether y is a share, written in per cent. @default false */
  readonly isShare?: boolean
  /** A vertical line, such as where something happens, and what to write there. */
  readonly mark?: readonly [x: number, text: string]
}

const [WIDTH, HEIGHT] = [720, 352]
const box = { left: 56, right: 600, top: 56, bottom: 300 }
const dashes = ['', '7 4', '2 4', '10 3 2 3']

export function chart(init: Chart): string {
  const xs = init.lines.flatMap(({ points }) => points.map(([x]) => x))
  const ys = init.lines.flatMap(({ points }) => points.map(([, y]) => y))
  const [xLow, xHigh] = [Math.min(...xs), Math.max(...xs)]
  const yTicks = ticks(0, init.yMax ?? Math.max(...ys), true)
  const yHigh = yTicks.at(-1)!
  const xAt = (x: number): number => round(box.left + ((x - xLow) / (xHigh - xLow)) * (box.right - box.left))
  const yAt = (y: number): number => round(box.bottom - (y / yHigh) * (box.bottom - box.top))
  const yText = (y: number): string => (init.isShare ? `${round(y * 100)} %` : String(round(y)))
  const rows = [
    `<text x="${box.left}" y="22" font-size="15" font-weight="600">${escape(init.title)}</text>`,
    ...yTicks.map(
      y =>
        `<path d="M${box.left} ${yAt(y)}H${box.right}" stroke="currentColor" opacity=".13"/><text x="${box.left - 8}" y="${yAt(y) + 4}" text-anchor="end" opacity=".75">${yText(y)}</text>`
    ),
    ...ticks(xLow, xHigh).map(
      x =>
        `<path d="M${xAt(x)} ${box.bottom}v5" stroke="currentColor" opacity=".5"/><text x="${xAt(x)}" y="${box.bottom + 20}" text-anchor="middle" opacity=".75">${round(x)}</text>`
    ),
    `<text x="${(box.left + box.right) / 2}" y="${box.bottom + 42}" text-anchor="middle" opacity=".75">${escape(init.xLabel)}</text>`,
    `<text x="${box.left}" y="${box.top - 14}" font-size="12" opacity=".75">${escape(init.yLabel)}</text>`,
    ...markOf(init, xAt),
    ...drawn(init.lines, xAt, yAt)
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="currentColor">\n${rows.join('\n')}\n</svg>\n`
}

function markOf({ mark }: Chart, xAt: (x: number) => number): string[] {
  if (mark === undefined) return []
  const [x, text] = mark
  return [
    `<path d="M${xAt(x)} ${box.top}V${box.bottom}" stroke="currentColor" stroke-dasharray="3 3" opacity=".5"/>`,
    `<text x="${xAt(x) - 6}" y="${box.top + 22}" text-anchor="end" font-size="11" opacity=".75">${escape(text)}</text>`
  ]
}

/** The lines, and their names at their right ends, moved apart where they would cover each other. */
function drawn(lines: readonly Line[], xAt: (x: number) => number, yAt: (y: number) => number): string[] {
  const ends = lines.map(({ points }, i) => ({ i, y: yAt(points.at(-1)![1]) })).sort((a, b) => a.y - b.y)
  for (let i = 1; i < ends.length; i++) ends[i]!.y = Math.max(ends[i]!.y, ends[i - 1]!.y + 16)
  const over = Math.max(0, (ends.at(-1)?.y ?? 0) - box.bottom)
  return lines.flatMap(({ name, points }, i) => {
    const d = points.map(([x, y], j) => `${j === 0 ? 'M' : 'L'}${xAt(x)} ${yAt(y)}`).join('')
    const colour = `var(--figure-${i + 1}, currentColor)`
    const dash = dashes[i] === '' ? '' : ` stroke-dasharray="${dashes[i]}"`
    const y = ends.find(end => end.i === i)!.y - over
    return [
      `<path d="${d}" fill="none" stroke="${colour}" stroke-width="2.25" stroke-linejoin="round"${dash}/>`,
      `<text x="${xAt(points.at(-1)![0]) + 8}" y="${round(y + 4)}" fill="${colour}" font-weight="600">${escape(name)}</text>`
    ]
  })
}

/** Round numbers from low to high, about five of them; `beyond` has the last one at or above the highest. */
function ticks(low: number, high: number, beyond: boolean = false): number[] {
  const rough = (high - low) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map(factor => factor * power).find(step => step >= rough)!
  const first = Math.ceil(low / step) * step
  const steps = (high - first) / step
  const count = beyond ? Math.ceil(steps - 1e-6) : Math.floor(steps + 1e-6)
  return Array.from({ length: count + 1 }, (_, i) => first + i * step)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
