/**
 * The files of the page, from the package itself: a document, a style sheet and the modules in `browser/`. Built, these are
 * JavaScript already; run from its sources, the command takes their types off as Node does with its own.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { documentOf, loginOf } from './document.ts'
import { icon } from './icon.ts'
import { style } from './style.ts'

export interface Asset {
  readonly type: string
  readonly text: string
}

const here = import.meta.url
const extension = extname(new URL(here).pathname)
const folder = new URL('browser/', here)

/** The page, and the one that asks for the token. */
export const pages: { readonly board: string; login(problem: string | undefined): string } = {
  board: documentOf(`/assets/main${extension}`),
  login: loginOf
}

let assets: Promise<ReadonlyMap<string, Asset>> | undefined

/** The files below `/assets/`, by name. */
export function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  assets ??= load()
  return assets
}

async function load(): Promise<ReadonlyMap<string, Asset>> {
  const toScript = extension === '.ts' ? await stripper() : (text: string): string => text
  const modules = readdirSync(folder).filter(name => extname(name) === extension && !name.endsWith('.d.ts'))
  return new Map([
    ['style.css', { type: 'text/css', text: style }],
    ['icon.svg', { type: 'image/svg+xml', text: icon }],
    ...modules.map(name => {
      const text = toScript(readFileSync(new URL(name, folder), 'utf8'))
      return [name, { type: 'text/javascript', text }] as const
    })
  ])
}

/** Node warns that the function may change: whoever runs sources has pinned a Node with them. */
async function stripper(): Promise<(text: string) => string> {
  const { stripTypeScriptTypes } = await import('node:module')
  const warn = process.emitWarning
  process.emitWarning = () => {}
  try {
    stripTypeScriptTypes('')
  } finally {
    process.emitWarning = warn
  }
  return text => stripTypeScriptTypes(text)
}
