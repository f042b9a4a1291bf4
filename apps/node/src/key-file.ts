/**
 * A secret in a file: made whole or not at all, and refused when anybody else could have read or swapped it.
 *
 * A key is written under a name of its own, synced, and linked to its place. A link never replaces: of two hosts that start
 * at once in one directory, one key wins and both use it, and a crash at any moment leaves no key or a whole one.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync
} from 'node:fs'
import { readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Failure, systemCode } from './failure.ts'

/** Much more than any key takes: what is longer is some other file. */
const maxKeyBytes = 4_096
const windows = process.platform === 'win32'
const noFollow = windows ? 0 : constants.O_NOFOLLOW

/** The file's bytes, or nothing where there is no file. Fails with `PEX_KEY` for a file that must not be trusted. */
export function readKeyFile(path: string): Uint8Array | undefined {
  const file = openKey(path)
  if (file === undefined) return undefined
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw new Failure('PEX_KEY', `${path} is not a file`, 'to move it away')
    if (!windows) checkOwner(path, stat.mode, stat.uid)
    const bytes = Buffer.alloc(maxKeyBytes + 1)
    return Uint8Array.from(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)))
  } finally {
    closeSync(file)
  }
}

/**
 * Puts a key in its place, unless there is one already, and returns the one that is there then. The directory must exist and
 * belong to us alone.
 */
export function createKeyFile(path: string, bytes: Uint8Array): Uint8Array {
  const draft = `${path}.new-${process.pid}-${randomBytes(6).toString('hex')}`
  const file = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow, 0o600)
  try {
    // The process's umask can only take rights away, down to a file that we could not read ourselves.
    if (!windows) fchmodSync(file, 0o600)
    writeSync(file, bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    place(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
  syncDirectory(dirname(path))
  removeDrafts(path)
  return readKeyFile(path)!
}

/** Removes what creations left behind that were killed. Only when the key is in place: another creation may be on its way. */
export function removeDrafts(path: string): void {
  const prefix = `${basename(path)}.new-`
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(path), name), { force: true })
  }
}

function openKey(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | noFollow)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT') return undefined
    if (code === 'ELOOP') {
      const reason = 'is a symbolic link, and whoever owns the link chooses the key'
      throw new Failure('PEX_KEY', `the identity key ${path} ${reason}`, 'the file itself in its place', {
        cause: error
      })
    }
    throw new Failure('PEX_KEY', `the identity key ${path} cannot be read (${code})`, ownCommand(path), {
      cause: error
    })
  }
}

function checkOwner(path: string, mode: number, uid: number): void {
  const me = process.getuid!()
  if (uid !== me && me !== 0) {
    throw new Failure('PEX_KEY', `the identity key ${path} belongs to another user`, ownCommand(path))
  }
  if ((mode & 0o077) !== 0) {
    const rights = (mode & 0o777).toString(8).padStart(4, '0')
    const message = `the identity key ${path} can be read or changed by others (mode ${rights})`
    throw new Failure('PEX_KEY', message, `chmod 600 ${path}`)
  }
}

function ownCommand(path: string): string {
  return `chown ${process.getuid?.() ?? 'you'} ${path} && chmod 600 ${path}`
}

function place(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    const code = systemCode(error)
    // Somebody was faster; or removed our draft because a key was already in place.
    if (code === 'EEXIST' || code === 'ENOENT') return
    // File systems without hard links. Here the last of two simultaneous creations wins.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EMLINK') throw error
    renameSync(draft, path)
  }
}

function syncDirectory(path: string): void {
  if (windows) return
  const directory = openSync(path, constants.O_RDONLY)
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
