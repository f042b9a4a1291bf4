/** The simulator as the command needs it: what there is to choose, what can be run, and a run that leaves this thread free. */
import { policies } from '@pex/core'
import { loadScenario, namedScenarios, simulateAll } from '@pex/sim'
import type { Result } from '@pex/sim/report'

/** One run. */
export interface RunOptions {
  readonly policy: string
  readonly nodes: number
  readonly viewSize: number
  readonly rounds: number
  readonly seed: number
  /** A name, or the path of a file: the thread that runs it reads it again, since functions do not travel. */
  readonly scenario: string
}

export interface Engine {
  readonly policies: readonly string[]
  /** How scenarios with a name are typed, and what happens in them. */
  readonly scenarios: readonly { readonly usage: string; readonly about: string }[]
  /** Rejects with `PEX_INVALID_PARAMETER` for a scenario that cannot be run. */
  check(scenario: string): Promise<void>
  run(options: RunOptions, onProgress: (done: number, total: number) => void): Promise<Result>
}

export const simulator: Engine = {
  policies: Object.keys(policies),
  scenarios: namedScenarios,
  check: async scenario => void (await loadScenario(scenario)),
  run: async (options, onProgress) => {
    const [result] = await simulateAll([options], { workers: 1, onProgress })
    return result!
  }
}
