/**
 * `pex sim` on an engine that is made up: the other half of tests in `sim.test.ts`. Its argument is the options as JSON; a
 * run of one round has a result, and a longer one is asked to stop and would never end.
 */
import { PexError } from '@pex/core'
import { sim } from '../src/commands/sim.ts'
import { asFailure } from '../src/failure.ts'
import { printFailure } from '../src/output.ts'
import type { Engine } from '../src/sim/engine.ts'
import type { SimOptions } from '../src/sim/settings.ts'
import { madeUpResult } from './made-up-result.ts'

const defaults = { policy: 'balanced', nodes: '4', view: '2', rounds: '1', seed: '1', scenario: 'steady' }
const options: SimOptions = { ...defaults, ...(JSON.parse(process.argv[2] ?? '{}') as Partial<SimOptions>) }

const engine: Engine = {
  policies: ['balanced', 'casm'],
  scenarios: [],
  check: scenario =>
    scenario === 'steady'
      ? Promise.resolve()
      : Promise.reject(new PexError('PEX_INVALID_PARAMETER', `there is no scenario "${scenario}"`)),
  run: ({ rounds }, onProgress) => {
    onProgress(0, rounds)
    if (rounds === 1) return Promise.resolve(madeUpResult())
    onProgress(1, rounds)
    process.kill(process.pid, 'SIGINT')
    setInterval(() => {}, 1_000)
    return new Promise(() => {})
  }
}

try {
  process.exit(await sim(options, engine))
} catch (error) {
  const failure = asFailure(error)
  printFailure(failure, options.json === true)
  process.exit(failure.exitCode)
}
