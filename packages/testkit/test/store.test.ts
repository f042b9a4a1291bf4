import type { Store } from '@pex/core'
import { storeSuite } from '@pex/testkit/store'
import { describe, expect, it } from 'vitest'
import { mapStore } from './map-store.ts'
import type { MapStore } from './map-store.ts'

const setupOf = (make: (store: MapStore) => Store) => async () => {
  const store = mapStore(150)
  const wrapped = make(store)
  return {
    store: () => wrapped,
    damage: async (namespace: string, key: string) => void store.held.get(namespace)?.set(key, undefined),
    maxEntries: 150,
    teardown: async () => {}
  }
}

/** Runs the suite on a store and returns the claims that failed. */
async function claimsBrokenBy(make: (store: MapStore) => Store): Promise<string[]> {
  const tests: [string, () => void | Promise<void>][] = []
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => void | Promise<void>) => tests.push([name, body]),
    expect
  }
  storeSuite(runner, setupOf(make), { rots: true })
  const broken: string[] = []
  for (const [name, body] of tests) await Promise.resolve(body()).catch(() => broken.push(name))
  return broken
}

/** Stores with one fault each, and a word from the claim that finds it. */
const faults: [name: string, claim: string, make: (store: MapStore) => Store][] = [
  [
    'forgets empty values',
    'byte for byte',
    s => ({ ...s, load: async ns => filtered(await s.load(ns), v => v.length > 0) })
  ],
  [
    'keeps what was removed',
    'a removed key is gone',
    s => ({ ...s, save: (ns, { put }) => s.save(ns, { put, remove: new Set() }) })
  ],
  [
    'removes after it puts',
    'both removes and puts',
    s => ({
      ...s,
      save: async (ns, d) => {
        await s.save(ns, d)
        await s.save(ns, { put: new Map(), remove: d.remove })
      }
    })
  ],
  [
    'keys by UTF-8',
    'any string is a key',
    s => ({
      ...s,
      save: (ns, d) => s.save(ns, { ...d, put: new Map([...d.put].map(([k, v]) => [utf8(k), v])) })
    })
  ],
  ['joins namespace and key', 'share nothing', s => joined(s, '')],
  ['joins them with a slash', 'any string is a key', s => joined(s, '/')],
  [
    'keeps the caller’s bytes',
    'later changes nothing',
    s => ({
      ...s,
      save: async (ns, d) => {
        await undefined
        await s.save(ns, d)
      }
    })
  ],
  ['never forgets', 'never holds more than its bound', () => mapStore(1e9)],
  [
    'is open from the start',
    'never opened fails',
    s => {
      void s.open()
      return s
    }
  ],
  ['loads when it is closed', 'until it is opened again', s => ({ ...s, close: async () => {} })],
  [
    'saves in two steps',
    'the whole of a diff or nothing',
    s => ({
      ...s,
      save: async (ns, d) => {
        await s.save(ns, { put: new Map([...d.put].slice(0, 1)), remove: new Set() })
        await undefined
        await s.save(ns, d)
      }
    })
  ],
  [
    'does not count damage',
    'are skipped, counted and dropped',
    s => ({ ...s, load: async ns => ({ ...(await s.load(ns)), damaged: 0 }) })
  ],
  [
    'counts damage for ever',
    'are skipped, counted and dropped',
    s => {
      let n = 0
      return {
        ...s,
        load: async ns => {
          const l = await s.load(ns)
          n += l.damaged
          return { ...l, damaged: n }
        }
      }
    }
  ],
  [
    'empties itself in closing',
    'after closing and opening again',
    s => ({
      ...s,
      close: async () => {
        s.held.clear()
        await s.close()
      }
    })
  ],
  [
    'closes before saves are done',
    'close lets the saves',
    s => ({
      ...s,
      save: async (ns, d) => {
        for (let i = 0; i < 9; i++) await undefined
        await s.save(ns, d)
      }
    })
  ]
]

const utf8 = (text: string) => new TextDecoder('utf-8').decode(new TextEncoder().encode(text))

function filtered(
  loaded: { entries: ReadonlyMap<string, Uint8Array>; damaged: number },
  keep: (value: Uint8Array) => boolean
) {
  return { ...loaded, entries: new Map([...loaded.entries].filter(([, value]) => keep(value))) }
}

/** All in one namespace, told apart by prefixes. */
function joined(store: MapStore, between: string): Store {
  return {
    ...store,
    save: (ns, { put, remove }) =>
      store.save('', {
        put: new Map([...put].map(([key, value]) => [ns + between + key, value])),
        remove: new Set([...remove].map(key => ns + between + key))
      }),
    load: async ns => {
      const { entries, damaged } = await store.load('')
      const own = [...entries].filter(([key]) => key.startsWith(ns + between))
      return {
        entries: new Map(own.map(([key, value]) => [key.slice((ns + between).length), value])),
        damaged
      }
    }
  }
}

describe('storeSuite', () => {
  describe('on a sound store', () => {
    storeSuite(
      { describe, it, expect },
      setupOf(store => store),
      { rots: true }
    )
  })

  it.each(faults)('finds out a store that %s', async (_, claim, make) => {
    expect(await claimsBrokenBy(make)).toContainEqual(expect.stringContaining(claim))
  })
})
