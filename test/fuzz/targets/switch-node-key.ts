/** `node_key.json`: a key, or an error that tells nothing of the secret. */
import { formatNodeKey, parseNodeKey, seededKey } from '@pex/switch'
import { attempt, hasCode, must, mustEqual, Refused, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { jsonWords } from '../kit/words.ts'

const texts = [1, 2, 3].map(seed => formatNodeKey(seededKey(new Uint8Array(32).fill(seed))))

export const target: Target = () => ({
  seeds: texts.map(text => utf8.encode(text)),
  words: jsonWords,
  maxBytes: 600,
  check(input) {
    const text = textOf(input)
    const key = attempt(() => parseNodeKey(text), hasCode('PEX_INVALID_PARAMETER'))
    if (key instanceof Refused) {
      const secret = /"value":\s*"([A-Za-z0-9+/]{60,})/.exec(text)?.[1]
      must(
        secret === undefined || !key.error.message.includes(secret.slice(0, 16)),
        'the error tells of the key'
      )
      return key.error.message.split(': ')[1] ?? 'refused'
    }
    mustEqual(parseNodeKey(formatNodeKey(key)).id, key.id, 'written and read again')
    return 'key'
  }
})
