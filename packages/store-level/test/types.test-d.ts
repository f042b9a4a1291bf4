/** What the compiler tells who keeps things on disk or in IndexedDB; `npm run check` compiles it, nothing runs it. */
import type { Logger, Store } from '@pex/core'
import { levelStore } from '@pex/store-level'
import type { LevelStoreInit, Recovery } from '@pex/store-level'
import { describe, expectTypeOf, it } from 'vitest'

describe('the types of a store that survives', () => {
  it('are those of the port, and only a place is needed', () => {
    expectTypeOf(levelStore('place')).toEqualTypeOf<Store>()
    expectTypeOf<LevelStoreInit['logger']>().toEqualTypeOf<Logger | undefined>()
    levelStore('place', { sync: true, clock: { now: () => 0 } })
    // @ts-expect-error where?
    levelStore()
    // @ts-expect-error no such option
    levelStore('place', { fsync: true })
  })

  it('tell what became of a damaged database, each way with what there is to say', () => {
    const tell = (recovery: Recovery): string => {
      if (recovery.kind === 'set-aside')
        return `${recovery.entries} entries saved, the rest is in ${recovery.movedTo}`
      // @ts-expect-error what was repaired has not moved
      void recovery.movedTo
      return recovery.location
    }
    expectTypeOf(tell).toExtend<NonNullable<LevelStoreInit['onRecovery']>>()
    expectTypeOf<Recovery['kind']>().toEqualTypeOf<'repaired' | 'set-aside'>()
    expectTypeOf<Recovery['cause']>().toBeUnknown()
  })
})
