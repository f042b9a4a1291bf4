/** What the compiler tells who tests with the testkit; `npm run check` compiles it, nothing runs it. */
import type { Clock, Metrics, Rng, Store, Transport } from '@pex/core'
import {
  faultyStore,
  nthCall,
  policySuite,
  recordingMetrics,
  seeded,
  storeSuite,
  transportSuite,
  virtualClock,
  withSeed
} from '@pex/testkit'
import type { Runner, SeededRng, VirtualClock } from '@pex/testkit'
import { virtualNetwork } from '@pex/testkit/network'
import type { VirtualNetwork } from '@pex/testkit/network'
import * as vitest from 'vitest'
import { describe, expectTypeOf, it } from 'vitest'

declare const store: Store

describe('the types of the testkit', () => {
  it('take vitest as a runner, and anything like it', () => {
    expectTypeOf(vitest).toExtend<Runner>()
    storeSuite(vitest, async () => ({ store: () => store, maxEntries: 10, teardown: async () => {} }), {
      rots: false
    })
    // @ts-expect-error whether it rots decides what is tested
    storeSuite(vitest, async () => ({ store: () => store, maxEntries: 10, teardown: async () => {} }))
    // @ts-expect-error half a runner
    transportSuite({ describe, it }, () => ({}))
    // @ts-expect-error a policy is made anew for every test
    policySuite(vitest, { name: 'mine' })
  })

  it('put time and chance where the ports are', () => {
    expectTypeOf(virtualClock()).toEqualTypeOf<VirtualClock>()
    expectTypeOf<VirtualClock>().toExtend<Clock>()
    expectTypeOf<SeededRng>().toExtend<Rng>()
    expectTypeOf(recordingMetrics()).toExtend<Metrics>()
    // @ts-expect-error a run without a bound
    void virtualClock().runUntil(() => true)
    // @ts-expect-error chance without a seed cannot be repeated
    seeded()
  })

  it('give back what the test gives', () => {
    expectTypeOf(withSeed(1, rng => rng())).toBeNumber()
    expectTypeOf(withSeed(1, async () => 'a')).resolves.toBeString()
    expectTypeOf(virtualClock().tracked(store)).toEqualTypeOf<Store>()
    expectTypeOf(virtualClock().track(Promise.resolve(1))).resolves.toBeNumber()
  })

  it('wrap a store in a plan of faults', () => {
    expectTypeOf(faultyStore(store, nthCall(2, { fail: 'before' }, 'save'))).toExtend<Store>()
    expectTypeOf(
      faultyStore(store, ({ n }) => (n > 3 ? { delayMs: 5 } : undefined), virtualClock())
    ).toExtend<Store>()
    // @ts-expect-error before or after
    nthCall(1, { fail: 'during' })
    // @ts-expect-error no such method
    nthCall(1, { fail: 'after' }, 'delete')
  })

  it('make a network in one call', async () => {
    const network = await virtualNetwork({ hosts: 3 })
    expectTypeOf(network).toEqualTypeOf<VirtualNetwork>()
    expectTypeOf(network.hosts[0]!.transport).toExtend<Transport>()
    // @ts-expect-error how many?
    await virtualNetwork({})
  })
})
