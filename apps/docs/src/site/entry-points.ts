/** What can be imported from the packages, as their package.json files say. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './pages.ts'

/** Every entry point of every package: its source, and what one writes to import it. */
export function entryPoints(): Map<string, string> {
  const entries = new Map<string, string>()
  for (const folder of readdirSync(join(root, 'packages')).sort()) {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as {
      name: string
      exports?: Record<string, { '@pex/source'?: unknown }>
    }
    for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
      const source = target['@pex/source']
      const first = typeof source === 'string' ? source : (source as { default?: string })?.default
      if (first !== undefined)
        entries.set(join(root, 'packages', folder, first), manifest.name + subpath.slice(1))
    }
  }
  return entries
}
