/**
 * Makes the golden vectors of casm's wire with the Go program beside this file, and holds those that are checked in against
 * it: `node --conditions=@pex/source apps/interop/src/main.ts` compares, `--write` writes them anew. Needs `go` on the PATH,
 * and on the first run its modules.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const program = join(import.meta.dirname, 'go')
const packages = join(import.meta.dirname, '..', '..', '..', 'packages')

/** What the program is asked for, and where its answer is kept. */
const files: Readonly<Record<string, string>> = {
  boot: join(packages, 'discovery', 'test', 'vectors', 'boot.json'),
  gossip: join(packages, 'wire', 'test', 'vectors', 'casm', 'gossip.json')
}

for (const [what, file] of Object.entries(files)) {
  const made = execFileSync('go', ['run', '.', what], { cwd: program, encoding: 'utf8' })
  if (process.argv.includes('--write')) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, made)
    console.log(`${what}: written`)
  } else if (readFileSync(file, 'utf8') === made) {
    console.log(`${what}: as Go writes it`)
  } else {
    console.error(`${what}: differs from what Go writes; --write writes it anew`)
    process.exitCode = 1
  }
}
