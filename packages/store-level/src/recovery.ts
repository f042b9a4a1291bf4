/**
 * Opening the database so that the host always starts: open and verify → else repair, once → else set aside under a new name
 * and start with what can still be read, loudly. Nothing is ever deleted. Only what the *database* did is answered so: a full disk, a missing
 * permission or another process is no damage, and fails with what is there left untouched.
 */
import { PexError } from '@pex/core'
import type { Clock, Logger } from '@pex/core'
import { Level } from 'level'
import {
  checksumIn,
  entryRange,
  isEntry,
  isOurs,
  layout,
  marker,
  markerKey,
  namespaceOf,
  numbersIn,
  unseal
} from './entry.ts'
import { platform } from './platform.ts'
import type { Condition } from './platform.ts'

export type Database = Level<string, Uint8Array>

/** A database that could not be opened as it was, and what became of it. */
export type Recovery =
  /** LevelDB's repair brought it back; entries may still be missing, and are then counted as damaged on load. */
  | { readonly kind: 'repaired'; readonly location: string; readonly cause: unknown }
  /** It stands under `movedTo` for a person to look at; the store started with those entries that could be read. */
  | {
      readonly kind: 'set-aside'
      readonly location: string
      readonly movedTo: string
      readonly entries: number
      readonly cause: unknown
    }

export interface OpenOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly logger?: Logger | undefined
  readonly onRecovery?: ((recovery: Recovery) => void) | undefined
}

/**
 * LevelDB's log and its cache grow to this, bytes. Derived: a full view and memory of a namespace take 200 KiB; its own
 * defaults of 4 and 8 MiB are room on the disk and memory that nothing here would use.
 */
const bufferBytes = 524_288

/** A database that is open and verified. */
export interface Opened {
  readonly database: Database
  /** How many saves it has seen. */
  readonly saves: number
  /** How many namespaces have a tally. */
  readonly namespaces: number
}

/**
 * After so many openings that ended with their process, one right after another within ten minutes, the next does not touch
 * the database: a third start then succeeds. LevelDB answers some damage with an abort that nothing here can catch.
 */
const mostDeaths = 2

/** Opens the database, recovering it where it has to. Fails with `PEX_STORE_LOCKED` or `PEX_STORE_FAILED`. */
export async function openDatabase(location: string, options: OpenOptions): Promise<Opened> {
  const deaths = await platform.begin(location, options.clock.now())
  try {
    if (deaths < mostDeaths) return await openOrRecover(location, options)
    const cause = new Error(`${deaths} processes have died while they opened it`)
    return await setAside(location, cause, options, 'untouched')
  } finally {
    await platform.end(location)
  }
}

async function openOrRecover(location: string, options: OpenOptions): Promise<Opened> {
  let condition: Condition = 'sound'
  const opened = await orError(location, async () => {
    condition = await platform.inspect(location)
    if (condition === 'empty' || condition === 'sound') return attempt(location, condition)
    throw new Error(condition)
  })
  if ('database' in opened) return opened
  if (!platform.recovers) throw failed(location, opened.cause)
  await mustBeUsable(location)
  // It opens, and something in it cannot be read. LevelDB's repair would go through the same blocks, and of 100 flipped bits
  // one makes it abort the process.
  if (platform.isDamage(opened.cause)) return setAside(location, opened.cause, options)
  if ((condition as Condition) === 'tables-unlisted' && (await isLeftover(location))) {
    const plain = await orError(location, () => attempt(location, 'sound'))
    if ('database' in plain) return plain
  }
  const repaired = await orError(location, async () => {
    await platform.repair(location)
    return attempt(location, 'repaired')
  })
  if ('cause' in repaired) return setAside(location, repaired.cause, options)
  tell({ kind: 'repaired', location, cause: opened.cause }, options)
  return repaired
}

/**
 * Whether the tables that the manifest does not list are only what a crash left of a compaction, and not lost from the
 * manifest: tried on copies, because plain opening deletes such tables, and repair brings back what was removed. They are
 * left over when without them every namespace is whole and no save is missing.
 */
async function isLeftover(location: string): Promise<boolean> {
  try {
    const plain = await platform.withCopy(location, async copy => survey(await attempt(copy, 'sound')))
    const repaired = await platform.withCopy(location, async copy => {
      await platform.repair(copy)
      return survey(await attempt(copy, 'repaired'))
    })
    return plain.isWhole && plain.saves >= repaired.saves
  } catch {
    // A copy that does not open, or no room for one: repair decides.
    return false
  }
}

/** Whether every namespace is there, as whole and as new as it should be. Closes the database. */
async function survey({ database, saves, namespaces }: Opened): Promise<{ isWhole: boolean; saves: number }> {
  try {
    const [, , expected] = numbersIn(markerKey, await database.get(markerKey), 3)
    let isWhole = namespaces === expected
    for await (const [key, value] of database.iterator({ gte: 'n', lt: 'o' })) {
      const namespace = namespaceOf(key)
      const range = namespace === undefined ? { limit: 0 } : entryRange(namespace)
      let entries = 0
      let sum = 0
      for await (const sealed of database.values<Uint8Array, Uint8Array>({ ...range, keyEncoding: 'view' })) {
        entries++
        sum = (sum + (sealed.length < 4 ? 0 : checksumIn(sealed))) >>> 0
      }
      const tally = numbersIn(key, value, 2)
      isWhole &&= tally[0] === entries && tally[1] === sum
    }
    return { isWhole, saves }
  } finally {
    await database.close()
  }
}

/**
 * Sets a database that is closed aside, and opens a new one with those of its entries that can be read, or without any where
 * the old one shall stay untouched.
 */
export async function setAside(
  location: string,
  cause: unknown,
  options: OpenOptions,
  old: 'readable' | 'untouched' = 'readable'
): Promise<Opened> {
  await mustBeUsable(location)
  const stamp = new Date(options.clock.now()).toISOString().replaceAll(':', '-')
  let movedTo = ''
  let entries = 0
  const result = await orError(location, async () => {
    movedTo = await platform.setAside(location, stamp)
    if (old === 'readable') entries = await carryOver(movedTo, location)
    return attempt(location, 'repaired')
  })
  if ('cause' in result) throw failed(location, result.cause)
  tell({ kind: 'set-aside', location, movedTo, entries, cause }, options)
  return result
}

/**
 * Copies all that can be read and is sound into a new database: forwards until a block that cannot be read, then backwards
 * from the end. What is missing, the tallies tell when it is loaded. Resolves to the number of entries.
 */
async function carryOver(from: string, to: string): Promise<number> {
  const source = level(from, false)
  const target = level(to, true)
  let entries = 0
  try {
    await target.open()
    for (const reverse of [false, true]) {
      try {
        await source.open()
        for await (const [key, value] of source.iterator({ reverse })) {
          if (!isOurs(key) || unseal(key, value) === undefined || (await target.has(key))) continue
          if (isEntry(key)) entries++
          await target.put(key, value)
        }
        break
      } catch {
        // Nothing more can be read from this end.
      }
    }
  } finally {
    await source.close()
    await target.close()
  }
  return entries
}

function level(location: string, createIfMissing: boolean): Database {
  const buffers = { writeBufferSize: bufferBytes, cacheSize: bufferBytes }
  return new Level(location, { valueEncoding: 'view', createIfMissing, ...buffers })
}

/** What a way of opening came to; errors that no recovery could mend are thrown. */
async function orError(
  location: string,
  way: () => Promise<Opened>
): Promise<Opened | { readonly cause: unknown }> {
  try {
    return await way()
  } catch (error) {
    if (error instanceof PexError) throw error
    if (platform.isLocked(error)) throw locked(location, error)
    return { cause: error }
  }
}

async function mustBeUsable(location: string): Promise<void> {
  try {
    await platform.checkDisk(location, 'all')
    await platform.checkLock(location)
  } catch (error) {
    throw platform.isLocked(error) ? locked(location, error) : failed(location, error)
  }
}

/** Opens once and verifies: everything can be read, and the marker is there. Closes again where that fails. */
async function attempt(location: string, condition: 'empty' | 'sound' | 'repaired'): Promise<Opened> {
  const database = level(location, condition !== 'sound')
  try {
    await database.open()
    const { entries, ours, namespaces } = await readThrough(database)
    if (entries > 0 && ours === 0) {
      throw new PexError(
        'PEX_STORE_FAILED',
        `${location} holds another application's database: choose another place`
      )
    }
    const found: Uint8Array | undefined = await database.get(markerKey)
    const [version = 0, saves = 0] = numbersIn(markerKey, found, 3)
    if (version > layout) {
      throw new PexError(
        'PEX_STORE_FAILED',
        `${location} was written by a newer version: update, or choose another place`
      )
    }
    if (found === undefined && condition === 'sound') throw new Error('marker-lost')
    if (version === 0) await database.put(markerKey, marker(0, namespaces))
    return { database, saves, namespaces }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Reads everything once, so that a block that cannot be read shows now, when it can still be repaired, and not later. */
async function readThrough(
  database: Database
): Promise<{ entries: number; ours: number; namespaces: number }> {
  let entries = 0
  let ours = 0
  let namespaces = 0
  for await (const [key] of database.iterator()) {
    entries++
    if (isOurs(key)) ours++
    if (namespaceOf(key) !== undefined) namespaces++
  }
  return { entries, ours, namespaces }
}

/** The failure for a location that somebody else uses. */
export function locked(location: string, cause?: unknown): PexError {
  const message = `the store ${location} is in use, most likely by another process: stop that one, or choose another place`
  return new PexError('PEX_STORE_LOCKED', message, { cause })
}

function failed(location: string, cause: unknown): PexError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new PexError('PEX_STORE_FAILED', `the store ${location} cannot be opened: ${why}`, { cause })
}

function tell(recovery: Recovery, { logger, onRecovery }: OpenOptions): void {
  if (recovery.kind === 'repaired') {
    logger?.error('the store %s was damaged and has been repaired: %o', recovery.location, recovery.cause)
  } else {
    logger?.error(
      'the store %s was damaged: it stands at %s, and a new one starts with %d of its entries: %o',
      recovery.location,
      recovery.movedTo,
      recovery.entries,
      recovery.cause
    )
  }
  try {
    onRecovery?.(recovery)
  } catch (error) {
    // The database is open and sound: a listener's fault must not take that away.
    logger?.error('a listener for the recovery of the store %s failed: %o', recovery.location, error)
  }
}
