// Arrows point down only: the one table of who may know whom, held against package.json, tsconfig.json and every import.
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, resolve } from 'node:path'
import { importsOf, packageOf, parse } from '../lib/source.mjs'
import { filesIn, packages, shown, sourceCondition } from '../lib/workspace.mjs'

/** A package may depend on packages of lower layers, and never on one of its own. */
const layers = [
  ['@pex/core', 0],
  ['@pex/address-book', 1],
  ['@pex/broadcast', 1],
  ['@pex/mconnection', 1],
  ['@pex/record', 1],
  ['@pex/rpc', 1],
  ['@pex/swarm', 1],
  ['@pex/wire', 1],
  ['@pex/service', 2],
  ['@pex/sim', 2],
  ['@pex/switch', 2],
  ['@pex/cometbft', 3],
  ['@pex/discovery', 3],
  ['@pex/host', 3],
  [/^@pex\/(?:transport|store)-/, 3],
  ['@pex/testkit', 4],
  [/^@pex\/(?:node|bench|docs|interop|example-.+)$/, 5]
]

/** Where Node's own modules may be imported; everything else also runs in browsers. */
const nodeOnly = [
  /^(?:apps|examples)\//,
  // Datagrams are Node's alone.
  /^packages\/transport-udp\//,
  /^packages\/discovery\/src\/platform\//,
  /^packages\/address-book\/src\/file\//,
  'packages/mconnection/src/platform.ts',
  /^packages\/switch\/src\/tcp\//,
  // The simulator's own threads: nothing of it is loaded before somebody asks for them.
  /^packages\/sim\/src\/(?:platform|worker|workers)\.ts$/,
  'packages/store-level/src/platform.ts'
]

function matches(pattern, text) {
  return typeof pattern === 'string' ? pattern === text : pattern.test(text)
}

/** What one layer is, or undefined for a package that the table does not know. */
function layerOf(name) {
  return layers.find(([pattern]) => matches(pattern, name))?.[1]
}

/** @returns {string[]} what is wrong, one line each */
export function checkLayers() {
  const problems = []
  for (const pkg of packages()) {
    const layer = layerOf(pkg.name)
    if (layer === undefined)
      problems.push(`${pkg.path}: ${pkg.name} stands in no layer; see scripts/checks/layers.mjs`)
    else problems.push(...manifestProblems(pkg, layer), ...referenceProblems(pkg), ...importProblems(pkg))
  }
  return problems
}

function runtimeDependencies({ manifest }) {
  return Object.keys({
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies
  })
}

function manifestProblems(pkg, layer) {
  const problems = []
  for (const name of runtimeDependencies(pkg).filter(name => name.startsWith('@pex/'))) {
    const below = layerOf(name)
    if (below === undefined || below >= layer) {
      problems.push(
        `${pkg.path}/package.json: ${pkg.name} (layer ${layer}) depends on ${name} (layer ${below ?? '?'})`
      )
    }
    const range = pkg.manifest.dependencies?.[name] ?? pkg.manifest.peerDependencies?.[name]
    if (range !== 'workspace:^')
      problems.push(`${pkg.path}/package.json: ${name} is ${range}, not workspace:^`)
  }
  for (const name of Object.keys(pkg.manifest.devDependencies ?? {}).filter(name =>
    name.startsWith('@pex/')
  )) {
    problems.push(
      `${pkg.path}/package.json: ${name} as a development dependency belongs to the root: here it makes cycles`
    )
  }
  return problems
}

/** `tsc -b` orders the projects by their references: they must say what package.json says. */
function referenceProblems(pkg) {
  const all = packages()
  const { references = [] } = JSON.parse(readFileSync(join(pkg.dir, 'tsconfig.json'), 'utf8'))
  const referenced = references.map(
    ({ path }) => all.find(({ dir }) => dir === resolve(pkg.dir, path))?.name ?? path
  )
  const declared = runtimeDependencies(pkg).filter(name => all.some(other => other.name === name))
  return [
    ...declared.filter(name => !referenced.includes(name)).map(name => `lacks a reference to ${name}`),
    ...referenced
      .filter(name => !declared.includes(name))
      .map(name => `has a reference to ${name}, not a dependency`)
  ].map(text => `${pkg.path}/tsconfig.json: ${text}`)
}

function importProblems(pkg) {
  const declared = new Set(runtimeDependencies(pkg))
  const src = join(pkg.dir, 'src')
  return filesIn(src, '.ts').flatMap(file => {
    const module = parse(file)
    return importsOf(module).flatMap(({ source, node }) => {
      const text = importProblem(pkg, declared, file, source)
      if (text !== undefined) return [`${module.at(node)}: ${text}`]
      return node.type === 'ExportAllDeclaration'
        ? [`${module.at(node)}: exports are explicit names, no wildcards`]
        : []
    })
  })
}

function importProblem(pkg, declared, file, source) {
  if (source.startsWith('.')) {
    if (!resolve(file, '..', source).startsWith(join(pkg.dir, 'src'))) return `${source} leads out of src/`
    return source.endsWith('.ts') || source.endsWith('.json') ? undefined : `${source} lacks its .ts`
  }
  if (isBuiltin(source)) {
    if (!source.startsWith('node:')) return `${source} is written node:${source}`
    return nodeOnly.some(where => matches(where, shown(file)))
      ? undefined
      : `${source} is not there in browsers`
  }
  if (source.startsWith('#')) return undefined
  const name = packageOf(source)
  if (name === pkg.name) return `a package imports its own files by relative path, not ${source}`
  if (!declared.has(name)) return `${name} is not a dependency of ${pkg.name}`
  if (!name.startsWith('@pex/')) return undefined
  const target = packages().find(other => other.name === name)?.manifest.exports?.[
    `.${source.slice(name.length)}`
  ]
  return target?.[sourceCondition] === undefined ? `${source} is not an entry of ${name}` : undefined
}
