// What every package has alike: its folder, its package.json, its licence, and a changeset until its first release.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../lib/run.mjs'
import { packages } from '../lib/workspace.mjs'

const allowed = new Set(['README.md', 'CHANGELOG.md', 'package.json', 'tsconfig.json', 'src', 'test'])
const ignored = new Set(['node_modules', 'dist', '.turbo', 'coverage'])

/** @returns {string[]} what is wrong, one line each */
export function checkManifests() {
  return [...packages().flatMap(packageProblems), ...licenceProblems(), ...nodeProblems()]
}

function packageProblems(pkg) {
  const { manifest } = pkg
  const must = [
    [manifest.type === 'module', 'type must be "module"'],
    [/^>=22(?:\.\d+)*$/.test(manifest.engines?.node), 'engines.node must be ">=22"'],
    [Boolean(manifest.description), 'has no description'],
    [manifest.license === 'Apache-2.0 OR MIT', 'license must be "Apache-2.0 OR MIT"']
  ]
  if (pkg.isPublic) {
    must.push(
      [existsSync(join(pkg.dir, 'README.md')), 'has no README.md'],
      [manifest.repository?.directory === pkg.path, `repository.directory must be "${pkg.path}"`],
      [manifest.publishConfig?.access === 'public', 'publishConfig.access must be "public"'],
      [manifest.publishConfig?.provenance === true, 'publishConfig.provenance must be true'],
      [manifest.files?.includes('CHANGELOG.md'), 'files must hold "CHANGELOG.md"'],
      [manifest.files?.includes('dist'), 'files must hold "dist"'],
      [manifest.sideEffects !== undefined, 'says nothing about sideEffects']
    )
  }
  // JSON Schemas are published as files; whoever has some says so.
  const isPage = name => pkg.isApp && name === 'index.html'
  const isSchemas = name => name === 'schemas' && manifest.files?.includes(name) === true
  const strangers = readdirSync(pkg.dir).filter(
    name =>
      !allowed.has(name) &&
      !ignored.has(name) &&
      !isPage(name) &&
      !isSchemas(name) &&
      !name.endsWith('.tsbuildinfo')
  )
  return [
    ...must.filter(([holds]) => !holds).map(([, text]) => `${pkg.path}/package.json: ${text}`),
    ...strangers.map(
      name =>
        `${pkg.path}/${name}: a package holds README.md, src, test, package.json, tsconfig.json, nothing else`
    )
  ]
}

/** The installer must choose packages for the Node that runs the scripts: without, an older machine gets half of them. */
function nodeProblems() {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  return workspace.includes(`\nnodeVersion: ${devDependencies.node}\n`)
    ? []
    : [`pnpm-workspace.yaml: nodeVersion must be ${devDependencies.node}, as the devDependency "node"`]
}

/** A tarball takes only the root's LICENSE along, so that file must hold both texts. */
function licenceProblems() {
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8')
  return ['LICENSE-APACHE', 'LICENSE-MIT']
    .filter(file => !licence.includes(readFileSync(join(root, file), 'utf8')))
    .map(file => `LICENSE: does not hold the text of ${file}`)
}

/** @returns {string[]} what is wrong with the changesets, one line each */
export function checkChangesets() {
  const folder = join(root, '.changeset')
  const problems = []
  const named = new Set()
  for (const file of readdirSync(folder).filter(name => name.endsWith('.md') && name !== 'README.md')) {
    const parts = /^---\n(.*?)\n---\n+(\S.*)/s.exec(readFileSync(join(folder, file), 'utf8'))
    if (parts === null) {
      problems.push(`.changeset/${file}: needs packages between two lines of ---, and a sentence below`)
      continue
    }
    for (const line of parts[1].split('\n')) {
      const [, name, bump] = /^['"](.+?)['"]: *(\S+)$/.exec(line) ?? []
      if (!['patch', 'minor', 'major'].includes(bump))
        problems.push(`.changeset/${file}: cannot read "${line}"`)
      else if (!packages().some(pkg => pkg.name === name && pkg.isPublic))
        problems.push(`.changeset/${file}: no public package ${name}`)
      else named.add(name)
    }
  }
  const unnamed = packages().filter(
    pkg => pkg.isPublic && pkg.manifest.version === '0.0.0' && !named.has(pkg.name)
  )
  return [...problems, ...unnamed.map(pkg => `${pkg.name} has never been released and no changeset names it`)]
}
