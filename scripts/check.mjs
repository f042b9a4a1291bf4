// `npm run check`: everything about the workspace that a machine can judge, each with a headline; all of them run, and
// one that fails fails the whole. `--only lint,types` runs some, `--update` first writes what can be written (format,
// export pins, docs/LIMITS.md, docs/THIRD-PARTY.md, what a page carries), `--report <file>` leaves the outcome as JSON.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { checkBundle } from './checks/bundle.mjs'
import { checkContainers } from './checks/containers.mjs'
import { checkExports } from './checks/exports.mjs'
import { checkLayers } from './checks/layers.mjs'
import { checkLicences } from './checks/licences.mjs'
import { checkChangesets, checkManifests } from './checks/manifests.mjs'
import { checkPurity } from './checks/purity.mjs'
import { checkTarballs } from './checks/tarballs.mjs'
import { checkText } from './checks/text.mjs'
import { cache, each, root, run } from './lib/run.mjs'
import { packages } from './lib/workspace.mjs'
import { checkLimits } from './limits.mjs'

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, update: { type: 'boolean' }, report: { type: 'string' } }
})
const { update = false } = options

/** A check that is a tool: its output is the problem. */
const tool =
  (command, ...args) =>
  async () => {
    const { status, output } = await run(command, args)
    return status === 0 ? [] : [output.trim() || `${command} ended with status ${status}`]
  }

const projects = packages()
  .map(pkg => pkg.path)
  .filter(path => existsSync(join(root, path, 'tsconfig.json')))

/** In two waves: the second looks at what the first has built. */
const waves = [
  {
    types: tool('tsc', '-b', ...projects),
    'types of the tests': tool('tsc', '-p', 'tsconfig.json'),
    format: tool('oxfmt', ...(update ? [] : ['--check'])),
    lint: tool(
      'oxlint',
      '--type-aware',
      '--deny-warnings',
      '--report-unused-disable-directives',
      '--format',
      'unix'
    ),
    layers: checkLayers,
    purity: checkPurity,
    containers: checkContainers,
    exports: () => checkExports({ update }),
    limits: () => checkLimits({ update }),
    text: checkText,
    manifests: checkManifests,
    licences: () => checkLicences({ update }),
    changesets: checkChangesets,
    unused: tool('knip', '--no-progress')
  },
  {
    tarballs: () => checkTarballs(join(cache, 'tarballs')),
    size: tool('size-limit'),
    bundle: () => checkBundle({ update })
  }
]

const only = options.only?.split(',')
const known = waves.flatMap(wave => Object.keys(wave))
const unknown = only?.filter(name => !known.includes(name)) ?? []
if (unknown.length > 0) {
  console.error(`check: no check named ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(2)
}

mkdirSync(cache, { recursive: true })
const began = performance.now()
const outcomes = []
for (const wave of waves) {
  const chosen = Object.entries(wave).filter(([name]) => only?.includes(name) ?? true)
  await each(chosen, async ([name, check]) => {
    const start = performance.now()
    const problems = await problemsOf(check)
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    outcomes.push({ name, problems })
    console.log(`${problems.length > 0 ? 'FAIL' : 'ok  '}  ${name.padEnd(20)} ${seconds.padStart(5)} s`)
    for (const problem of problems) console.log(problem.replaceAll(/^/gm, '      '))
  })
}

/** A check that breaks has not passed. */
async function problemsOf(check) {
  try {
    return await check()
  } catch (error) {
    return [error.stack]
  }
}

const failed = outcomes.filter(({ problems }) => problems.length > 0).map(({ name }) => name)
if (options.report !== undefined) {
  writeFileSync(
    options.report,
    JSON.stringify({ passed: outcomes.length - failed.length, failed: failed.length })
  )
}
const total = ((performance.now() - began) / 1000).toFixed(0)
if (failed.length > 0)
  console.log(`\ncheck: ${failed.length} of ${outcomes.length} failed in ${total} s: ${failed.join(', ')}`)
else console.log(`\ncheck: ${outcomes.length} passed in ${total} s`)
process.exitCode = failed.length > 0 ? 1 : 0
