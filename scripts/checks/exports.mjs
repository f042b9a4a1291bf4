// The public names of every entry point, pinned in test/exports.json: a name comes or goes only on purpose.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../lib/run.mjs'
import { parse } from '../lib/source.mjs'
import { entriesOf, packages, shown } from '../lib/workspace.mjs'

const pins = join(root, 'test', 'exports.json')

/** @param {{ update?: boolean }} [options] @returns {string[]} what is wrong, one line each */
export function checkExports({ update = false } = {}) {
  const found = {}
  const problems = []
  for (const pkg of packages().filter(pkg => pkg.isPublic)) {
    problems.push(...manifestProblems(pkg))
    for (const { specifier, file } of entriesOf(pkg)) {
      if (existsSync(file)) found[specifier] = names(parse(file))
      else problems.push(`${pkg.path}/package.json: ${shown(file)} is not there`)
    }
  }
  const sorted = Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)))
  if (update) writeFileSync(pins, `${JSON.stringify(sorted, null, 2)}\n`)
  const pinned = existsSync(pins) ? JSON.parse(readFileSync(pins, 'utf8')) : {}
  return [...problems, ...differences(pinned, sorted)]
}

/** The names that a module exports, types marked, sorted by name. */
function names(module) {
  const found = module.program.body.flatMap(statement => {
    if (statement.type === 'ExportAllDeclaration')
      throw new Error(`${module.at(statement)}: a wildcard cannot be pinned`)
    if (statement.type !== 'ExportNamedDeclaration') return []
    const isType = statement.exportKind === 'type'
    const listed = statement.specifiers.map(node => [
      node.exported.name,
      isType || node.exportKind === 'type'
    ])
    const { declaration } = statement
    if (declaration === null) return listed
    const declared = declaration.declarations ?? [declaration]
    return declared.map(({ id }) => [id.name, isType || /^TS(?:Interface|TypeAlias)/.test(declaration.type)])
  })
  return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, isType]) => (isType ? `type ${name}` : name))
}

/** What the tarball offers is what the workspace offers, without the condition that leads to the sources. */
function manifestProblems({ path, manifest }) {
  const here = Object.keys(manifest.exports ?? {})
  const published = Object.keys(manifest.publishConfig?.exports ?? {})
  const problems = []
  if (here.join() !== published.join())
    problems.push(`exports (${here.join()}) and publishConfig.exports (${published.join()}) differ`)
  if (here.some(subpath => subpath.includes('*'))) problems.push('a wildcard in exports')
  if (JSON.stringify(manifest.publishConfig ?? {}).includes('/src/'))
    problems.push('publishConfig leads to the sources')
  return problems.map(text => `${path}/package.json: ${text}`)
}

function differences(pinned, found) {
  return [...new Set([...Object.keys(pinned), ...Object.keys(found)])].flatMap(entry => {
    const before = pinned[entry] ?? []
    const now = found[entry] ?? []
    const added = now.filter(name => !before.includes(name))
    const removed = before.filter(name => !now.includes(name))
    if (added.length + removed.length === 0) return []
    const what = [...added.map(name => `+ ${name}`), ...removed.map(name => `- ${name}`)].join(', ')
    return [`${entry}: ${what} (\`npm run check -- --update\` pins what is there)`]
  })
}
