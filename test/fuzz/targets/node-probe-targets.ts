/** Lists of targets: lines, a chain registry's chain.json, an address book, an array. */
import { targetsIn } from '../../../apps/node/src/probe/targets.ts'
import { attempt, hasCode, must, Refused, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { addressWords, jsonWords } from '../kit/words.ts'

const id = '0123456789abcdef0123456789abcdef01234567'
const registry = {
  chain_id: 'c-1',
  peers: {
    seeds: [{ id, address: '1.2.3.4:5', provider: 'p' }],
    persistent_peers: [{ id, address: 'a.example:1' }]
  }
}
const book = { key: 'k', addrs: [{ addr: { id, ip: '1.2.3.4', port: 5 } }] }

export const target: Target = () => ({
  seeds: [
    JSON.stringify(registry),
    JSON.stringify(book),
    `["${id}@1.2.3.4:5"]`,
    `${id}@1.2.3.4:5, ${id}@[::1]:6 # note\n`
  ].map(text => utf8.encode(text)),
  words: [...jsonWords, ...addressWords.slice(0, 12), '"peers":', '"addrs":', '"seeds":', `"${id}"`],
  maxBytes: 2_000,
  check(input) {
    const text = textOf(input)
    const targets = attempt(() => targetsIn(text, 'a file'), hasCode('PEX_USAGE'))
    if (targets instanceof Refused) return targets.error.message
    must(targets.length <= input.length, 'there are more targets than bytes')
    must(
      targets.every(one => typeof one.target === 'string'),
      'a target is no text'
    )
    return targets.length > 0 ? 'targets' : 'nobody'
  }
})
