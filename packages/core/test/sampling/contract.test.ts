import { basalt, brahms, casm, cyclon, healerSwapper } from '@pex/core'
import { policySuite } from '@pex/testkit/policy'
import type { PolicySuiteOptions } from '@pex/testkit/policy'
import { describe, expect, it } from 'vitest'

const suites: readonly PolicySuiteOptions[] = [
  { name: 'casm', create: () => casm() },
  { name: 'casm that protects everybody', create: () => casm({ protect: 100, decay: 0 }) },
  { name: 'casm that always decays', create: () => casm({ decay: 1 }) },
  { name: 'healer-swapper', create: () => healerSwapper() },
  {
    name: 'blind (H = 0, S = 0, rand)',
    create: () => healerSwapper({ healer: 0, swapper: 0, partner: 'rand' })
  },
  {
    name: 'healer (H = 16, S = 0)',
    create: () => healerSwapper({ healer: 16, swapper: 0, partner: 'rand' })
  },
  { name: 'swapper (H = 0, S = 15)', create: () => healerSwapper({ healer: 0, swapper: 15 }) },
  { name: 'cyclon', create: () => cyclon() },
  { name: 'brahms', create: () => brahms() },
  { name: 'brahms of pushes alone', create: () => brahms({ alpha: 0.9, beta: 0.1, period: 3, pings: 4 }) },
  { name: 'basalt', create: () => basalt() },
  { name: 'basalt that resets fast', create: () => basalt({ resets: 10, every: 10 }) }
]

for (const suite of suites) policySuite({ describe, it, expect }, suite)
