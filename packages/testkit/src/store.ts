/**
 * The contract of every `Store`, as a suite of tests with the runner handed in. An adapter calls it with a way to get a
 * fresh place and then tests only what is special about itself.
 */
import type { Runner } from './runner.ts'
import { changes, names, values } from './store-contents.ts'
import { remove } from './store-place.ts'
import type { StoreSetup, Use } from './store-place.ts'
import { lifecycle, order, rot, survival } from './store-survival.ts'

export type { StorePlace, StoreSetup } from './store-place.ts'

/**
 * Declares the tests of the `Store` contract with the runner. `rots` says whether the places can be damaged: then every one
 * offers `damage`, and the tests of rot are declared too.
 */
export function storeSuite(runner: Runner, setup: StoreSetup, { rots }: { readonly rots: boolean }): void {
  const using =
    (...uses: Use[]) =>
    async (): Promise<void> => {
      const place = await setup()
      try {
        for (const use of uses) {
          const store = place.store()
          try {
            await store.open()
            await use(store, place)
          } finally {
            await store.close()
          }
        }
      } finally {
        await place.teardown()
      }
    }
  const { describe, it, expect } = runner
  const suites = [values, changes, names, order, lifecycle, survival, ...(rots ? [rot] : [])]
  describe('the contract of a store', () => {
    for (const suite of suites) suite(runner, using)
    it('a store that was never opened fails with PEX_STORE_CLOSED', async () => {
      const place = await setup()
      const store = place.store()
      await expect(store.load('/a')).rejects.toMatchObject({ code: 'PEX_STORE_CLOSED' })
      await expect(store.save('/a', remove('key'))).rejects.toMatchObject({ code: 'PEX_STORE_CLOSED' })
      await store.close()
      await place.teardown()
    })
  })
}
