// `npm run pack:check`: does what a user does. Every public package is packed, installed alone (its `@pex` dependencies
// from their tarballs, everything else from the registry) into an empty project outside the workspace, type-checked
// there, imported, and its README's snippet and its commands are run, on each Node that the project supports.
// `--only @pex/core,@pex/wire` takes some packages, `--keep` leaves the projects for a look.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { packAll } from './checks/tarballs.mjs'
import { snippetOf } from './lib/readme.mjs'
import { cache, each, root, run } from './lib/run.mjs'
import { packageOf } from './lib/source.mjs'
import { entriesOf, packages } from './lib/workspace.mjs'

/** One release of each supported line; the first is also the least that `engines` may promise to a user. */
const nodeVersions = ['22.23.3', '24.21.0', '26.10.0']

const { values: options } = parseArgs({ options: { only: { type: 'string' }, keep: { type: 'boolean' } } })
const only = options.only?.split(',')
const began = performance.now()
const all = packages().filter(pkg => pkg.isPublic)

const { status, output } = await run('tsc', ['-b', ...all.map(pkg => pkg.path)])
if (status !== 0) stop(`the build failed\n${output}`)
const { tarballs, problems: packing } = await packAll(join(cache, 'packed'))
if (packing.length > 0) stop(packing.join('\n'))
const nodes = await each(nodeVersions, fetchNode)
console.log(`packed ${tarballs.size} packages; Node ${nodeVersions.join(', ')}`)

const place = mkdtempSync(join(tmpdir(), 'pex-pack-'))
const chosen = all.filter(pkg => only?.includes(pkg.name) ?? true)
const outcomes = await each(chosen, async pkg => {
  const start = performance.now()
  const problems = await tryPackage(pkg)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${problems.length > 0 ? 'FAIL' : 'ok  '}  ${pkg.name.padEnd(24)} ${seconds.padStart(5)} s`)
  for (const problem of problems) console.log(problem.trim().replaceAll(/^/gm, '      '))
  return problems.length === 0
})
if (options.keep === true) console.log(`the projects are in ${place}`)
else rmSync(place, { recursive: true, force: true })

const failed = outcomes.filter(ok => !ok).length
const total = ((performance.now() - began) / 1000).toFixed(0)
console.log(
  `\npack: ${outcomes.length - failed} of ${outcomes.length} packages install and run, in ${total} s`
)
process.exitCode = failed > 0 ? 1 : 0

function stop(text) {
  console.error(`pack: ${text}`)
  process.exit(1)
}

/** The binary of one Node release, from its npm package, kept between runs. */
async function fetchNode(version) {
  const { platform, arch } = process
  const os = platform === 'win32' ? 'win' : platform
  const name = `${platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'}-${os}-${arch}`
  const home = join(cache, 'nodes', version)
  const binary = join(home, 'node_modules', name, 'bin', platform === 'win32' ? 'node.exe' : 'node')
  if ((await run(binary, ['--version'])).stdout.trim() === `v${version}`) return { version, binary }
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), '{"private":true}')
  const { output } = await run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${version}`],
    { cwd: home }
  )
  if (!existsSync(binary)) stop(`cannot get Node ${version}\n${output}`)
  return { version, binary }
}

async function tryPackage(pkg) {
  const dir = join(place, pkg.name.slice(1).replace('/', '-'))
  const snippet = snippetOf(pkg.dir)
  const entries = entriesOf(pkg).map(({ specifier }) => specifier)
  const { dependencies, problems } = needs(pkg, snippet ?? '')
  if (snippet === undefined && !pkg.isApp) problems.push('README.md shows no snippet')
  if (problems.length > 0) return problems
  mkdirSync(dir)
  const overrides = Object.fromEntries(
    [...tarballs].filter(([name]) => !(name in dependencies)).map(([name, file]) => [name, `file:${file}`])
  )
  const manifest = { name: 'a-users-project', private: true, type: 'module', dependencies, overrides }
  writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest, null, 2))
  const install = await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd: dir,
    timeoutMs: 300_000
  })
  if (install.status !== 0) return [`npm install failed\n${install.output}`]

  const imports = entries.map((entry, i) => `import * as entry${i} from '${entry}'`).join('\n')
  const names = entries.map(
    (entry, i) => `if (Object.keys(entry${i}).length === 0) throw new Error('${entry} exports nothing')`
  )
  writeFileSync(join(dir, 'imports.mjs'), `${imports}\n${names.join('\n')}\n`)
  writeFileSync(
    join(dir, 'types.ts'),
    `${imports}\n${entries.map((_, i) => `export const all${i} = entry${i}`).join('\n')}\n`
  )
  if (snippet !== undefined) writeFileSync(join(dir, 'snippet.mjs'), snippet)
  if (entries.length > 0) problems.push(...(await typeProblems(dir)))
  else if (pkg.manifest.bin === undefined) problems.push('has neither an entry nor a command')
  for (const node of nodes) {
    const attempts = [['imports.mjs'], ...(snippet === undefined ? [] : [['snippet.mjs']])]
    for (const args of attempts) problems.push(...(await runProblems(node, args, dir)))
    for (const command of Object.keys(pkg.manifest.bin ?? {}))
      problems.push(...(await commandProblems(node, command, dir)))
  }
  return problems
}

/** What the project must depend on: the package, and what its snippet imports beside it, as its README tells the user. */
function needs(pkg, snippet) {
  const dependencies = { [pkg.name]: `file:${tarballs.get(pkg.name)}` }
  const problems = []
  const rootManifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const known = {
    ...rootManifest.devDependencies,
    ...pkg.manifest.devDependencies,
    ...pkg.manifest.peerDependencies,
    ...pkg.manifest.dependencies
  }
  const imported = [...snippet.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'".][^'"]*)['"]/g)].map(
    match => match[1]
  )
  for (const name of imported.filter(source => !source.startsWith('node:')).map(packageOf)) {
    if (name in dependencies) continue
    if (tarballs.has(name)) dependencies[name] = `file:${tarballs.get(name)}`
    else if (known[name] !== undefined) dependencies[name] = known[name]
    else problems.push(`README.md: nobody knows where the snippet's ${name} comes from`)
  }
  return { dependencies, problems }
}

/** The declarations must stand on what the package declares, under a user's settings, with nothing of Node's. */
async function typeProblems(dir) {
  const flags = [
    '--noEmit',
    '--strict',
    '--target',
    'es2023',
    '--lib',
    'es2023,dom,dom.iterable,esnext.disposable'
  ]
  const { output } = await run('tsc', [...flags, '--module', 'nodenext', '--types', '', 'types.ts'], {
    cwd: dir
  })
  const ours = output.split('\n').filter(line => /^(?:types\.ts|node_modules[/\\]@pex[/\\])/.test(line))
  return ours.length > 0 ? [`its types do not hold in a user's project\n${ours.join('\n')}`] : []
}

async function runProblems(node, args, dir) {
  const { status, output } = await run(node.binary, args, { cwd: dir, timeoutMs: 60_000 })
  return status === 0 ? [] : [`Node ${node.version}: ${args.join(' ')} failed\n${output}`]
}

/** The command as a shell finds it, with this Node first on the PATH. */
async function commandProblems(node, command, dir) {
  const shim = join(dir, 'node_modules', '.bin', process.platform === 'win32' ? `${command}.cmd` : command)
  const env = { PATH: dirname(node.binary) + delimiter + process.env.PATH }
  const problems = []
  for (const flag of ['--version', '--help']) {
    const { status, output, stdout } = await run(shim, [flag], { cwd: dir, env, timeoutMs: 60_000 })
    if (status !== 0 || stdout.trim() === '')
      problems.push(`Node ${node.version}: ${command} ${flag} failed\n${output}`)
  }
  return problems
}
