// `npm run pack:check`: does what a user does. Every public package is packed, installed alone (its `@pex` dependencies
// from their tarballs, everything else from the registry) into an empty project outside the workspace, type-checked
// there, imported, and its README's snippet and its commands are run, on each Node that the project supports; then the same
// in a browser, as far as it does not ask for Node.
// `--only @pex/core,@pex/wire` takes some packages, `--keep` leaves the projects for a look.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { packAll } from './checks/tarballs.mjs'
import { snippetOf } from './lib/readme.mjs'
import { bundle, openBrowser, visit } from './lib/page.mjs'
import { cache, each, root, run } from './lib/run.mjs'
import { packageOf } from './lib/source.mjs'
import { entriesOf, packages } from './lib/workspace.mjs'

/** The first releases that packages promise to run on, and the last of each later line. */
const nodeVersions = ['22.0.0', '22.12.0', '24.21.0', '26.10.0']

/** Entries that need Node; every other one runs in browsers. */
const needNode = new Set([
  '@pex/address-book/file',
  '@pex/discovery/crawl',
  '@pex/discovery/dns',
  '@pex/discovery/from',
  '@pex/discovery/survey',
  '@pex/host/nat',
  '@pex/switch/tcp',
  '@pex/transport-udp'
])

/** What a README tells who bundles for browsers to install beside the package. */
const besideInBrowsers = { '@pex/store-level': { events: '^3.3.0' } }

const { values: options } = parseArgs({ options: { only: { type: 'string' }, keep: { type: 'boolean' } } })
const only = options.only?.split(',')
const began = performance.now()
const all = packages().filter(pkg => pkg.isPublic)

const { status, output } = await run('tsc', ['-b', ...all.map(pkg => pkg.path)])
if (status !== 0) stop(`the build failed\n${output}`)
const { tarballs, problems: packing } = await packAll(join(cache, 'packed'))
if (packing.length > 0) stop(packing.join('\n'))
const nodes = await each(nodeVersions, fetchNode)
const browser = await openBrowser()
console.log(
  `packed ${tarballs.size} packages; Node ${nodeVersions.join(', ')}; ${browser === undefined ? 'no browser here: pages are bundled, and not run' : `Chromium ${browser.version()}`}`
)

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
await browser?.close()
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

  writeFileSync(join(dir, 'imports.mjs'), importing(entries))
  if (snippet !== undefined) writeFileSync(join(dir, 'snippet.mjs'), snippet)
  if (entries.length > 0) problems.push(...(await typeProblems(dir, entries)))
  else if (pkg.manifest.bin === undefined) problems.push('has neither an entry nor a command')
  for (const node of nodesFor(pkg)) {
    const attempts = [['imports.mjs'], ...(snippet === undefined ? [] : [['snippet.mjs']])]
    for (const args of attempts) problems.push(...(await runProblems(node, args, dir)))
    for (const command of Object.keys(pkg.manifest.bin ?? {}))
      problems.push(...(await commandProblems(node, command, dir)))
  }
  return [...problems, ...(await pageProblems(dir, entries, snippet))]
}

/** A module that looks at entries: each must be there, and export something. */
function importing(entries) {
  const imports = entries.map((entry, i) => `import * as entry${i} from '${entry}'\n`)
  const looks = entries.map(
    (entry, i) => `if (Object.keys(entry${i}).length === 0) throw new Error('${entry} exports nothing')\n`
  )
  return [...imports, ...looks].join('')
}

/** Of each line the first Node that the package says it runs on. */
function nodesFor({ manifest }) {
  const least = manifest.engines.node.replace('>=', '')
  const promised = nodes.filter(({ version }) => version.localeCompare(least, 'en', { numeric: true }) >= 0)
  const lines = promised.map(({ version }) => version.split('.')[0])
  return promised.filter((_, i) => lines.indexOf(lines[i]) === i)
}

/** In a browser: the entries that promise it, and the snippet, where it asks for nothing of Node's. */
async function pageProblems(dir, entries, snippet) {
  try {
    const [nodes, pages] = [
      entries.filter(entry => needNode.has(entry)),
      entries.filter(entry => !needNode.has(entry))
    ]
    const problems = []
    for (const entry of nodes) {
      writeFileSync(join(dir, 'node-alone.mjs'), importing([entry]))
      const { builtins } = await bundle(dir, ['node-alone.mjs'])
      if (builtins.length === 0)
        problems.push(`${entry} needs nothing of Node; scripts/pack.mjs says that it does`)
    }
    if (pages.length === 0) return problems
    writeFileSync(join(dir, 'browser.mjs'), importing(pages))
    const bare = await bundle(dir, ['browser.mjs'])
    if (bare.builtins.length > 0) return [...problems, `in browsers it asks for ${bare.builtins.join(', ')}`]
    const isForNode = importsOf(snippet ?? '').some(
      name => needNode.has(name) || /^node:|^@libp2p\/tcp$/.test(name)
    )
    const page = snippet === undefined || isForNode ? bare : await bundle(dir, ['browser.mjs', 'snippet.mjs'])
    const wrong = browser === undefined ? [] : await visit(browser, page)
    return [...problems, ...wrong.map(text => `in a browser: ${text}`)]
  } catch (error) {
    return [`no bundle for browsers\n${error.message}`]
  }
}

/** What a snippet imports. */
function importsOf(snippet) {
  return [...snippet.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'".][^'"]*)['"]/g)].map(match => match[1])
}

/** What the project must depend on: the package, and what its snippet imports beside it, as its README tells the user. */
function needs(pkg, snippet) {
  const dependencies = { [pkg.name]: `file:${tarballs.get(pkg.name)}`, ...besideInBrowsers[pkg.name] }
  const problems = []
  const rootManifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const known = {
    ...rootManifest.devDependencies,
    ...pkg.manifest.devDependencies,
    ...pkg.manifest.peerDependencies,
    ...pkg.manifest.dependencies
  }
  for (const name of importsOf(snippet)
    .filter(source => !source.startsWith('node:'))
    .map(packageOf)) {
    if (name in dependencies) continue
    if (tarballs.has(name)) dependencies[name] = `file:${tarballs.get(name)}`
    else if (known[name] !== undefined) dependencies[name] = known[name]
    else problems.push(`README.md: nobody knows where the snippet's ${name} comes from`)
  }
  return { dependencies, problems }
}

/** The declarations must stand on what the package declares, under a user's settings, with nothing of Node's. */
async function typeProblems(dir, entries) {
  const uses = entries.map((_, i) => `export const all${i} = entry${i}\n`).join('')
  const imports = entries.map((entry, i) => `import * as entry${i} from '${entry}'\n`).join('')
  writeFileSync(join(dir, 'types.ts'), imports + uses)
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
  const { status, output } = await run(node.binary, args, { cwd: dir, timeoutMs: 120_000 })
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
