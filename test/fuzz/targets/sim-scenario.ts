/** Scenarios of the simulator, as texts and as files. */
import { parseScenario } from '@pex/sim'
import { checkScenario } from '../../../packages/sim/src/scenario/scenario.ts'
import { attempt, hasCode, must, Refused, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { jsonWords } from '../kit/words.ts'

const documented = hasCode('PEX_INVALID_PARAMETER')
const texts = ['steady', 'star+churn:0.01', 'crash:0.5', 'partition+churn:0.1', 'latency', 'hub:0.05']
const files = [
  '{"name":"n","start":"star","conditions":[{"kind":"churn","at":3,"rate":0.1}]}',
  '{"name":"n","warmUp":5,"conditions":[]}'
]

export const target: Target = () => ({
  seeds: [...texts, ...files].map(text => utf8.encode(text)),
  words: [...jsonWords, '+', ':', 'churn', 'crash', 'star', '"kind":', '"adversary":{"share":0.1}'],
  maxBytes: 600,
  check(input) {
    const text = textOf(input)
    const named = attempt(() => parseScenario(text), documented)
    if (!(named instanceof Refused)) {
      must(named.warmUp >= 0 && named.conditions.every(({ at }) => at >= 0), 'it begins before its beginning')
      return 'named'
    }
    let file: unknown
    try {
      file = JSON.parse(text)
    } catch {
      return 'none'
    }
    const checked = attempt(() => checkScenario(file as Parameters<typeof checkScenario>[0]), documented)
    return checked instanceof Refused ? 'refused' : 'file'
  }
})
