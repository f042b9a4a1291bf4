/** What the compiler tells who keeps things in memory; `npm run check` compiles it, nothing runs it. */
import type { Loaded, Store, StoreDiff } from '@pex/core'
import { memoryStore } from '@pex/store-memory'
import { describe, expectTypeOf, it } from 'vitest'

describe('the types of a store in memory', () => {
  it('are those of the port, and no option is needed', async () => {
    expectTypeOf(memoryStore()).toExtend<Store>()
    expectTypeOf(memoryStore).toBeCallableWith({ maxEntries: 10, maxNamespaces: 2 })
    expectTypeOf(await memoryStore().load('a')).toEqualTypeOf<Loaded>()
    // @ts-expect-error no such option
    memoryStore({ maxBytes: 1 })
  })

  it('demand a whole diff', async () => {
    await memoryStore().save('a', { put: new Map([['key', Uint8Array.of(1)]]), remove: new Set() })
    expectTypeOf(memoryStore().save).parameter(1).toEqualTypeOf<StoreDiff>()
    // @ts-expect-error what is to go?
    await memoryStore().save('a', { put: new Map() })
    // @ts-expect-error values are bytes
    await memoryStore().save('a', { put: new Map([['key', 'value']]), remove: new Set() })
  })
})
