/** The data directory, and the secrets in files: whether they are there, ours alone, and have room to live in. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Settings } from '../config.ts'
import { dashboardAccess } from '../dashboard/access.ts'
import { findDataDirectory } from '../data-directory.ts'
import type { DataDirectory } from '../data-directory.ts'
import { systemCode } from '../failure.ts'
import { readIdentity } from '../identity.ts'
import { readSecret } from '../secret.ts'
import { failed, failureOf, warning, well, wrong } from './finding.ts'
import type { Finding } from './finding.ts'

/** Below this a store cannot even write its logs anew. */
const leastRoom = 1_048_576
/** A store of one namespace takes some 200 KiB; what runs short first is what others write. Guess. */
const enoughRoom = 64 * 1_048_576

export interface Directory {
  /** Nothing where there is none, or none that may be trusted. */
  readonly directory: DataDirectory | undefined
  readonly findings: readonly Finding[]
}

export function examineDirectory(path: string): Directory {
  let directory: DataDirectory
  try {
    if (statSync(path, { throwIfNoEntry: false }) === undefined)
      return { directory: undefined, findings: [absent(path)] }
    directory = findDataDirectory(path)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    return { directory: undefined, findings: [unusable(path, error)] }
  }
  return { directory, findings: [well('data', `${directory.path} is there, and yours alone`), ...room(path)] }
}

function absent(path: string): Finding {
  let parent = dirname(resolve(path))
  while (!existsSync(parent) && dirname(parent) !== parent) parent = dirname(parent)
  try {
    if (!statSync(parent).isDirectory())
      return wrong(
        'data',
        `${path} cannot be made: ${parent} is not a directory`,
        '--data with another directory'
      )
    accessSync(parent, constants.W_OK | constants.X_OK)
  } catch (error) {
    return unusable(path, error)
  }
  return well('data', `${path} is not there yet: the first pex start makes it`)
}

function unusable(path: string, error: unknown): Finding {
  const code = systemCode(error)
  if (code === undefined || code.startsWith('PEX_')) return failed('data', error)
  const mend =
    code === 'EROFS'
      ? 'a disk that can be written, or --data with another directory'
      : `--data with a directory that is yours, or chown -R ${process.getuid?.() ?? 'you'} ${path}`
  return wrong('data', `the data directory ${path} cannot be made, read or written (${code})`, mend)
}

function room(path: string): readonly Finding[] {
  const { bavail, bsize, files, ffree } = statfsSync(path)
  const bytes = bavail * bsize
  const told = `${(bytes / 1_048_576).toFixed(bytes < enoughRoom ? 1 : 0)} MiB are free on its disk`
  if (files > 0 && ffree === 0)
    return [wrong('data', 'its disk has no room for another file (inodes)', 'to remove files there')]
  if (bytes < leastRoom)
    return [
      wrong('data', `${told}: the host forgets what it learns`, 'to make room, or --data on another disk')
    ]
  if (bytes < enoughRoom) return [warning('data', told, 'to make room before it is full')]
  return [well('data', told)]
}

export interface Keys {
  /** The host's peer id, where there is a sound key. */
  readonly id: string | undefined
  readonly findings: readonly Finding[]
}

/** The identity key, the secret of the network, and who may see the dashboard. */
export function examineKeys(directory: DataDirectory | undefined, settings: Settings): Keys {
  const { id, finding } = examineIdentity(directory)
  const findings = finding === undefined ? [] : [finding]
  const { secret, dashboard, dashboardToken: token } = settings
  const judge = (check: () => void, sound: string): void => {
    findings.push(failureOf('key', check) ?? well('key', sound))
  }
  if (secret !== undefined)
    judge(() => void readSecret(secret), `the network secret ${secret} is sound, and yours alone`)
  if (dashboard !== undefined) {
    const who = token === undefined ? 'only this machine sees the dashboard' : `the token ${token} is sound`
    judge(() => void dashboardAccess(settings), who)
  }
  return { id, findings }
}

function examineIdentity(directory: DataDirectory | undefined): { id?: string; finding?: Finding } {
  if (directory === undefined) return {}
  try {
    const identity = readIdentity(directory.key)
    if (identity === undefined) return { finding: noKey(directory) }
    return { id: identity.id, finding: well('key', `this host is ${identity.id}`) }
  } catch (error) {
    return { finding: failed('key', error) }
  }
}

function noKey(directory: DataDirectory): Finding {
  if (!existsSync(directory.store)) return well('key', 'there is no key yet: the first pex start makes one')
  const found = `the key is gone, and a store is there: the next start makes a host with another id`
  return warning('key', found, `to put a backup at ${join(directory.path, 'identity.key')} first`)
}
