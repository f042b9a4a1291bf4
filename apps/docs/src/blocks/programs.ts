/**
 * The code of the pages as programs: blocks marked js, ts or sh, with what their page puts before and after them. Blocks that
 * go on where another ended are one program with it.
 */
import { blocksOf } from '../site/markdown.ts'

export interface Program {
  /** The file that it stands in, and the line. */
  readonly source: string
  readonly line: number
  readonly kind: 'js' | 'ts' | 'test' | 'sh'
  /** What a reader sees. */
  readonly shown: string
  /** What runs. */
  readonly code: string
  /** The file that a reader saves it as, where the page says so: ```` ```ts [name.ts] ````. Others on the page may import it. */
  readonly file: string | undefined
}

/** Every program of a page, in order. */
export function programsOf(source: string, text: string): Program[] {
  const programs: Program[] = []
  for (const block of blocksOf(text)) {
    const { language, line, code, before, after } = block
    if (language !== 'js' && language !== 'ts' && language !== 'sh') continue
    const last = programs.at(-1)
    if (block.continues && last !== undefined) {
      programs[programs.length - 1] = { ...last, shown: last.shown + code, code: last.code + code + after }
      continue
    }
    const kind = /from 'vitest'/.test(code) ? 'test' : language
    const fence = text.split('\n')[line - 1] ?? ''
    const file = /\[([\w.-]+)\]/.exec(fence)?.[1]
    programs.push({ source, line, kind, shown: code, code: before + code + after, file })
  }
  return programs
}

/** The commands of a sh program: comments gone, broken lines whole. */
export function commandsOf(shown: string): string[] {
  return shown
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map(line => line.replace(/(?:^|\s)#.*$/, '').trim())
    .filter(line => line !== '')
}
