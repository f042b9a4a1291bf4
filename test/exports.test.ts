/**
 * What a user can import is what test/exports.json lists, name by name: the check reads the sources, this test the
 * modules themselves.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

type Manifest = { name: string; private?: boolean; exports?: Record<string, { '@pex/source': string }> }

const root = join(import.meta.dirname, '..')
const pins = JSON.parse(readFileSync(join(root, 'test', 'exports.json'), 'utf8')) as Record<string, string[]>

/** Every entry of every public package: what one writes to import it, and its source. */
function entries(): [specifier: string, file: string][] {
  const dirs = ['packages', 'apps'].flatMap(folder =>
    readdirSync(join(root, folder)).map(name => join(root, folder, name))
  )
  return dirs.flatMap(dir => {
    const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Manifest
    if (manifest.private === true) return []
    return Object.entries(manifest.exports ?? {}).map(([subpath, target]): [string, string] => [
      manifest.name + subpath.slice(1),
      join(dir, target['@pex/source'])
    ])
  })
}

it('every entry of every public package is pinned', () => {
  expect(Object.keys(pins).sort()).toEqual(
    entries()
      .map(([specifier]) => specifier)
      .sort()
  )
})

describe.each(entries())('%s', (specifier, file) => {
  it('exports the pinned values and no others', async () => {
    const module = (await import(/* @vite-ignore */ file)) as object
    expect(Object.keys(module).sort()).toEqual(pins[specifier]?.filter(name => !name.startsWith('type ')))
  })
})
