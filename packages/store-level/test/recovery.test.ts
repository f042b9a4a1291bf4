import { cp, mkdir, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { levelStore } from '@pex/store-level'
import type { LevelStoreInit, Recovery } from '@pex/store-level'
import { describe, expect, it } from 'vitest'
import { entryKey, fromNumbers, marker, markerKey, seal } from '../src/entry.ts'
import { changes, tally } from '../src/space.ts'
import { below, filesOf, inDirectory } from './place.ts'

const clock = { now: () => Date.UTC(2026, 10, 20, 18, 20) }
const keys = Array.from({ length: 300 }, (_, i) => `key ${i}`)
const value = (i: number, session: number) => new Uint8Array(200).map((_, j) => (i * 7 + j * session) & 255)

/** 300 entries in two tables and a log: three sessions, each of which writes a third. */
async function fill(location: string): Promise<void> {
  for (const session of [0, 1, 2]) {
    const store = levelStore(location)
    await store.open()
    const third = keys.map((key, i) => [key, value(i, session)] as const).filter((_, i) => i % 3 === session)
    await store.save('/a', { put: new Map(third), remove: new Set() })
    await store.close()
  }
}

async function load(location: string, init: LevelStoreInit = {}) {
  const recoveries: Recovery[] = []
  const store = levelStore(location, { clock, onRecovery: recovery => recoveries.push(recovery), ...init })
  await store.open()
  const { entries, damaged } = await store.load('/a')
  for (const [key, bytes] of entries) {
    const i = keys.indexOf(key)
    expect([...bytes]).toEqual([...value(i, i % 3)])
  }
  await store.save('/a', { put: new Map(), remove: new Set() })
  await store.close()
  return { size: entries.size, damaged, recoveries, kinds: recoveries.map(({ kind }) => kind) }
}

const manifest = async (location: string) => (await filesOf(location, /^MANIFEST/))[0]!

/** What happens to a directory, and what is found after it: how many entries at least, and by what way. */
const harms: [name: string, harm: (location: string) => Promise<void>, least: number, way: string[]][] = [
  ['nothing', async () => {}, 300, []],
  ['CURRENT is deleted', location => rm(join(location, 'CURRENT')), 300, ['repaired']],
  ['CURRENT is emptied', location => truncate(join(location, 'CURRENT')), 300, ['repaired']],
  [
    'CURRENT names a manifest that is not there',
    location => writeFile(join(location, 'CURRENT'), 'MANIFEST-000099\n'),
    300,
    ['repaired']
  ],
  ['the manifest is deleted', async location => rm(await manifest(location)), 300, ['repaired']],
  ['the manifest is emptied', async location => truncate(await manifest(location)), 300, ['repaired']],
  [
    'a byte of the manifest is flipped',
    async location => flip(await manifest(location), 30),
    300,
    ['repaired']
  ],
  ['a table is removed', async location => rm((await filesOf(location, /\.ldb$/))[0]!), 200, ['repaired']],
  [
    'a table is emptied',
    async location => truncate((await filesOf(location, /\.ldb$/))[0]!),
    200,
    ['repaired']
  ],
  ['the log is removed', async location => rm((await filesOf(location, /\.log$/))[0]!), 200, []]
]

async function flip(file: string, at: number, bit = 1): Promise<void> {
  const bytes = await readFile(file)
  bytes[at]! ^= bit
  await writeFile(file, bytes)
}

describe('after damage to the files', () => {
  it.each(harms)('when %s, the store opens with all that can be found', async (_, harm, least, way) =>
    inDirectory(async directory => {
      const location = join(directory, 'store')
      await fill(location)
      await harm(location)
      const first = await load(location)
      expect(first.size).toBeGreaterThanOrEqual(least)
      expect(first.kinds).toEqual(way)
      expect(await load(location)).toMatchObject({ size: first.size, damaged: 0, kinds: [] })
    })
  )

  it('what a lost table takes with it is counted as damaged', async () =>
    inDirectory(async directory => {
      await fill(directory)
      await rm((await filesOf(directory, /\.ldb$/))[0]!)
      expect(await load(directory)).toMatchObject({ size: 200, damaged: 100 })
    }))

  it(
    'wherever the manifest is cut off, everything is found',
    async () =>
      inDirectory(async directory => {
        const location = join(directory, 'store')
        await fillLong(location)
        const { length } = await readFile(await manifest(location))
        let repairs = 0
        for (let at = 0; at < length; at += 29) {
          const cut = join(directory, `cut ${at}`)
          await cp(location, cut, { recursive: true })
          await truncate(await manifest(cut), at)
          const recoveries: Recovery[] = []
          const store = levelStore(cut, { onRecovery: recovery => recoveries.push(recovery) })
          await store.open()
          const { entries, damaged } = await store.load('/long')
          const once = await store.load('/once')
          await store.close()
          expect([once.entries.size, once.damaged], `cut at ${at} of ${length}`).toEqual([longKeys, 0])
          expect([entries.size + damaged, damaged], `cut at ${at} of ${length}`).toEqual([longKeys, 0])
          for (const bytes of entries.values())
            expect(bytes[0], `cut at ${at} of ${length}`).toBe(longRounds - 1)
          repairs += recoveries.filter(({ kind }) => kind === 'repaired').length
          await rm(cut, { recursive: true })
        }
        expect(repairs).toBeGreaterThan(0)
      }),
    60_000
  )

  it(
    'a save that only the lost end of the manifest told of is found',
    async () =>
      inDirectory(async directory => {
        const location = join(directory, 'store')
        await saveOnce(location)
        const { length } = await readFile(await manifest(location))
        for (let at = 0; at < length; at += 3) {
          const cut = join(directory, 'cut')
          await cp(location, cut, { recursive: true })
          await truncate(await manifest(cut), at)
          const store = levelStore(cut)
          await store.open()
          expect([...(await store.load('/once')).entries.get('key')!], `cut at ${at} of ${length}`).toEqual([
            2
          ])
          await store.close()
          await rm(cut, { recursive: true })
        }
      }),
    60_000
  )

  it('an old value that has come back is noticed, and the database written anew', async () =>
    inDirectory(async directory => {
      const location = join(directory, 'store')
      const recoveries: Recovery[] = []
      const store = levelStore(location, { onRecovery: recovery => recoveries.push(recovery) })
      const save = (...entries: [string, number][]) =>
        store.save('/a', {
          put: new Map(entries.map(([key, n]) => [key, Uint8Array.of(n)])),
          remove: new Set()
        })
      await store.open()
      await save(['one', 1], ['two', 2])
      await save(['one', 3])
      await store.close()
      const stored = entryKey('/a', 'one')
      await below(location, db => db.put(stored, seal(stored, Uint8Array.of(1))))
      await store.open()
      await store.load('/a')
      expect(recoveries).toMatchObject([{ kind: 'set-aside', entries: 2 }])
      await save(['two', 4])
      const { entries, damaged } = await store.load('/a')
      expect([Object.fromEntries(entries), damaged]).toEqual([
        { one: Uint8Array.of(1), two: Uint8Array.of(4) },
        0
      ])
      expect(recoveries.length).toBe(1)
      await store.close()
    }))

  it(
    'a flipped byte anywhere in the log costs at most what it hit, and the host starts',
    async () =>
      inDirectory(async directory => {
        const location = join(directory, 'store')
        await fill(location)
        const [log] = await filesOf(location, /\.log$/)
        const { length } = await readFile(log!)
        for (let at = 0; at < length; at += 997) {
          const flipped = join(directory, `flipped ${at}`)
          await cp(location, flipped, { recursive: true })
          await flip((await filesOf(flipped, /\.log$/))[0]!, at)
          const { size, kinds } = await load(flipped)
          expect(size).toBeGreaterThanOrEqual(200)
          expect(kinds).toEqual([])
          await rm(flipped, { recursive: true })
        }
      }),
    30_000
  )
})

/** Two saves to one key, of which the second stands in a table that the last edit of the manifest names; the log is empty. */
async function saveOnce(location: string): Promise<void> {
  const store = levelStore(location)
  await store.open()
  await store.save('/once', { put: new Map([['key', Uint8Array.of(1)]]), remove: new Set() })
  await store.close()
  await below(location, async db => {
    const put = new Map([['key', seal(entryKey('/once', 'key'), Uint8Array.of(2))]])
    const { sums, operations } = changes('/once', new Map(), put, new Set(), 9)
    const last = { type: 'put', key: markerKey, value: marker(2, 1) } as const
    await db.batch([...operations, tally('/once', sums), last])
    // Makes a table of the log; in this range there is nothing to compact.
    const { compactRange } = db as unknown as { compactRange(start: string, end: string): Promise<void> }
    await compactRange.call(db, 'x', 'y')
  })
}

const longKeys = 120
const longRounds = 40

/** One session that writes 10 MB over the same keys, so that its manifest has an edit for every table that came and went. */
async function fillLong(location: string): Promise<void> {
  const store = levelStore(location)
  await store.open()
  for (let round = 0; round < longRounds; round++) {
    const names = Array.from({ length: longKeys }, (_, i) => `key ${i}`)
    const put = new Map(names.map(name => [name, new Uint8Array(2_048).fill(round, 0, 1)]))
    await store.save('/long', { put, remove: new Set() })
    // Written once, in the middle, and so to be found in one table alone.
    if (round === 20) await store.save('/once', { put, remove: new Set() })
  }
  await store.close()
}

describe('beyond repair', () => {
  it('the database is set aside under its time, whole, and the store starts empty and works', async () =>
    inDirectory(async directory => {
      const location = join(directory, 'store')
      await fill(location)
      const before = (await readdir(location)).filter(name => name.endsWith('ldb'))
      // A directory where LevelDB wants a file: neither open nor repair gets past it.
      await rm(join(location, 'CURRENT'))
      await mkdir(join(location, 'CURRENT', 'in the way'), { recursive: true })
      const errors: unknown[] = []
      const logger = Object.assign(() => {}, { error: (message: string) => errors.push(message) })
      const { size, damaged, recoveries } = await load(location, { logger })
      expect([size, damaged, errors.length]).toEqual([0, 0, 1])
      const movedTo = join(directory, 'store.corrupt-2026-11-20T18-20-00.000Z')
      expect(recoveries).toMatchObject([{ kind: 'set-aside', location, movedTo }])
      expect(await readdir(movedTo)).toEqual(expect.arrayContaining([...before, 'CURRENT']))
      await fill(location)
      expect(await load(location)).toMatchObject({ size: 300, damaged: 0, kinds: [] })
    }))

  it('a second one at the same time gets a name of its own', async () =>
    inDirectory(async directory => {
      const location = join(directory, 'store')
      for (const name of [
        'store.corrupt-2026-11-20T18-20-00.000Z',
        'store.corrupt-2026-11-20T18-20-00.000Z-2'
      ]) {
        await fill(location)
        await rm(join(location, 'CURRENT'))
        await mkdir(join(location, 'CURRENT', 'in the way'), { recursive: true })
        expect((await load(location)).recoveries).toMatchObject([{ movedTo: join(directory, name) }])
      }
    }))

  it("what is not the database's own stays where it is", async () =>
    inDirectory(async directory => {
      await fill(directory)
      await writeFile(join(directory, 'identity.key'), 'mine')
      await rm(join(directory, 'CURRENT'))
      await mkdir(join(directory, 'CURRENT', 'in the way'), { recursive: true })
      const { recoveries } = await load(directory)
      expect(recoveries).toMatchObject([{ kind: 'set-aside' }])
      expect(await readFile(join(directory, 'identity.key'), 'utf8')).toBe('mine')
    }))
})

describe('what is no damage is left untouched', () => {
  it('a location that is a file fails with PEX_STORE_FAILED', async () =>
    inDirectory(async directory => {
      const location = join(directory, 'file')
      await writeFile(location, 'mine')
      await expect(levelStore(location).open()).rejects.toMatchObject({ code: 'PEX_STORE_FAILED' })
      expect(await readFile(location, 'utf8')).toBe('mine')
      expect(await readdir(directory)).toEqual(['file'])
    }))

  it("another application's database fails with PEX_STORE_FAILED and keeps its entries", async () =>
    inDirectory(async directory => {
      await below(directory, db => db.put('theirs', Uint8Array.of(1)))
      await expect(levelStore(directory).open()).rejects.toMatchObject({ code: 'PEX_STORE_FAILED' })
      await below(directory, async db => expect([...(await db.get('theirs'))]).toEqual([1]))
      expect(await readdir(directory)).not.toContain('lost')
    }))

  it('a database of a newer version fails with PEX_STORE_FAILED', async () =>
    inDirectory(async directory => {
      await fill(directory)
      await below(directory, db => db.put(markerKey, seal(markerKey, fromNumbers(2, 0, 0))))
      await expect(levelStore(directory).open()).rejects.toMatchObject({ code: 'PEX_STORE_FAILED' })
    }))

  it('a store that is open already fails with PEX_STORE_LOCKED, and the first one works on', async () =>
    inDirectory(async directory => {
      const store = levelStore(directory)
      await store.open()
      await store.save('/a', { put: new Map([['key 0', value(0, 0)]]), remove: new Set() })
      await expect(levelStore(directory).open()).rejects.toMatchObject({
        code: 'PEX_STORE_LOCKED',
        message: expect.stringContaining(directory)
      })
      expect((await store.load('/a')).entries.size).toBe(1)
      await store.close()
    }))

  it('a damaged database that another process has open is not repaired under its feet', async () =>
    inDirectory(async directory => {
      await fill(directory)
      const store = levelStore(directory)
      await store.open()
      await rm(join(directory, 'CURRENT'))
      await expect(levelStore(directory).open()).rejects.toMatchObject({ code: 'PEX_STORE_LOCKED' })
      expect(await readdir(directory)).not.toContain('lost')
      await store.close()
      expect(await load(directory)).toMatchObject({ size: 300, kinds: ['repaired'] })
    }))

  it('a lost marker is noticed and written again; nothing is lost', async () =>
    inDirectory(async directory => {
      await fill(directory)
      await below(directory, db => db.del(markerKey))
      expect(await load(directory)).toMatchObject({ size: 300, damaged: 0, kinds: ['repaired'] })
      expect(await load(directory)).toMatchObject({ size: 300, damaged: 0, kinds: [] })
    }))

  it('a start that was killed before anything was written is no damage', async () =>
    inDirectory(async directory => {
      await writeFile(join(directory, 'MANIFEST-000001'), '')
      await writeFile(join(directory, '000003.log'), '')
      expect(await load(directory)).toMatchObject({ size: 0, damaged: 0, kinds: [] })
    }))

  it.each(['', 0, -1, 1.5, Number.NaN])('%j is refused as a location or as a bound', bad => {
    const make = () => (typeof bad === 'string' ? levelStore(bad) : levelStore('x', { maxEntries: bad }))
    expect(make).toThrow(expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' }))
  })
})
