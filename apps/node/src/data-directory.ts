/**
 * The directory that a host owns: its key, its store and the socket on which it answers. Made for its owner alone, and
 * refused where others could put a key or a socket of their own in it.
 */
import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { Failure, systemCode } from './failure.ts'

export interface DataDirectory {
  readonly path: string
  readonly key: string
  readonly store: string
}

/** Where data lies unless somebody says otherwise: the XDG base directory, or the local application data on Windows. */
export function defaultDataPath(env: NodeJS.ProcessEnv): string {
  const base = process.platform === 'win32' ? env['LOCALAPPDATA'] : env['XDG_DATA_HOME']
  // The XDG specification has relative paths ignored.
  if (base !== undefined && isAbsolute(base)) return join(base, 'pex')
  return join(homedir(), '.local', 'share', 'pex')
}

/** The directory, made if need be. Fails with `PEX_DATA`. */
export function openDataDirectory(path: string): DataDirectory {
  try {
    makeDirectory(resolve(path))
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const message = `the data directory ${path} cannot be made or written (${systemCode(error)})`
    throw new Failure('PEX_DATA', message, '--data with a directory that is yours', { cause: error })
  }
  return existing(path, statSync(path))
}

/**
 * Makes a directory and those above it, for their owner alone. Node's own way to do so never returns where the system
 * allows nothing to be made, as below /proc.
 */
export function makeDirectory(path: string, mayMakeParent: boolean = true): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' && mayMakeParent && dirname(path) !== path) {
      makeDirectory(dirname(path))
      makeDirectory(path, false)
    } else if (code !== 'EEXIST') throw error
  }
}

/** The directory of a host that has been started before. Fails with `PEX_DATA`. */
export function findDataDirectory(path: string): DataDirectory {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) {
    throw new Failure(
      'PEX_DATA',
      `there is no data directory ${path}`,
      `pex start --data ${path}, or another --data`
    )
  }
  return existing(path, stat)
}

function existing(path: string, stat: Stats): DataDirectory {
  if (!stat.isDirectory()) {
    throw new Failure('PEX_DATA', `${path} is not a directory`, '--data with a directory that is yours')
  }
  if (process.platform !== 'win32') checkRights(path, stat)
  const full = resolve(path)
  return { path: full, key: join(full, 'identity.key'), store: join(full, 'store') }
}

function checkRights(path: string, stat: Stats): void {
  const me = process.getuid!()
  if (stat.uid !== me && me !== 0) {
    throw new Failure(
      'PEX_DATA',
      `the data directory ${path} belongs to another user`,
      '--data with one of yours'
    )
  }
  if ((stat.mode & 0o022) !== 0) {
    const message = `the data directory ${path} can be written by others, who could swap the identity in it`
    throw new Failure('PEX_DATA', message, `chmod 700 ${path}`)
  }
}
