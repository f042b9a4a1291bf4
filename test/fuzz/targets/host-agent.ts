/** Agents: a name and a version. */
import { isAtLeast, parseAgent, readAgent } from '@pex/host'
import { attempt, hasCode, must, mustEqual, Refused, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

export const target: Target = () => ({
  seeds: ['pex/1.2.3', '0.0.0', 'a-b_c/999999999.0.1-rc.1+x', 'pex/2.0.0-rc.1'].map(text =>
    utf8.encode(text)
  ),
  words: ['/', '.', '-', '+', '0', '999999999', '1000000000', ' ', '\n', '\u0661', 'rc.1'],
  maxBytes: 100,
  check(input) {
    const text = textOf(input)
    const agent = readAgent(text)
    const parsed = attempt(() => parseAgent(text), hasCode('PEX_INVALID_PARAMETER'))
    if (agent === undefined) {
      must(parsed instanceof Refused, 'what is read as nothing is parsed')
      return 'none'
    }
    mustEqual(parsed, agent, 'read and parsed')
    must(isAtLeast(agent, agent), 'it is older than itself')
    const { name, version } = agent
    must(
      version.every(part => Number.isSafeInteger(part) && part >= 0),
      'a part of the version is no number'
    )
    mustEqual(
      readAgent(name === '' ? version.join('.') : `${name}/${version.join('.')}`),
      agent,
      'written and read again'
    )
    return name === '' ? 'version' : 'agent'
  }
})
