/**
 * Numbers that a page takes from docs/benchmarks.md. The page has the number as it was when it was written, and a comment behind it that
 * says which it is: `36.2<!-- = traffic / 40 hosts: traffic -->`, with `/ rival` at the end for the other column. The site shows the
 * number as it is now, with as many decimals; behind a number stands ` %` where a share is meant.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './pages.ts'

const form = /(\d[\d,\u00a0 ]*(?:\.\d+)?)( %)?<!-- = ([^/]+?) \/ (.+?)( \/ rival)? -->/g

/** Figures by benchmark and name; of each the figure itself and its rival's. */
export type Figures = ReadonlyMap<string, readonly [own: number | undefined, rival: number | undefined]>

export function figures(): Figures {
  const found = new Map<string, readonly [number | undefined, number | undefined]>()
  const text = readFileSync(join(root, 'docs/benchmarks.md'), 'utf8')
  for (const part of text.split(/^## /m).slice(1)) {
    const name = part.split('\n', 1)[0]!
    for (const line of part.split('\n').filter(row => row.startsWith('| '))) {
      const [, figure = '', value = '', rival = ''] = line.split('|').map(cell => cell.trim())
      found.set(`${name} / ${figure}`, [firstNumber(value), lastNumber(rival)])
    }
  }
  return found
}

/** The text with its numbers as they are now, and the names of those that there are none of. */
export function withNumbers(text: string, known: Figures): { text: string; missing: string[] } {
  const missing: string[] = []
  const changed = text.replaceAll(
    form,
    (_, written: string, percent = '', part: string, row: string, rival?: string) => {
      const pair = known.get(`${part} / ${row}`)
      const value = pair?.[rival === undefined ? 0 : 1]
      if (value === undefined) missing.push(`${part} / ${row}${rival ?? ''}`)
      if (value === undefined) return `${written}${percent}`
      const decimals = written.split('.')[1]?.length ?? 0
      const shown = (percent === '' ? value : value * 100).toFixed(decimals)
      return `${shown.replaceAll(/\B(?=(?:\d{3})+(?!\d))(?<!\.\d*)/g, ' ')}${percent}`
    }
  )
  return { text: changed, missing }
}

const number = String.raw`\d[\d ]*(?:\.\d+)?`

function firstNumber(cell: string): number | undefined {
  return parse(new RegExp(`^${number}`).exec(cell)?.[0])
}

function lastNumber(cell: string): number | undefined {
  return parse(new RegExp(`(?<= |^)${number}$`).exec(cell)?.[0])
}

function parse(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text.replaceAll(' ', ''))
}
