/**
 * The store of a stopped host, opened as a start would open it, but as a copy: opening mends, and what is to be looked at must
 * not change. A running host has its store to itself, and tells of damage in its own output.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { levelStore } from '@pex/store-level'
import type { Recovery } from '@pex/store-level'
import type { Settings } from '../config.ts'
import type { DataDirectory } from '../data-directory.ts'
import { systemCode } from '../failure.ts'
import { failed, warning, well, wrong } from './finding.ts'
import type { Finding } from './finding.ts'

/** The files of a LevelDB that hold data or lead to it. */
const dataFile = /^(?:CURRENT|MANIFEST-\d+|\d+\.(?:ldb|sst|log))$/
/** A copy of more than this is not made. Guess: a thousand times what a host's namespaces take. */
const mostBytes = 268_435_456
const disk = 'a look at the disk and the memory of the machine'

export async function examineStore(
  directory: DataDirectory | undefined,
  settings: Settings,
  isRunning: boolean
): Promise<readonly Finding[]> {
  if (settings.store === 'memory')
    return [well('store', 'a host with --store memory keeps nothing on the disk')]
  if (directory === undefined || !existsSync(directory.store)) return [well('store', 'there is no store yet')]
  if (isRunning) return [well('store', 'the running host has it open, and tells itself of damage')]
  const holder = lockHolder(join(directory.store, 'LOCK'))
  if (holder !== undefined) {
    const found = `${directory.store} is open in process ${holder}, which does not answer as a host`
    return [wrong('store', found, `to stop process ${holder}, or another --data`)]
  }
  const place = await mkdtemp(join(tmpdir(), 'pex-doctor-'))
  // A level deeper: what is set aside is put beside it.
  const copy = join(place, 'store')
  try {
    await mkdir(copy)
    await copyData(directory.store, copy)
    return await examineCopy(directory.store, copy, ['', ...settings.namespace])
  } catch (error) {
    return [unreadable(directory.store, error)]
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

function unreadable(path: string, error: unknown): Finding {
  const code = systemCode(error)
  if (code === undefined || code.startsWith('PEX_')) return failed('store', error)
  const me = process.getuid?.() ?? 'you'
  return wrong('store', `the store ${path} cannot be read (${code})`, `chown -R ${me} ${path}`)
}

async function copyData(from: string, to: string): Promise<void> {
  const names = (await readdir(from)).filter(name => dataFile.test(name))
  let bytes = 0
  for (const name of names) bytes += (await stat(join(from, name))).size
  if (bytes > mostBytes) throw Object.assign(new Error('too large'), { code: 'EFBIG' })
  for (const name of names) await copyFile(join(from, name), join(to, name))
}

async function examineCopy(
  path: string,
  copy: string,
  namespaces: readonly string[]
): Promise<readonly Finding[]> {
  const seen: Recovery[] = []
  const store = levelStore(copy, { onRecovery: recovery => seen.push(recovery) })
  await store.open()
  let [kept, damaged] = [0, 0]
  try {
    for (const namespace of namespaces) {
      const loaded = await store.load(namespace)
      kept += loaded.entries.size
      damaged += loaded.damaged
    }
  } finally {
    await store.close()
  }
  const backup = `cp -r ${path} elsewhere before the next start, and ${disk}`
  if (seen.some(({ kind }) => kind === 'set-aside')) {
    const found = `${path} is damaged beyond repair: the next start sets it aside and keeps ${kept} entries`
    return [wrong('store', found, backup)]
  }
  if (seen.length > 0)
    return [
      wrong('store', `${path} is damaged; the next start can repair it and keeps ${kept} entries`, backup)
    ]
  if (damaged > 0) {
    const found = `entries of ${path} are damaged: ${damaged}, sound: ${kept}; the next start drops the damaged ones`
    return [warning('store', found, disk)]
  }
  return [well('store', `it opens, and its ${kept} entries are sound`)]
}

/** Who holds LevelDB's lock, where the system has a list of locks. */
function lockHolder(path: string): string | undefined {
  try {
    const { ino } = statSync(path)
    const lines = readFileSync('/proc/locks', 'utf8').split('\n')
    const line = lines.find(each => each.includes('POSIX') && each.includes(`:${ino} `))
    return line === undefined ? undefined : /WRITE\s+(\d+)/.exec(line)?.[1]
  } catch {
    return undefined
  }
}
