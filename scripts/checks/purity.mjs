// The core is pure, and everything else takes time and chance as arguments: only the files named here touch the platform's.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMember, parse, walk } from '../lib/source.mjs'
import { filesIn, packages, shown } from '../lib/workspace.mjs'

/** The files in which a package meets the platform's clock, timers or chance. */
const platform = new Set([
  'packages/discovery/src/system.ts',
  'packages/transport-udp/src/system.ts',
  'packages/service/src/system.ts',
  // A simulation tells how fast it is.
  'packages/sim/src/platform.ts',
  // A suite for carriers of the real world sets them real deadlines.
  'packages/testkit/src/transport-scene.ts'
])

/** @returns {string[]} what is wrong, one line each */
export function checkPurity() {
  return packages().flatMap(pkg => {
    if (pkg.isApp) return []
    const isCore = pkg.name === '@pex/core'
    const files = filesIn(join(pkg.dir, 'src'), '.ts').filter(file => isCore || !platform.has(shown(file)))
    return [...(isCore ? coreProblems(pkg) : []), ...files.flatMap(file => impurities(file, isCore))]
  })
}

/** Without a platform's types, `setTimeout`, `process`, `crypto` and `fetch` do not compile. */
function coreProblems(pkg) {
  const { compilerOptions } = JSON.parse(readFileSync(join(pkg.dir, 'tsconfig.json'), 'utf8'))
  const problems = []
  if (JSON.stringify(compilerOptions.lib) !== '["ES2023"]')
    problems.push(`${pkg.path}/tsconfig.json: lib must be ["ES2023"]`)
  if (JSON.stringify(compilerOptions.types) !== '[]')
    problems.push(`${pkg.path}/tsconfig.json: types must be []`)
  const dependencies = Object.keys({ ...pkg.manifest.dependencies, ...pkg.manifest.peerDependencies })
  if (dependencies.length > 0)
    problems.push(`${pkg.path}/package.json: the core depends on ${dependencies.join(', ')}`)
  return problems
}

const timers = new Set(['setTimeout', 'setInterval', 'setImmediate', 'requestAnimationFrame'])

function impurities(file, isCore) {
  const module = parse(file)
  const problems = []
  walk(module.program, (node, parent) => {
    const text = impurity(node) ?? (isCore ? coreImpurity(node, parent) : undefined)
    if (text !== undefined) problems.push(`${module.at(node)}: ${text}`)
  })
  return problems
}

function impurity(node) {
  if (isMember(node, 'Date', 'now') || isMember(node, 'performance', 'now'))
    return 'time comes in as an argument'
  if (isMember(node, 'Math', 'random') || isMember(node, 'crypto', 'getRandomValues'))
    return 'chance comes in as an argument'
  if (isMember(node, 'AbortSignal', 'timeout')) return 'a deadline is set on the clock that was handed in'
  const { callee } = node
  if (node.type === 'NewExpression' && callee.name === 'Date' && node.arguments.length === 0)
    return 'time comes in as an argument'
  if (node.type === 'CallExpression' && callee.name === 'Date') return 'time comes in as an argument'
  if (node.type === 'CallExpression' && timers.has(callee.name ?? callee.property?.name))
    return 'timers are set on the clock that was handed in'
  return undefined
}

function coreImpurity(node, parent) {
  if (node.async === true || node.type === 'AwaitExpression')
    return 'the core decides at once: nothing in it is async'
  if (node.type === 'NewExpression' && ['Date', 'Promise'].includes(node.callee.name))
    return `no ${node.callee.name} in the core`
  const isType = parent?.type === 'TSTypeQuery'
  if (node.type === 'Identifier' && node.name === 'globalThis' && !isType) return 'the core knows no platform'
  return undefined
}
