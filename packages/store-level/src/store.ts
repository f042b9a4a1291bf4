/**
 * The `Store` port on level: LevelDB in Node, IndexedDB in browsers. Contract: `@pex/testkit/store`.
 *
 * Everything happens one after another, in the order of the calls. A save is one batch, so that a crash leaves the whole of
 * it or nothing; it resolves when the operating system has it, so that no crash of the process can lose it.
 */
import { PexError, limits } from '@pex/core'
import type { Clock, Loaded, Logger, Store, StoreDiff } from '@pex/core'
import { LRUCache } from 'lru-cache'
import {
  checksumIn,
  entryKey,
  entryRange,
  keyOf,
  marker,
  markerKey,
  numbersIn,
  seal,
  tallyKey,
  unseal
} from './entry.ts'
import { platform } from './platform.ts'
import { locked, openDatabase, setAside } from './recovery.ts'
import type { Database, OpenOptions, Opened, Recovery } from './recovery.ts'
import { changes, tally, total } from './space.ts'
import type { Operation, Space } from './space.ts'

export interface LevelStoreInit {
  /**
   * Entries that one namespace holds, most. A save that would go over it pushes out those written longest ago; what a load
   * finds over it is dropped and counted as damaged.
   *
   * @default 2048: twice `limits.maxKnown`, so that all a host may know of a namespace fits.
   */
  maxEntries?: number
  /**
   * Whether a save waits until the disk has it (fsync), so that not even a power cut loses it. Without it a power cut can
   * lose the last saves, never part of one; a crash or kill of the process loses nothing either way. Off by default: what a
   * host keeps here its peers tell it again, and one fsync per save is what wears out small disks.
   *
   * @default false
   */
  sync?: boolean
  /**
   * What `open` does where the disk is so full that the database cannot be opened: it fails, or it succeeds, and loads and
   * saves fail with `PEX_STORE_FAILED` until there is room; then the next one opens it. For hosts that rather begin without
   * their memory than not at all.
   *
   * @default 'fail'
   */
  whenFull?: 'fail' | 'wait'
  /** Names what is set aside after its time. @default the system's clock */
  clock?: Pick<Clock, 'now'>
  /** Hears of damage and recovery. */
  logger?: Logger
  /** Called when the database had to be repaired, or set aside and started anew. */
  onRecovery?: (recovery: Recovery) => void
}

const rawKeys = { keyEncoding: 'view' } as const
const fromUtf8 = new TextDecoder()
const toUtf8 = new TextEncoder()

/** Damaged entries that are dropped in one batch, most. Guess: bounds the memory that an overgrown database can take. */
const maxDrops = 1_024

class LevelStore implements Store {
  readonly #location: string
  readonly #options: OpenOptions
  readonly #maxEntries: number
  readonly #sync: boolean
  readonly #waits: boolean
  // Bounded by max; keyed by namespace, which this host alone chooses. A cache: what falls out is read again.
  readonly #spaces: LRUCache<string, Space> = new LRUCache({
    maxSize: 2 * limits.maxNamespaces,
    sizeCalculation: () => 1
  })
  #database: Database | undefined
  #unlock: (() => void) | undefined
  #isOpen = false
  #saves = 0
  #namespaces = 0
  /** A write has failed: what LevelDB appends to that log from now on may be lost, until it is opened again. */
  #isSuspect = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(location: string, init: LevelStoreInit, maxEntries: number) {
    const { clock = Date, logger, onRecovery, sync = false, whenFull = 'fail' } = init
    this.#location = location
    this.#options = { clock, logger, onRecovery }
    this.#maxEntries = maxEntries
    this.#sync = sync
    this.#waits = whenFull === 'wait'
  }

  async open(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isOpen) return
      this.#unlock = await platform.lock(this.#location)
      if (this.#unlock === undefined) throw locked(this.#location)
      try {
        await this.#opened()
        this.#isOpen = true
      } catch (error) {
        if (!this.#waits || !platform.isFull(error)) throw error
        this.#options.logger?.error('the store %s waits for room on its disk: %o', this.#location, error)
        this.#isOpen = true
      } finally {
        if (!this.#isOpen) this.#unlock()
      }
    })
  }

  async load(namespace: string): Promise<Loaded> {
    this.#mustBeOpen()
    return this.#inTurn(async () => {
      const toldBefore = this.#spaces.peek(namespace)?.damaged ?? 0
      const { entries, space, isHaunted } = await this.#attempt('load', () => this.#read(namespace))
      if (isHaunted && platform.recovers) {
        await this.#attempt('load', () =>
          this.#renew(new Error('what was replaced or removed has come back'))
        )
      }
      this.#spaces.set(namespace, { ...space, damaged: 0 })
      return { entries, damaged: space.damaged + toldBefore }
    })
  }

  async save(namespace: string, diff: StoreDiff): Promise<void> {
    this.#mustBeOpen()
    // Copied and sealed now: what the caller does to its bytes while this waits is its own affair.
    const sealed = new Map<string, Uint8Array>()
    for (const [key, value] of diff.put) sealed.set(key, seal(entryKey(namespace, key), value))
    const remove = new Set(diff.remove)
    return this.#inTurn(() => this.#attempt('save', () => this.#write(namespace, sealed, remove)))
  }

  async close(): Promise<void> {
    this.#isOpen = false
    return this.#inTurn(async () => {
      this.#isOpen = false
      await this.#putDown()
      this.#unlock?.()
      this.#unlock = undefined
    })
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task)
    this.#last = result.catch(() => {})
    return result
  }

  #mustBeOpen(): void {
    if (!this.#isOpen) throw new PexError('PEX_STORE_CLOSED', `the store ${this.#location} is not open`)
  }

  /** Runs a step; the database's own errors become ours. */
  async #attempt<T>(what: string, step: () => Promise<T>): Promise<T> {
    try {
      try {
        return await step()
      } catch (cause) {
        if (!platform.isDamage(cause)) throw cause
        // Opening has read everything through, and yet a damaged block may show only when it is searched.
        await this.#renew(cause)
        return await step()
      }
    } catch (cause) {
      if (cause instanceof PexError) throw cause
      this.#isSuspect = true
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new PexError('PEX_STORE_FAILED', `cannot ${what} in the store ${this.#location}: ${why}`, {
        cause
      })
    }
  }

  async #opened(): Promise<Database> {
    return this.#database ?? this.#take(await openDatabase(this.#location, this.#options))
  }

  #take({ database, saves, namespaces }: Opened): Database {
    this.#database = database
    this.#saves = saves
    this.#namespaces = namespaces
    this.#isSuspect = false
    return database
  }

  async #renew(cause: unknown): Promise<void> {
    await this.#putDown()
    this.#take(await setAside(this.#location, cause, this.#options))
  }

  async #putDown(): Promise<void> {
    const database = this.#database
    this.#database = undefined
    this.#spaces.clear()
    await database?.close()
  }

  /**
   * Reads a namespace and drops what is damaged. A database is haunted where that does not help, or an old value shows with
   * a sound checksum: in LevelDB a flipped bit in an entry's sequence number puts it before everything written later.
   */
  async #read(
    namespace: string
  ): Promise<{ entries: Map<string, Uint8Array>; space: Space; isHaunted: boolean }> {
    const database = await this.#opened()
    const entries = new Map<string, Uint8Array>()
    const sums = new Map<string, number>()
    const drops: Uint8Array[] = []
    let damaged = 0
    for await (const [stored, sealed] of database.iterator({ ...entryRange(namespace), ...rawKeys })) {
      const text = fromUtf8.decode(stored)
      const key = keyOf(namespace, text)
      const payload = key === undefined || entries.size >= this.#maxEntries ? undefined : unseal(text, sealed)
      if (key === undefined || payload === undefined) {
        damaged++
        drops.push(stored)
        if (drops.length === maxDrops) await this.#drop(database, drops.splice(0))
      } else {
        entries.set(key, payload)
        sums.set(key, checksumIn(sealed))
      }
    }
    const found: Uint8Array | undefined = await database.get(tallyKey(namespace))
    const [expected, sum] = numbersIn(tallyKey(namespace), found, 2)
    const hasTally = found !== undefined
    const isOff = (hasTally || entries.size > 0) && (expected !== entries.size || sum !== total(sums))
    let isHaunted = isOff && damaged === 0 && expected === entries.size
    if (drops.length > 0 || isOff) await this.#drop(database, drops, tally(namespace, sums))
    for (const key of drops) isHaunted ||= await database.has(key, rawKeys)
    damaged = Math.max(damaged, (expected ?? 0) - entries.size)
    return { entries, space: { sums, hasTally, damaged }, isHaunted }
  }

  /** Drops damaged entries. Where that fails they are still skipped, and the next load meets them again. */
  async #drop(database: Database, keys: readonly Uint8Array[], ...operations: Operation[]): Promise<void> {
    const raw = [
      ...keys.map(key => ({ type: 'del', key }) as const),
      ...operations.map(operation => ({ ...operation, key: toUtf8.encode(operation.key) }))
    ]
    try {
      await database.batch<Uint8Array, Uint8Array>(raw, rawKeys)
    } catch (error) {
      this.#isSuspect = true
      this.#options.logger?.error('cannot drop damaged entries from the store %s: %o', this.#location, error)
    }
  }

  async #write(
    namespace: string,
    sealed: Map<string, Uint8Array>,
    remove: ReadonlySet<string>
  ): Promise<void> {
    if (this.#isSuspect && this.#database !== undefined) {
      // First see that opening can succeed: while it cannot, what is open can at least be read.
      await platform.checkDisk(this.#location, 'logs')
      await this.#putDown()
    }
    const database = await this.#opened()
    const space = this.#spaces.get(namespace) ?? (await this.#read(namespace)).space
    const { sums, operations } = changes(namespace, space.sums, sealed, remove, this.#maxEntries)
    if (operations.length === 0) return
    const saves = this.#saves + 1
    const namespaces = this.#namespaces + (space.hasTally ? 0 : 1)
    operations.push(tally(namespace, sums), { type: 'put', key: markerKey, value: marker(saves, namespaces) })
    await database.batch(operations, { sync: this.#sync })
    this.#saves = saves
    this.#namespaces = namespaces
    this.#spaces.set(namespace, { sums, hasTally: true, damaged: space.damaged })
  }
}

/**
 * Makes a store at a location: a directory in Node (made where it is missing), the name of a database in browsers. A store
 * that was closed can be opened again.
 *
 * `open` fails with `PEX_STORE_LOCKED` where another process (or tab) has it, and with `PEX_STORE_FAILED` where the disk is
 * full (unless told to wait), the directory not writable, or not a store; damage is no failure. `save` fails with `PEX_STORE_FAILED` when the disk
 * is full: loads go on, and saves succeed again when there is room.
 *
 * Fails with `PEX_INVALID_PARAMETER` for an empty location, or a bound that is not a whole number above 0.
 */
export function levelStore(location: string, init: LevelStoreInit = {}): Store {
  const { maxEntries = 2 * limits.maxKnown } = init
  if (location === '') throw new PexError('PEX_INVALID_PARAMETER', 'the location of the store is empty')
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
    throw new PexError(
      'PEX_INVALID_PARAMETER',
      `maxEntries is ${maxEntries}: it must be a whole number above 0`
    )
  }
  return new LevelStore(location, init, maxEntries)
}
