/** Writes books and lists: a new file takes the place of the old one as a whole, and what was there before is kept beside it. */
import { constants } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import type { BookSnapshot } from '@pex/address-book'
import { bookFile, replaceFile } from '@pex/address-book/file'
import { Failure, systemCode } from '../failure.ts'
import type { Address, BookType } from './types.ts'

/** Writes a book, for its owner alone; resolves to where the file before is now. Fails with `PEX_BOOK`. */
export async function writeBook(
  path: string,
  type: BookType,
  snapshot: BookSnapshot<Address>,
  now: number
): Promise<string | null> {
  return guarded(path, async () => {
    const backup = await keepOld(path, now)
    await bookFile({ path, format: type.format, now: () => now }).save(snapshot)
    return backup
  })
}

/** Writes a text in the same way. */
export async function writeText(path: string, text: string, now: number): Promise<string | null> {
  return guarded(path, async () => {
    const backup = await keepOld(path, now)
    await replaceFile(path, text, 0o644)
    return backup
  })
}

async function guarded(path: string, write: () => Promise<string | null>): Promise<string | null> {
  try {
    return await write()
  } catch (error) {
    const code = systemCode((error as Error).cause) ?? systemCode(error)
    throw new Failure('PEX_BOOK', `${path} cannot be written (${code})`, '--out with a path that is yours', {
      cause: error
    })
  }
}

async function keepOld(path: string, now: number): Promise<string | null> {
  const stamp = new Date(now).toISOString().replaceAll(':', '-')
  for (let i = 1; ; i++) {
    const backup = `${path}.before-${stamp}${i === 1 ? '' : `-${i}`}`
    try {
      await copyFile(path, backup, constants.COPYFILE_EXCL)
      return backup
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return null
      if (systemCode(error) !== 'EEXIST') throw error
    }
  }
}
