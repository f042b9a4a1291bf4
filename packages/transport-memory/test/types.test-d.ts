/** What the compiler tells who tests with a network in memory; `npm run check` compiles it, nothing runs it. */
import type { Clock, Rng, Transport } from '@pex/core'
import { seeded, virtualClock } from '@pex/testkit'
import { memoryNetwork } from '@pex/transport-memory'
import type { Latency, MemoryNetwork, MemoryNetworkInit, MemoryTransport } from '@pex/transport-memory'
import { describe, expectTypeOf, it } from 'vitest'

declare const clock: Clock
declare const rng: Rng

describe('the types of a network in memory', () => {
  it('demand time and chance, and take those of the testkit', () => {
    expectTypeOf(memoryNetwork({ clock: virtualClock(), rng: seeded(1) })).toEqualTypeOf<MemoryNetwork>()
    expectTypeOf<Clock>().toExtend<MemoryNetworkInit['clock']>()
    // @ts-expect-error whose time?
    memoryNetwork({ rng })
    // @ts-expect-error whose chance?
    memoryNetwork({ clock })
  })

  it('give transports of the port', () => {
    expectTypeOf(memoryNetwork({ clock, rng }).transport('alice')).toEqualTypeOf<MemoryTransport>()
    expectTypeOf<MemoryTransport>().toExtend<Transport>()
    // @ts-expect-error a host has an id
    memoryNetwork({ clock, rng }).transport()
  })

  it('let the weather change while it runs', () => {
    const network = memoryNetwork({ clock, rng, latencyMs: 5 })
    network.latencyMs = [5, 20]
    network.loss = 0.3
    expectTypeOf<MemoryNetwork['latencyMs']>().toEqualTypeOf<Latency>()
    // @ts-expect-error a latency is a number or a range
    network.latencyMs = '5 ms'
    // @ts-expect-error what has passed is counted, not told
    network.traffic.bytes = 0
  })
})
