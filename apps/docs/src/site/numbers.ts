/**
 * Numbers that a page takes from docs/benchmarks.md. The page has the number as it was when it was written, and a comment behind it that
 * says which it is: `36.2<!-- = discovery / 40 hosts: traffic -->`, with `/ rival` at the end for the other column, or with the name of one
 * of the others. The site shows the number as it is now, with as many decimals; behind a number stands ` %` where a share is meant.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './pages.ts'

const form = /(\d[\d,\u00a0 ]*(?:\.\d+)?)( %)?<!-- = ([^/]+?) \/ ([^/]+?)(?: \/ ([^/]+?))? -->/g

/** Figures by benchmark, name and, where it is not our own, whose: `rival`, or one of the others by its name. */
export type Figures = ReadonlyMap<string, number>

export function figures(): Figures {
  const found = new Map<string, number>()
  const text = readFileSync(join(root, 'docs/benchmarks.md'), 'utf8')
  for (const part of text.split(/^## /m).slice(1)) {
    const name = part.split('\n', 1)[0]!
    for (const line of part.split('\n').filter(row => row.startsWith('| '))) {
      const [, figure = '', value = '', rival = '', , , , others = ''] = line
        .split('|')
        .map(cell => cell.trim())
      const add = (whose: string, number: number | undefined): void => {
        if (number !== undefined) found.set(`${name} / ${figure}${whose}`, number)
      }
      add('', firstNumber(value))
      add(' / rival', lastNumber(rival))
      for (const other of others.split(', ')) add(` / ${other.split(' ', 1)[0]}`, lastNumber(other))
    }
  }
  return found
}

/** The text with its numbers as they are now, and the names of those that there are none of. */
export function withNumbers(text: string, known: Figures): { text: string; missing: string[] } {
  const missing: string[] = []
  const changed = text.replaceAll(
    form,
    (_, written: string, percent = '', part: string, row: string, whose?: string) => {
      const name = [part, row, ...(whose === undefined ? [] : [whose])].join(' / ')
      const value = known.get(name)
      if (value === undefined) {
        missing.push(name)
        return `${written}${percent}`
      }
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
