/**
 * CometBFT's own code, built once for each version into the cache: the program of `src/go-cometbft`, and the `cometbft` node
 * as it is released. A build is kept until its sources, its modules or Go change.
 */
import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const source = join(import.meta.dirname, '..', '..', '..', 'src', 'go-cometbft')
const root = join(import.meta.dirname, '..', '..', '..', '..', '..')
const cache = join(root, 'node_modules', '.cache', 'interop-cometbft')

/** On a fresh machine the modules have to come first. */
export const BUILD_MS = 900_000

export interface Version {
  readonly name: string
  readonly modFile: string
  readonly tags: string
}

export const versions: readonly [Version, Version] = [
  { name: '0.38.12', modFile: 'go.mod', tags: '' },
  { name: '1.0.1', modFile: 'v1.mod', tags: 'v1' }
]

const go = (...args: string[]): { readonly ok: boolean; readonly text: string } => {
  const { status, stdout, stderr } = spawnSync('go', args, { cwd: source, encoding: 'utf8' })
  return { ok: status === 0, text: status === 0 ? stdout : (stderr ?? '') }
}

const found = go('version')
// A Go that is too old for the modules says so here, unless it may fetch a newer one.
const suits = found.ok && versions.every(({ modFile }) => go('list', '-m', `-modfile=${modFile}`).ok)

/** Whether there is a Go to build with. */
export const hasGo: boolean = suits

/** What the titles of tests end with, so that a run without them says so and why. */
export const skipped: string = hasGo
  ? ''
  : ` (skipped: it needs CometBFT's Go code, and ${found.ok ? 'the go on the PATH is too old' : 'there is no go on the PATH'})`

/** What a build depends on, as a name. */
function nameOf(what: string, { name, modFile }: Version): string {
  const hash = createHash('sha256').update(found.text)
  const files = readdirSync(source).filter(file => /\.(?:go|mod|sum)$/.test(file))
  // The released node is made of the modules alone.
  const used = what === 'cometbft' ? [modFile, modFile.replace('.mod', '.sum')] : files.toSorted()
  for (const file of used) hash.update(file).update(readFileSync(join(source, file)))
  return `${what}-${name}-${hash.digest('hex').slice(0, 16)}`
}

async function built(what: string, version: Version, target: string): Promise<string> {
  const binary = join(cache, nameOf(what, version))
  if (existsSync(binary)) return binary
  mkdirSync(cache, { recursive: true })
  // Another test file may be building the same.
  const next = `${binary}-${process.pid}`
  const args = ['build', '-mod=readonly', '-buildvcs=false', `-modfile=${version.modFile}`]
  await run('go', [...args, `-tags=${version.tags}`, '-o', next, target], { cwd: source })
  renameSync(next, binary)
  // Those of before; where one still runs, its file goes when it ends.
  const older = readdirSync(cache).filter(file => file.startsWith(`${what}-${version.name}-`))
  for (const file of older) if (!binary.endsWith(file)) rmSync(join(cache, file))
  return binary
}

/** The program; resolves to where it is. */
export const build = (version: Version): Promise<string> => built('program', version, '.')

/** The `cometbft` node, as it is released; undefined where it does not build. */
export async function buildNode(version: Version): Promise<string | undefined> {
  try {
    return await built('cometbft', version, 'github.com/cometbft/cometbft/cmd/cometbft')
  } catch {
    return undefined
  }
}
