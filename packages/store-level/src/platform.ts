/**
 * What the store needs of its platform, on Node: LevelDB's directory, looked into before LevelDB touches it, repaired, or
 * moved out of the way. Nothing here ever deletes a file of the database.
 */
import {
  access,
  constants,
  copyFile,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  statfs,
  writeFile
} from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Level } from 'level'
import { readManifest } from './manifest.ts'
import { noteFile, noteOf, timesIn } from './opening.ts'

/** What a look at the files says before the database is opened. */
export type Condition = 'empty' | 'sound' | 'manifest-lost' | 'tables-unlisted'

/** The seam between Node and browsers. */
export interface Platform {
  /** Whether a database that does not open can be repaired or set aside here. */
  readonly recovers: boolean
  /** Takes the location for this store alone; resolves to the way to give it back, or to nothing where it is taken. */
  lock(location: string): Promise<(() => void) | undefined>
  /** Whether an error says that another process has the database open. */
  isLocked(error: unknown): boolean
  /** Whether an error says that the database is damaged, in a way that recovery may mend. */
  isDamage(error: unknown): boolean
  /** Whether a failure to open comes of a full disk. */
  isFull(error: unknown): boolean
  /**
   * Notes that the database is about to be opened; resolves to how many openings, one right after another and all of them in
   * the last ten minutes, have ended with their process.
   */
  begin(location: string, now: number): Promise<number>
  /** The opening has come to its end, good or bad, and the process lives. */
  end(location: string): Promise<void>
  inspect(location: string): Promise<Condition>
  /**
   * Fails where no database could work: something is not ours to read or write, or there is no room to write anew the logs
   * (as opening does) or all data (as repair may).
   */
  checkDisk(location: string, rewrites: 'logs' | 'all'): Promise<void>
  /** Fails where another process has the database open. */
  checkLock(location: string): Promise<void>
  repair(location: string): Promise<void>
  /** Lets a copy of the database be used, and removes it. */
  withCopy<T>(location: string, use: (copy: string) => Promise<T>): Promise<T>
  /** Moves the database away and says where to. */
  setAside(location: string, stamp: string): Promise<string>
}

const dataFile = /^(\d+)\.(ldb|sst|log)$/
const databaseFile = /^(CURRENT|LOCK|LOG|LOG\.old|OPENING|lost|MANIFEST-\d+|\d+\.(ldb|sst|log|dbtmp))$/

/** Room that must be free beside that for what is rewritten, bytes. Guess: LevelDB's own logs and manifests stay far below it. */
const spareBytes = 65_536

export const platform: Platform = {
  recovers: true,

  /** LevelDB locks its own directory. */
  async lock() {
    return () => {}
  },

  isLocked(error) {
    return ((error as Error).cause as { code?: unknown } | undefined)?.code === 'LEVEL_LOCKED'
  },

  isDamage(error) {
    return (error as { code?: unknown }).code === 'LEVEL_CORRUPTION'
  },

  isFull(error) {
    const code = ((error as Error).cause as { code?: unknown } | undefined)?.code
    return code === 'ENOSPC' || code === 'EDQUOT'
  },

  async begin(location, now) {
    const path = join(location, noteFile)
    const times = timesIn(await readFile(path, 'utf8').catch(() => ''), now)
    // No directory yet, or one that is full or not ours to write: opening itself will tell.
    await writeFile(path, noteOf([...times, now])).catch(() => {})
    return times.length
  },

  async end(location) {
    // A directory that is not ours to write has no note of ours either.
    await rm(join(location, noteFile), { force: true }).catch(() => {})
  },

  async inspect(location) {
    const names = await list(location)
    const data = names.filter(name => dataFile.test(name))
    const sizes = await Promise.all(data.map(name => size(join(location, name))))
    if (!sizes.some(bytes => bytes > 0)) return 'empty'
    return inspectManifest(location, data)
  },

  async checkDisk(location, rewrites) {
    await mkdir(location, { recursive: true })
    const names = (await list(location)).filter(name => databaseFile.test(name))
    let bytes = spareBytes
    for (const name of names) {
      await access(join(location, name), constants.R_OK | constants.W_OK)
      const isRewritten = rewrites === 'all' ? dataFile.test(name) : name.endsWith('.log')
      if (isRewritten) bytes += await size(join(location, name))
    }
    await tryToWrite(join(location, 'write-check'), spareBytes)
    const { bavail, bsize } = await statfs(location)
    if (bavail * bsize < bytes)
      throw Object.assign(new Error(`the disk is full: ${bytes} bytes must be free`), { code: 'ENOSPC' })
  },

  /**
   * With these options LevelDB takes its lock and then always refuses to open, before it has changed anything. To be asked
   * before `repair`, which takes no lock at all.
   */
  async checkLock(location) {
    const database = new Level(location)
    try {
      await database.open({ createIfMissing: false, errorIfExists: true })
    } catch (error) {
      if (platform.isLocked(error)) throw error
    } finally {
      await database.close()
    }
  },

  async repair(location) {
    await (Level as unknown as { repair(location: string): Promise<void> }).repair(location)
  },

  async withCopy(location, use) {
    const copy = join(location, 'copy')
    await rm(copy, { recursive: true, force: true })
    await mkdir(copy)
    try {
      const names = (await list(location)).filter(
        name => databaseFile.test(name) && name !== 'lost' && name !== noteFile
      )
      for (const name of names) await copyFile(join(location, name), join(copy, name))
      return await use(copy)
    } finally {
      await rm(copy, { recursive: true, force: true })
    }
  },

  async setAside(location, stamp) {
    const names = await list(location)
    const own = names.filter(name => databaseFile.test(name))
    if (own.length === names.length) {
      const target = await unused(`${resolve(location)}.corrupt-${stamp}`)
      try {
        await rename(location, target)
        return target
      } catch {
        // The directory may be a mount point, or its parent not ours to write: its files can still be moved.
      }
    }
    const target = await unused(join(location, `${basename(resolve(location))}.corrupt-${stamp}`))
    await mkdir(target)
    for (const name of own) await rename(join(location, name), join(target, name))
    return target
  }
}

async function list(location: string): Promise<string[]> {
  try {
    return await readdir(location)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

async function size(path: string): Promise<number> {
  return (await stat(path)).size
}

async function inspectManifest(location: string, data: string[]): Promise<Condition> {
  let manifest: Uint8Array
  try {
    const current = await readFile(join(location, 'CURRENT'), 'utf8')
    if (!/^MANIFEST-\d+\n$/.test(current)) return 'manifest-lost'
    manifest = await readFile(join(location, current.trimEnd()))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'manifest-lost'
    throw error
  }
  const tables = readManifest(manifest)
  if (tables === undefined) return 'sound'
  const isUnlisted = (name: string): boolean => {
    const [, number, kind] = dataFile.exec(name)!
    return kind !== 'log' && !tables.live.has(Number(number)) && !tables.replaced.has(Number(number))
  }
  return data.some(isUnlisted) ? 'tables-unlisted' : 'sound'
}

async function tryToWrite(path: string, bytes: number): Promise<void> {
  try {
    const file = await open(path, 'w')
    try {
      await file.writeFile(new Uint8Array(bytes))
      await file.sync()
    } finally {
      await file.close()
    }
  } finally {
    await rm(path, { force: true })
  }
}

async function unused(path: string): Promise<string> {
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? path : `${path}-${i}`
    try {
      await stat(candidate)
    } catch {
      return candidate
    }
  }
}
