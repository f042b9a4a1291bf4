// Prints docs/LIMITS.md from packages/core/src/limits.ts. `--write` writes the file; otherwise a difference is a failure.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './lib/run.mjs'
import { parse, walk } from './lib/source.mjs'
import { shown } from './lib/workspace.mjs'

const source = join(root, 'packages', 'core', 'src', 'limits.ts')
const target = join(root, 'docs', 'LIMITS.md')

const head = `# Limits

Every bound and default of the project, with its unit and where it comes from. Printed from
\`packages/core/src/limits.ts\` by \`npm run limits\`; change that file, not this one.

| name | value | unit | what it bounds | source |
| --- | ---: | --- | --- | --- |
`

/** The unit that a limit's name ends in, where it does. */
function unitOf(name) {
  return /(?:Ms|Bytes|Rounds)$/.exec(name)?.[0].toLowerCase() ?? ''
}

/** @returns {Promise<{ text: string, problems: string[] }>} the page, and the limits that lack a meaning or a source */
async function print() {
  const { limits } = await import(pathToFileURL(source).href)
  const module = parse(source)
  const problems = []
  const rows = []
  walk(module.program, (node, parent) => {
    if (
      node.type !== 'Property' ||
      !(node.key.name in limits) ||
      parent.properties[0]?.key.name !== Object.keys(limits)[0]
    )
      return
    const comment = module.comments.findLast(
      ({ end }) => end <= node.start && /^\s*$/.test(module.text.slice(end, node.start))
    )
    const words =
      comment?.value
        .replace(/^\*/, '')
        .replaceAll(/\s*\n\s*\*\s*/g, ' ')
        .trim() ?? ''
    const [, meaning, origin] = /^(.+?[.;])\s+((?:From|Derived|Guess|Measured)\b.*)$/s.exec(words) ?? []
    if (meaning === undefined)
      problems.push(
        `${module.at(node)}: ${node.key.name} does not say what it bounds and where it comes from`
      )
    const value = String(limits[node.key.name]).replaceAll(/\B(?<!\.\d*)(?=(\d{3})+$)/g, ' ')
    rows.push(`| \`${node.key.name}\` | ${value} | ${unitOf(node.key.name)} | ${meaning} | ${origin} |`)
  })
  if (rows.length !== Object.keys(limits).length)
    problems.push(`${shown(source)}: found ${rows.length} of ${Object.keys(limits).length} limits`)
  return { text: `${head}${rows.join('\n')}\n`, problems }
}

/** @param {{ update?: boolean }} [options] @returns {Promise<string[]>} what is wrong, one line each */
export async function checkLimits({ update = false } = {}) {
  const { text, problems } = await print()
  if (update) writeFileSync(target, text)
  const stands = existsSync(target) && readFileSync(target, 'utf8') === text
  return stands
    ? problems
    : [...problems, 'docs/LIMITS.md is not what limits.ts says; `npm run limits` writes it']
}

if (process.argv[1] === import.meta.filename) {
  const problems = await checkLimits({ update: process.argv.includes('--write') })
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
