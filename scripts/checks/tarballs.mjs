// What a user would install: each public package packed as it is published, looked into, and judged by publint and attw.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { each, root, run } from '../lib/run.mjs'
import { filesIn, packages, sweep } from '../lib/workspace.mjs'

/**
 * Packs every public package into a folder of its own making. Needs a build.
 *
 * @param {string} folder
 * @returns {Promise<{ tarballs: Map<string, string>, problems: string[] }>} tarballs by package name
 */
export async function packAll(folder) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const tarballs = new Map()
  const problems = []
  await each(
    packages().filter(pkg => pkg.isPublic),
    async pkg => {
      sweep(pkg)
      const tarball = join(folder, `${pkg.name.slice(1).replace('/', '-')}.tgz`)
      const { status, output } = await run('pnpm', ['pack', '--out', tarball], { cwd: pkg.dir })
      if (status === 0) tarballs.set(pkg.name, tarball)
      else problems.push(`${pkg.name}: pnpm pack failed\n${output}`)
    }
  )
  return { tarballs, problems }
}

/** @param {string} folder where the tarballs may lie @returns {Promise<string[]>} what is wrong */
export async function checkTarballs(folder) {
  const { tarballs, problems } = await packAll(folder)
  const found = await each([...tarballs], async ([name, tarball]) => [
    ...(await contentProblems(name, tarball)),
    ...(await toolProblems(name, 'publint', ['run', tarball, '--strict'])),
    ...(await attwProblems(name, tarball))
  ])
  return [...problems, ...found.flat()]
}

async function contentProblems(name, tarball) {
  const { stdout: listing } = await run('tar', ['-tzf', tarball])
  const files = listing
    .trim()
    .split(/\r?\n/)
    .map(line => line.replace(/^package\//, ''))
  const { stdout } = await run('tar', ['-xzOf', tarball, 'package/package.json'])
  const pkg = packages().find(pkg => pkg.name === name)
  const sources = filesIn(join(pkg.dir, 'src'), '.ts').map(file =>
    file.slice(join(pkg.dir, 'src').length + 1, -3)
  )
  const expected = sources.flatMap(source =>
    [`dist/${source}.js`, `dist/${source}.d.ts`].map(file => file.replaceAll('\\', '/'))
  )
  expected.push('package.json', 'README.md', 'LICENSE')
  for (const file of filesIn(join(pkg.dir, 'schemas'), '.json')) expected.push(`schemas/${basename(file)}`)
  return [
    ...expected.filter(file => !files.includes(file)).map(file => `lacks ${file}`),
    ...files
      .filter(file => !expected.includes(file) && file !== 'CHANGELOG.md')
      .map(file => `carries ${file}`),
    ...(/@pex\/source/.test(stdout) ? ['its package.json still names the condition for the sources'] : []),
    ...(/"workspace:/.test(stdout) ? ['its package.json still says workspace:'] : [])
  ].map(text => `${name}: the tarball ${text}`)
}

async function attwProblems(name, tarball) {
  const entries = Object.keys(
    JSON.parse(readFileSync(join(packages().find(pkg => pkg.name === name).dir, 'package.json'), 'utf8'))
      .exports ?? {}
  )
  // A host is a program: without an entry there are no types to be wrong.
  if (entries.length === 0) return []
  return toolProblems(name, 'attw', [
    tarball,
    '--profile',
    'esm-only',
    '--format',
    'ascii',
    '--no-color',
    '--no-emoji'
  ])
}

async function toolProblems(name, tool, args) {
  const { status, output } = await run(tool, args, { cwd: root })
  return status === 0 ? [] : [`${name}: ${tool} objects\n${output.trim()}`]
}
