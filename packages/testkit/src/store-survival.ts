/** The claims about order, closing, reopening and rot. */
import { below, chance } from '@pex/core'
import type { Store, StoreDiff } from '@pex/core'
import { seeded } from './chance.ts'
import { bytes, put, remove, sorted } from './store-place.ts'
import type { Suite } from './store-place.ts'

export const order: Suite = ({ describe, it, expect }, using) => {
  describe('does things one after another', () => {
    it(
      'of saves under way at once, each is applied, and the last call wins',
      using(async store => {
        const saves = Array.from({ length: 50 }, (_, i) =>
          store.save(
            '/a',
            put([
              ['same', bytes(i)],
              [`own ${i}`, bytes(i)]
            ])
          )
        )
        await Promise.all([...saves, store.save('/b', put([['same', bytes(99)]]))])
        const { entries } = await store.load('/a')
        expect(entries.size).toBe(51)
        expect([...entries.get('same')!]).toEqual([49])
        expect(sorted((await store.load('/b')).entries)).toEqual([['same', [99]]])
      })
    )
    it(
      'a load sees the whole of a diff or nothing of it, and every save that was called before it',
      using(async store => {
        const rounds = Array.from({ length: 30 }, (_, i) => {
          const put = new Map([
            ['x', bytes(i)],
            [`y ${i}`, bytes(i)]
          ])
          return Promise.all([
            store.load('/a'),
            store.save('/a', { put, remove: new Set([`y ${i - 1}`]) }),
            store.load('/a')
          ])
        })
        for (const [i, [before, , { entries }]] of (await Promise.all(rounds)).entries()) {
          if (i > 0)
            expect(sorted(before.entries)).toEqual([
              ['x', [i - 1]],
              [`y ${i - 1}`, [i - 1]]
            ])
          expect(sorted(entries)).toEqual([
            ['x', [i]],
            [`y ${i}`, [i]]
          ])
        }
      })
    )
  })
}

export const lifecycle: Suite = ({ describe, it, expect }, using) => {
  describe('opens and closes', () => {
    it(
      'close lets the saves under way complete first',
      using(
        async store => {
          const saves = Array.from({ length: 20 }, (_, i) => store.save('/a', put([[`key ${i}`, bytes(i)]])))
          await Promise.all([...saves, store.close()])
        },
        async store => {
          expect((await store.load('/a')).entries.size).toBe(20)
        }
      )
    )
    it(
      'open and close may be called again',
      using(async store => {
        await store.save('/a', put([['key', bytes(1)]]))
        await Promise.all([store.open(), store.open()])
        expect((await store.load('/a')).entries.size).toBe(1)
        await Promise.all([store.close(), store.close()])
        await store.close()
      })
    )
    it(
      'a store that is closed fails with PEX_STORE_CLOSED until it is opened again',
      using(async store => {
        await store.save('/a', put([['key', bytes(1)]]))
        await store.close()
        await expect(store.load('/a')).rejects.toMatchObject({ code: 'PEX_STORE_CLOSED' })
        await expect(store.save('/a', put([]))).rejects.toMatchObject({ code: 'PEX_STORE_CLOSED' })
        await store.open()
        expect((await store.load('/a')).entries.size).toBe(1)
      })
    )
  })
}

export const survival: Suite = ({ describe, it, expect }, using) => {
  describe('survives', () => {
    it(
      'what was saved is there after closing and opening again, and what was removed is not',
      using(
        async store => {
          await store.save(
            '/a',
            put([
              ['kept', bytes(1, 2, 3)],
              ['gone', bytes(4)]
            ])
          )
          await store.save('/a', remove('gone'))
          await store.save('', put([['host', bytes(5)]]))
        },
        async store => {
          expect(sorted((await store.load('/a')).entries)).toEqual([['kept', [1, 2, 3]]])
          expect(sorted((await store.load('')).entries)).toEqual([['host', [5]]])
        }
      )
    )
    it(
      'any history of saves, loads and reopenings ends as the model says',
      using(async store => {
        const rng = seeded(20_261_120)
        // Bounded by the keys that the loop draws: 3 namespaces of 12.
        const model = new Map<string, Map<string, Uint8Array>>()
        for (let step = 0; step < 200; step++) {
          const namespace = `/${below(rng, 3)}`
          const held = model.get(namespace) ?? new Map<string, Uint8Array>()
          model.set(namespace, held)
          const diff = randomDiff(rng)
          await store.save(namespace, diff)
          for (const key of diff.remove) held.delete(key)
          for (const [key, value] of diff.put) held.set(key, value)
          if (chance(rng, 0.1)) {
            await store.close()
            await store.open()
          }
          expect(sorted((await store.load(namespace)).entries), `step ${step}`).toEqual(sorted(held))
        }
      })
    )
  })
}

function randomDiff(rng: () => number): StoreDiff {
  const keys = Array.from({ length: below(rng, 5) }, () => `key ${below(rng, 12)}`)
  const put = keys.map((key): [string, Uint8Array] => [
    key,
    Uint8Array.from({ length: below(rng, 20) }, () => rng())
  ])
  const remove = Array.from({ length: below(rng, 4) }, () => `key ${below(rng, 12)}`)
  return { put: new Map(put), remove: new Set(remove) }
}

export const rot: Suite = ({ describe, it, expect }, using) => {
  const keys = Array.from({ length: 100 }, (_, i) => `key ${i}`)
  const fill = async (store: Store): Promise<void> => {
    await store.save('/a', put(keys.map((key, i): [string, Uint8Array] => [key, bytes(i, i, i)])))
    await store.save('/ab', put([['key 0', bytes(7)]]))
  }
  describe('lives with rot', () => {
    for (const count of [1, 50, 100]) {
      it(
        `${count} damaged of 100 entries are skipped, counted and dropped, and all others are unharmed`,
        using(
          fill,
          async (store, place) => {
            await store.close()
            for (const key of keys.slice(0, count)) await place.damage?.('/a', key)
          },
          async store => {
            const { entries, damaged } = await store.load('/a')
            expect(damaged).toBe(count)
            expect([...entries.keys()].toSorted()).toEqual(keys.slice(count).toSorted())
            for (const [i, key] of keys.entries()) {
              if (i >= count) expect([...entries.get(key)!]).toEqual([i, i, i])
            }
            expect(await store.load('/ab')).toMatchObject({ damaged: 0 })
            expect((await store.load('/a')).damaged, 'the second time they are gone').toBe(0)
          },
          async store => {
            expect((await store.load('/a')).damaged, 'gone after a restart, too').toBe(0)
            await fill(store)
            const { entries, damaged } = await store.load('/a')
            expect([entries.size, damaged]).toEqual([100, 0])
          }
        )
      )
    }
    it(
      'damage that a save has covered is no damage; damage beside it is still counted',
      using(
        fill,
        async (store, place) => {
          await store.close()
          for (const key of keys.slice(0, 10)) await place.damage?.('/a', key)
        },
        async store => {
          await store.save(
            '/a',
            put([
              ['key 0', bytes(1)],
              ['new', bytes(2)]
            ])
          )
          const { entries, damaged } = await store.load('/a')
          expect(entries.size).toBe(92)
          expect(damaged).toBeGreaterThanOrEqual(9)
          expect([...entries.get('key 0')!]).toEqual([1])
        },
        async store => {
          const { entries, damaged } = await store.load('/a')
          expect([entries.size, damaged]).toEqual([92, 0])
        }
      )
    )
  })
}
