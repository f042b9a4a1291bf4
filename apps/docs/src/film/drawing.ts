/**
 * A film of a terminal as one SVG: nothing in it is fetched, it moves by CSS alone, and where nothing may move, or nothing can, it shows one
 * picture of the film. Each row is drawn once for each text that it ever has, and says itself when it is seen.
 */
import type { Colour, Run } from './terminal.ts'

/** What is on the screen from a moment on. */
export interface Frame {
  /** Since the film began, ms. */
  readonly at: number
  readonly rows: readonly (readonly Run[])[]
}

export interface Film {
  /** For those who do not see it. */
  readonly title: string
  /** In the order of time, the first at 0. */
  readonly frames: readonly Frame[]
  /** When it begins anew, ms. */
  readonly endMs: number
  /** The moment that is shown where nothing moves, ms. */
  readonly stillMs: number
}

/** A row's text, and when it is seen: from, to, from, to …, ms. */
interface Strip {
  readonly row: number
  readonly runs: readonly Run[]
  readonly times: number[]
}

const cell = { width: 8.4, height: 19 } as const
const margin = { left: 20, top: 48, bottom: 18 } as const
const columns = 80
const letters: Readonly<Record<Colour, string>> = {
  plain: '',
  bold: 'b',
  dim: 'd',
  red: 'r',
  green: 'g',
  yellow: 'y',
  cyan: 'c'
}

const style = `
svg{--p:#fbfbf9;--l:#dcdcd5;--i:#1c2126;--d:#626b74;--r:#b42318;--g:#1a7f4b;--y:#96600a;--c:#0b6e99}
@media(prefers-color-scheme:dark){svg{--p:#14181c;--l:#2f363d;--i:#e6e9ec;--d:#98a2ac;--r:#ff8078;--g:#56c98f;--y:#e0b04c;--c:#61bfe0}}
text{font:14px ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre;fill:var(--i)}
.b{font-weight:700}.d{fill:var(--d)}.r{fill:var(--r)}.g{fill:var(--g)}.y{fill:var(--y)}.c{fill:var(--c)}.h{visibility:hidden}`

export function drawFilm(film: Film): string {
  const strips = stripsOf(film)
  const height = margin.top + (1 + Math.max(...strips.map(({ row }) => row))) * cell.height + margin.bottom
  const width = margin.left * 2 + columns * cell.width
  const moving = strips.filter(strip => !isAlways(strip, film.endMs))
  const rules = moving.map((strip, i) => keyframes(strip, i, film.endMs)).join('\n')
  const motion = moving.map((_, i) => `.k${i}{animation:k${i} ${film.endMs}ms step-end infinite}`).join('\n')
  const drawn = strips.map(strip => drawStrip(strip, moving.indexOf(strip), film.stillMs))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t">`,
    `<title id="t">${escape(film.title)}</title>`,
    `<style>${style}\n${rules}\n@media(prefers-reduced-motion:no-preference){\n${motion}\n}</style>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10" fill="var(--p)" stroke="var(--l)"/>`,
    ...[0, 1, 2].map(i => `<circle cx="${20 + i * 18}" cy="19" r="5" fill="var(--l)"/>`),
    ...drawn,
    '</svg>\n'
  ].join('\n')
}

function stripsOf({ frames, endMs }: Film): readonly Strip[] {
  const strips = new Map<string, Strip>()
  for (const [i, { at, rows }] of frames.entries()) {
    const until = frames[i + 1]?.at ?? endMs
    for (const [row, runs] of rows.entries()) {
      if (runs.length === 0) continue
      const key = `${row} ${JSON.stringify(runs)}`
      const { times } = strips.get(key) ?? strips.set(key, { row, runs, times: [] }).get(key)!
      if (times.at(-1) === at) times[times.length - 1] = until
      else times.push(at, until)
    }
  }
  return [...strips.values()]
}

function isAlways({ times }: Strip, endMs: number): boolean {
  return times.length === 2 && times[0] === 0 && times[1] === endMs
}

function keyframes({ times }: Strip, index: number, endMs: number): string {
  const share = (ms: number): string => `${Number(((ms / endMs) * 100).toFixed(2))}%`
  const steps = times.flatMap((ms, i) =>
    ms >= endMs ? [] : [`${share(ms)}{visibility:${i % 2 === 0 ? 'visible' : 'hidden'}}`]
  )
  const first = times[0] === 0 ? '' : '0%{visibility:hidden}'
  return `@keyframes k${index}{${first}${steps.join('')}}`
}

function drawStrip({ row, runs, times }: Strip, index: number, stillMs: number): string {
  const isSeen = times.some((from, i) => i % 2 === 0 && from <= stillMs && stillMs < times[i + 1]!)
  const names = [...(index < 0 ? [] : [`k${index}`]), ...(isSeen ? [] : ['h'])].join(' ')
  const y = margin.top + row * cell.height + 14
  const parts = runs.map(({ column, text, colour }) => {
    const name = letters[colour] === '' ? '' : ` class="${letters[colour]}"`
    // So wide as it is in a terminal, whatever the font of the reader.
    const length = text.length > 1 ? ` textLength="${round(text.length * cell.width)}"` : ''
    return `<tspan x="${round(margin.left + column * cell.width)}"${length}${name}>${escape(text)}</tspan>`
  })
  return `<text y="${y}"${names === '' ? '' : ` class="${names}"`}>${parts.join('')}</text>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
