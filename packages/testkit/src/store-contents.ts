/** The claims about what a store holds: values, changes to them, and the names under which they stand. */
import { bytes, put, remove, sorted } from './store-place.ts'
import type { Suite } from './store-place.ts'

/** Bytes whose `slice` shares their memory, as that of Node's Buffer does. */
class SharingBytes extends Uint8Array {
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return this.subarray(start, end)
  }
}

export const values: Suite = ({ describe, it, expect }, using) => {
  describe('holds what was saved', () => {
    it(
      'a fresh place holds nothing, and nothing in it is damaged',
      using(async store => {
        expect(await store.load('/a')).toEqual({ entries: new Map(), damaged: 0 })
      })
    )
    it(
      'values come back byte for byte: empty, every byte value, 2 KiB',
      using(async store => {
        const every = Uint8Array.from({ length: 256 }, (_, i) => i)
        const large = Uint8Array.from({ length: 2_048 }, (_, i) => (i * 31) & 255)
        await store.save(
          '/a',
          put([
            ['none', bytes()],
            ['every', every],
            ['large', large]
          ])
        )
        const { entries, damaged } = await store.load('/a')
        expect(sorted(entries)).toEqual([
          ['every', [...every]],
          ['large', [...large]],
          ['none', []]
        ])
        expect(damaged).toBe(0)
      })
    )
    it(
      'a view into a larger buffer is saved as the view, not as the buffer',
      using(async store => {
        await store.save('/a', put([['key', bytes(9, 9, 1, 2, 9).subarray(2, 4)]]))
        expect(sorted((await store.load('/a')).entries)).toEqual([['key', [1, 2]]])
      })
    )
    it(
      'what the caller does to its bytes and maps later changes nothing in the store',
      using(async store => {
        const value = new SharingBytes([1])
        const diff = { put: new Map<string, Uint8Array>([['key', value]]), remove: new Set<string>() }
        const saved = store.save('/a', diff)
        value[0] = 9
        diff.put.set('other', value)
        await saved
        const first = await store.load('/a')
        first.entries.get('key')![0] = 9
        expect(sorted((await store.load('/a')).entries)).toEqual([['key', [1]]])
      })
    )
    it(
      'a namespace never holds more than its bound: the entries written longest ago give way',
      using(async (store, { maxEntries }) => {
        const key = (i: number): string => `key ${String(i).padStart(8, '0')}`
        const all = Array.from({ length: maxEntries }, (_, i): [string, Uint8Array] => [key(i), bytes(1)])
        await store.save('/a', put(all))
        await store.save('/a', put([[key(0), bytes(2)]]))
        await store.save(
          '/a',
          put([
            [key(maxEntries), bytes(3)],
            [key(maxEntries + 1), bytes(3)]
          ])
        )
        const { entries, damaged } = await store.load('/a')
        expect(entries.size).toBe(maxEntries)
        expect(damaged).toBe(0)
        expect([0, 1, 2, 3, maxEntries, maxEntries + 1].map(i => entries.has(key(i)))).toEqual([
          true,
          false,
          false,
          true,
          true,
          true
        ])
      })
    )
  })
}

export const changes: Suite = ({ describe, it, expect }, using) => {
  describe('applies changes', () => {
    it(
      'a key that is put again has the newer value; a removed key is gone; removing an unknown key does nothing',
      using(async store => {
        await store.save(
          '/a',
          put([
            ['kept', bytes(1)],
            ['changed', bytes(2)],
            ['gone', bytes(3)]
          ])
        )
        await store.save('/a', put([['changed', bytes(4)]]))
        await store.save('/a', remove('gone', 'never there'))
        expect(sorted((await store.load('/a')).entries)).toEqual([
          ['changed', [4]],
          ['kept', [1]]
        ])
      })
    )
    it(
      'a key that one diff both removes and puts is put',
      using(async store => {
        await store.save('/a', put([['key', bytes(1)]]))
        await store.save('/a', { put: new Map([['key', bytes(2)]]), remove: new Set(['key']) })
        expect(sorted((await store.load('/a')).entries)).toEqual([['key', [2]]])
      })
    )
    it(
      'an empty diff changes nothing',
      using(async store => {
        await store.save('/a', put([['key', bytes(1)]]))
        await store.save('/a', put([]))
        expect(sorted((await store.load('/a')).entries)).toEqual([['key', [1]]])
      })
    )
  })
}

/** Strings that have been the undoing of somebody's encoding. */
const awkward: readonly string[] = [
  '',
  '/',
  '/a',
  '/ab',
  '/a/',
  '\0',
  'a\0b',
  'a',
  'ab',
  '__proto__',
  'constructor',
  'toString',
  '"',
  '",',
  '\\',
  '[",]',
  'e\u0301',
  '\u00e9',
  '\u{1f98a}',
  '\ud800',
  '\udfff',
  '\ufffd',
  '\uffff',
  'x'.repeat(1_000)
]

export const names: Suite = ({ describe, it, expect }, using) => {
  describe('keeps names apart', () => {
    it(
      'namespaces that are prefixes of each other share nothing, and the empty one is a namespace too',
      using(async store => {
        for (const [i, namespace] of ['', '/', '/a', '/ab', '/a/b'].entries()) {
          await store.save(
            namespace,
            put([
              ['key', bytes(i)],
              [`only ${i}`, bytes(i)]
            ])
          )
        }
        await store.save('/a', remove('key'))
        for (const [i, namespace] of ['', '/', '/a', '/ab', '/a/b'].entries()) {
          const keys = namespace === '/a' ? [`only ${i}`] : ['key', `only ${i}`]
          expect(sorted((await store.load(namespace)).entries)).toEqual(keys.map(key => [key, [i]]))
        }
      })
    )
    it(
      'any string is a key and a namespace, and no two pairs of them are the same',
      using(
        async store => {
          for (const [i, namespace] of awkward.entries()) {
            await store.save(
              namespace,
              put(awkward.map((key, j): [string, Uint8Array] => [key, bytes(i, j)]))
            )
          }
        },
        async store => {
          for (const [i, namespace] of awkward.entries()) {
            const { entries, damaged } = await store.load(namespace)
            const read = awkward.map(key => [...(entries.get(key) ?? [])])
            expect(read, JSON.stringify(namespace)).toEqual(awkward.map((_, j) => [i, j]))
            expect([entries.size, damaged]).toEqual([awkward.length, 0])
          }
        }
      )
    )
  })
}
