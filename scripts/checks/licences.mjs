// What comes with our packages that is not ours: every package that one of them draws in at run time, and its licence, which
// must be one that anybody can live with. Kept in docs/THIRD-PARTY.md; `npm run check -- --update` writes it.
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../lib/run.mjs'
import { packages, shown } from '../lib/workspace.mjs'

const target = join(root, 'docs', 'THIRD-PARTY.md')

/** Licences that leave what is built on top its own; MPL-2.0 asks only for changes of its own files. */
const welcome = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MPL-2.0',
  'Unlicense'
])

const head = `# What comes along

The packages hold no code but their own, and each tarball has the text of both our licences in \`LICENSE\`. What they draw in at run time
is installed beside them, under its own licence, which its \`package.json\` names; most have its text in their folder, those of js-libp2p
leave out the texts of Apache-2.0 and MIT, which \`LICENSE\` has. A container image made with \`deploy/Dockerfile\` holds all of it the same
way, in \`/app\`. The list is printed by \`npm run check -- --update\` from what is installed; parts of a package for one platform, which
only that platform installs, come under the licence of the package.

| Package | Licence | Drawn in by |
| --- | --- | --- |
`

/** @param {{ update?: boolean }} [options] @returns {string[]} what is wrong, one line each */
export function checkLicences({ update = false } = {}) {
  const found = new Map()
  for (const pkg of packages().filter(({ isPublic }) => isPublic)) gather(pkg.dir, pkg.name, found, new Set())
  const problems = []
  for (const [name, { licence, owners }] of found)
    if (!isWelcome(licence))
      problems.push(
        `${name}, which ${[...owners].join(', ')} draws in, is under ${licence ?? 'no licence that it names'}`
      )
  const rows = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(rowOf)
  const text = `${head}${rows.join('')}`
  if (update) writeFileSync(target, text)
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text)
    problems.push(`${shown(target)} is not what is installed (\`npm run check -- --update\` writes it)`)
  return problems
}

/** Adds what the package in a folder needs at run time, and what that needs. Ours are followed, and not listed. */
function gather(dir, owner, found, seen) {
  const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    // A package of ours tells of its own.
    if (name.startsWith('@pex/')) continue
    const place = placeOf(name, dir)
    if (place === undefined) throw new Error(`${shown(dir)} needs ${name}, which is not installed`)
    if (seen.has(place)) continue
    seen.add(place)
    const { license } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'))
    const entry = found.get(name) ?? { licence: license, owners: new Set() }
    entry.owners.add(owner)
    found.set(name, entry)
    gather(place, owner, found, seen)
  }
}

/** Where a package finds another: in the nearest node_modules that has it. */
function placeOf(name, from) {
  for (let dir = from; ; dir = dirname(dir)) {
    const place = join(dir, 'node_modules', name)
    if (existsSync(join(place, 'package.json'))) return realpathSync(place)
    if (dir === dirname(dir)) return undefined
  }
}

/** Of several at choice one has to do. */
function isWelcome(licence) {
  return (
    typeof licence === 'string' &&
    licence
      .replaceAll(/[()]/g, '')
      .split(' OR ')
      .some(each => welcome.has(each))
  )
}

function rowOf([name, { licence, owners }]) {
  const ours = [...owners].sort().map(owner => `\`${owner}\``)
  return `| \`${name}\` | ${licence} | ${ours.join(', ')} |\n`
}
