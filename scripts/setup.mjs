// Installs what the lock file says, once, with nothing but the Node (>= 18) and npm of the machine.
//
// npm and pnpm put node_modules/.bin first on the PATH, so once this has run every script of the workspace runs on the
// Node that package.json pins, whatever the machine has.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stampFile = join(root, 'node_modules', '.setup')
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const hash = createHash('sha256').update(process.platform).update(process.arch)
for (const file of ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml'])
  hash.update(readFileSync(join(root, file)))
const stamp = hash.digest('hex')

if (readStamp() !== stamp) {
  const command = ['exec', '--yes', '--package', packageManager, '--', 'pnpm', 'install', '--frozen-lockfile']
  const options = {
    cwd: root,
    // What the command after us prints must stay clean, so this all goes to stderr; nobody is there to be asked.
    stdio: ['ignore', 2, 2],
    env: { ...process.env, CI: 'true' },
    shell: process.platform === 'win32'
  }
  let { status } = spawnSync('npm', command, options)
  if (status !== 0) {
    console.error('setup: installing the dependencies failed; once more')
    status = spawnSync('npm', command, options).status
  }
  if (status !== 0) {
    console.error(
      'setup: installing the dependencies failed; see the lines above, then run the command again'
    )
    process.exit(status ?? 1)
  }
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, stamp)
}

function readStamp() {
  try {
    return readFileSync(stampFile, 'utf8')
  } catch {
    return undefined
  }
}
