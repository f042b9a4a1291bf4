import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoreDiff } from '@pex/core'
import { levelStore } from '@pex/store-level'
import { storeSuite } from '@pex/testkit/store'
import { describe, expect, it } from 'vitest'
import { entryKey } from '../src/entry.ts'
import { below, inDirectory } from './place.ts'

describe('levelStore', () => {
  storeSuite(
    { describe, it, expect },
    async () => {
      const directory = await mkdtemp(join(tmpdir(), 'pex-store-'))
      const location = join(directory, 'store')
      return {
        store: () => levelStore(location, { maxEntries: 200 }),
        maxEntries: 200,
        damage: (namespace, key) =>
          below(location, async db => {
            const stored = entryKey(namespace, key)
            const value = Uint8Array.from(await db.get(stored))
            value[value.length - 1]! ^= 1
            await db.put(stored, value)
          }),
        teardown: () => rm(directory, { recursive: true, force: true })
      }
    },
    { rots: true }
  )

  it('a namespace that has outgrown its bound loads as much as the bound, and drops and counts the rest', async () =>
    inDirectory(async directory => {
      const large = levelStore(directory)
      await large.open()
      await large.save('/a', diff(1_500))
      await large.close()
      const small = levelStore(directory, { maxEntries: 100 })
      await small.open()
      const { entries, damaged } = await small.load('/a')
      expect([entries.size, damaged]).toEqual([100, 1_400])
      await small.close()
      await large.open()
      expect(await large.load('/a')).toMatchObject({ damaged: 0, entries: { size: 100 } })
      await large.close()
    }))

  it('strange entries beside ours are dropped and counted, whatever their keys and values', async () =>
    inDirectory(async directory => {
      const store = levelStore(directory)
      await store.open()
      await store.save('/a', diff(3))
      await store.close()
      await below(directory, async db => {
        for (const key of ['e["/a",', 'e["/a",1]', 'e["/a","x"] ', 'e["/a","\ufffd"]'])
          await db.put(key, new Uint8Array(9))
        const invalidUtf8 = Uint8Array.from([...new TextEncoder().encode('e["/a","'), 0xff, 0x22, 0x5d])
        await db.put(invalidUtf8 as never, new Uint8Array(), { keyEncoding: 'view' })
      })
      await store.open()
      expect(await store.load('/a')).toMatchObject({ damaged: 5, entries: { size: 3 } })
      expect(await store.load('/a')).toMatchObject({ damaged: 0, entries: { size: 3 } })
      await store.close()
    }))

  it('a value that turns up under another key is damage', async () =>
    inDirectory(async directory => {
      const store = levelStore(directory)
      await store.open()
      await store.save('/a', diff(2))
      await store.close()
      await below(directory, async db =>
        db.put(entryKey('/a', 'key 0'), await db.get(entryKey('/a', 'key 1')))
      )
      await store.open()
      const { entries, damaged } = await store.load('/a')
      expect([[...entries.keys()], damaged]).toEqual([['key 1'], 1])
      await store.close()
    }))

  it('entries that are gone without a trace are counted', async () =>
    inDirectory(async directory => {
      const store = levelStore(directory)
      await store.open()
      await store.save('/a', diff(10))
      await store.close()
      await below(directory, async db =>
        db.batch([1, 2, 3].map(i => ({ type: 'del', key: entryKey('/a', `key ${i}`) })))
      )
      await store.open()
      expect(await store.load('/a')).toMatchObject({ damaged: 3, entries: { size: 7 } })
      expect(await store.load('/a')).toMatchObject({ damaged: 0, entries: { size: 7 } })
      await store.close()
    }))

  it('saves with sync as well', async () =>
    inDirectory(async directory => {
      const store = levelStore(directory, { sync: true })
      await store.open()
      await store.save('/a', diff(10))
      expect((await store.load('/a')).entries.size).toBe(10)
      await store.close()
    }))
})

function diff(entries: number): StoreDiff {
  return {
    put: new Map(Array.from({ length: entries }, (_, i) => [`key ${i}`, Uint8Array.of(i & 255)])),
    remove: new Set()
  }
}
