/** The Go program, built once for all tests of a file; Go keeps what it compiled, so the next time is a matter of a second. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const source = join(import.meta.dirname, '..', '..', 'src', 'go')
const cache = join(import.meta.dirname, '..', '..', '..', '..', 'node_modules', '.cache', 'interop')

/** On a fresh machine the modules have to come first. */
export const BUILD_MS = 300_000

/** Another program that takes the same lines, such as one with casm's own exchange in it. */
const given = process.env['PEX_INTEROP_PROGRAM']

/** Whether there is a Go to build with. */
export const hasGo: boolean = spawnSync('go', ['version']).status === 0

/** What the titles of tests end with, so that a run without them says so and why. */
export const skipped: string = hasGo ? '' : ' (skipped: it needs Go peers, and there is no go on the PATH)'

/** Builds the program, unless one is given by `PEX_INTEROP_PROGRAM`; resolves to where it is. */
export async function build(): Promise<string> {
  if (given !== undefined) return given
  mkdirSync(cache, { recursive: true })
  const program = join(cache, 'interop')
  // Another test file may be running the program of before.
  const next = `${program}-${process.pid}`
  await promisify(execFile)('go', ['build', '-buildvcs=false', '-o', next, '.'], { cwd: source })
  renameSync(next, program)
  return program
}

/** Runs the tests of a package of the program. Fails with what they print. */
export async function testGo(path: string): Promise<void> {
  await promisify(execFile)('go', ['test', path], { cwd: source })
}
