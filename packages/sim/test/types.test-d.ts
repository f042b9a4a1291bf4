/** What the compiler tells who simulates; `npm run check` compiles it, nothing runs it. */
import { cyclon } from '@pex/core'
import { seededRng, simulate, simulateAll } from '@pex/sim'
import type { Result, RoundFigures, SimulationOptions, Task } from '@pex/sim'
import { clustering, graphOf, inDegrees } from '@pex/sim/metrics'
import { report, summary } from '@pex/sim/report'
import { describe, expectTypeOf, it } from 'vitest'

const options = { policy: 'balanced', nodes: 100, rounds: 10, seed: 1, scenario: 'crash:0.5' }

describe('the types of a simulation', () => {
  it('take a policy by its name or as it is', () => {
    expectTypeOf(simulate(options)).toEqualTypeOf<Result>()
    simulate({ ...options, policy: cyclon() })
    const { seed: _, ...unseeded } = options
    // @ts-expect-error without a seed it cannot be repeated
    simulate(unseeded)
    // @ts-expect-error no such option
    simulate({ ...options, threads: 4 })
  })

  it('let only names travel to worker threads', async () => {
    expectTypeOf(await simulateAll([options], { workers: 2 })).toEqualTypeOf<Result[]>()
    expectTypeOf<Task>().toExtend<SimulationOptions>()
    // @ts-expect-error functions stay where they are
    await simulateAll([{ ...options, policy: cyclon() }])
  })

  it('give figures round by round, for whoever draws them', () => {
    const result = simulate(options)
    expectTypeOf(result.series).toEqualTypeOf<readonly RoundFigures[]>()
    expectTypeOf(summary(result)).toBeString()
    expectTypeOf(report).parameter(0).toExtend<object>()
    // @ts-expect-error what was measured stays so
    result.deadLinks = 0
  })

  it('measure any graph of views', () => {
    expectTypeOf(seededRng(1)).returns.toBeNumber()
    expectTypeOf(clustering).toBeFunction()
    expectTypeOf(inDegrees).toBeFunction()
    expectTypeOf(graphOf).toBeFunction()
  })
})
