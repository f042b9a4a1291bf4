import { memoryStore } from '@pex/store-memory'
import { storeSuite } from '@pex/testkit/store'
import { describe, expect, it } from 'vitest'

const diff = (put: Record<string, Uint8Array>, remove: string[] = []) => ({
  put: new Map(Object.entries(put)),
  remove: new Set(remove)
})

describe('memoryStore', () => {
  storeSuite(
    { describe, it, expect },
    async () => {
      const store = memoryStore({ maxEntries: 200 })
      return { store: () => store, maxEntries: 200, teardown: async () => {} }
    },
    { rots: false }
  )

  it('two stores share nothing', async () => {
    const [one, two] = [memoryStore(), memoryStore()]
    await Promise.all([one.open(), two.open()])
    await one.save('/a', diff({ key: Uint8Array.of(1) }))
    expect((await two.load('/a')).entries.size).toBe(0)
  })

  it('the namespace saved to longest ago gives way to a new one over the bound', async () => {
    const store = memoryStore({ maxNamespaces: 2 })
    await store.open()
    for (const namespace of ['/a', '/b', '/a', '/c'])
      await store.save(namespace, diff({ key: Uint8Array.of(1) }))
    const sizes = await Promise.all(
      ['/a', '/b', '/c'].map(async name => (await store.load(name)).entries.size)
    )
    expect(sizes).toEqual([1, 0, 1])
  })

  it('entries are loaded in the order in which they were written', async () => {
    const store = memoryStore()
    await store.open()
    await store.save('/a', diff({ first: Uint8Array.of(1), second: Uint8Array.of(2) }))
    await store.save('/a', diff({ first: Uint8Array.of(3) }))
    expect([...(await store.load('/a')).entries.keys()]).toEqual(['second', 'first'])
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a bound of %d is refused', bound => {
    expect(() => memoryStore({ maxEntries: bound })).toThrow(
      expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    )
    expect(() => memoryStore({ maxNamespaces: bound })).toThrow(
      expect.objectContaining({ code: 'PEX_INVALID_PARAMETER' })
    )
  })
})
