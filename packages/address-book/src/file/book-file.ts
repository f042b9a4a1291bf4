/**
 * Reads and writes a book's file. A file that cannot be read as a book is set aside under a name of its own and never
 * written over; a new one takes the place of the old as a whole, or not at all.
 */
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PexError } from '@pex/core'
import type { BookFormat } from '../format.ts'
import type { BookSnapshot, Read } from '../snapshot.ts'

export interface BookFileInit<A> {
  readonly path: string
  /** `addrbookJson`, `peersJson`. */
  readonly format: BookFormat<A>
  /** The time, ms since the epoch: it names what is set aside. */
  readonly now: () => number
}

/** What a file held. */
export interface LoadedBook<A> extends Partial<Read<A>> {
  /** Where the file is now, if it was no book. */
  readonly setAside?: string | undefined
}

export interface BookFile<A> {
  /**
   * Reads the file. Where there is none, or none that is a book, there is no snapshot. Fails with `PEX_STORE_FAILED` where
   * the file cannot be read at all, `cause` saying why.
   */
  load(): Promise<LoadedBook<A>>
  /** Writes the file, for its owner alone: it holds the book's secret. Fails with `PEX_STORE_FAILED`. One after the other. */
  save(snapshot: BookSnapshot<A>): Promise<void>
}

/** A file longer than any book is none. Derived: 139 264 entries of libonomy, with three URLs of 120 bytes each. */
const MOST_BYTES = 128 * 1_024 * 1_024

export function bookFile<A>({ path, format, now }: BookFileInit<A>): BookFile<A> {
  let last: Promise<unknown> = Promise.resolve()
  return {
    load: async () => {
      try {
        const text = await textOf(path)
        const read = text === undefined ? undefined : format.read(text)
        return read ?? { setAside: await setAside(path, now()) }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
        throw new PexError('PEX_STORE_FAILED', `${path} cannot be read`, { cause: error })
      }
    },
    save: async snapshot => {
      const text = format.write(snapshot)
      const saving = last.then(() => replaceFile(path, text, 0o600))
      last = saving.catch(() => {})
      try {
        await saving
      } catch (error) {
        throw new PexError('PEX_STORE_FAILED', `${path} cannot be written`, { cause: error })
      }
    }
  }
}

/** The file's text; nothing where it is too long, or not UTF-8. */
async function textOf(path: string): Promise<string | undefined> {
  if ((await stat(path)).size > MOST_BYTES) return undefined
  const bytes = await readFile(path)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

async function setAside(path: string, time: number): Promise<string> {
  const stamp = new Date(time).toISOString().replaceAll(':', '-')
  for (let i = 1; ; i++) {
    const target = `${path}.corrupt-${stamp}${i === 1 ? '' : `-${i}`}`
    if (await isThere(target)) continue
    await rename(path, target)
    return target
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}

/**
 * Writes a file whole or not at all: what was there before is there until the new one is on the disk. Rejects with the
 * system's own error, and leaves no draft.
 */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.new`
  try {
    // A draft of a process that was killed is in the way of `wx`, and another's link must not be followed.
    await rm(draft, { force: true })
    const file = await open(draft, 'wx', mode)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  await syncDirectory(dirname(path))
}

/** The new name is on the disk only when its directory is; not every system lets one ask for that. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  } catch {
    // Windows, and some network disks: the file itself is safe.
  }
}
