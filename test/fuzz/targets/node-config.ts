/** Config files: settings within their ranges, or a failure that says what is wrong; no name in a file means more than it says. */
import { writeFileSync } from 'node:fs'
import { limits } from '@pex/core'
import { resolveSettings } from '../../../apps/node/src/config.ts'
import { attempt, hasCode, must, Refused, utf8 } from '../kit/oracle.ts'
import { scratchFile } from '../kit/scratch.ts'
import type { Target } from '../kit/target.ts'
import { addressWords, jsonWords } from '../kit/words.ts'

const whole = {
  listen: ['/ip4/0.0.0.0/tcp/4001'],
  bootstrap: '/ip4/192.0.2.1/tcp/4001',
  discover: ['lan'],
  namespace: ['a', 'b'],
  data: 'data',
  tick: '1m',
  store: 'memory',
  policy: 'balanced',
  wire: 'both',
  scope: 'private',
  secret: 'key',
  metrics: '127.0.0.1:0',
  nat: 'upnp'
}
const names = Object.keys(whole)

export const target: Target = () => {
  const path = scratchFile('config.json')
  return {
    seeds: [
      JSON.stringify(whole),
      '{}',
      '{"tick":"500ms"}',
      '{"namespace":"x","listen":"/ip4/0.0.0.0/tcp/0"}'
    ].map(text => utf8.encode(text)),
    words: [
      ...jsonWords,
      ...names.map(name => `"${name}":`),
      ...addressWords.slice(0, 12),
      '"999999999h"',
      '"0ms"',
      '"level"'
    ],
    maxBytes: 1_500,
    check(input) {
      writeFileSync(path, input)
      const result = attempt(() => resolveSettings({ config: path }, {}), hasCode('PEX_USAGE'))
      must(Object.getOwnPropertyNames(Object.prototype).length === 12, 'every object has something more')
      if (result instanceof Refused) {
        must(!/\p{Cc}/u.test(result.error.message), 'the message plays tricks with a terminal')
        return result.error.message.includes('no setting')
          ? 'no setting'
          : result.error.message.includes('JSON')
            ? 'no JSON'
            : 'refused'
      }
      const { tickMs, namespace, listen, data } = result.settings
      must(tickMs >= limits.minTickMs && tickMs <= 86_400_000, `a tick of ${tickMs} ms`)
      must(namespace.length > 0 && namespace.length <= limits.maxNamespaces, `${namespace.length} namespaces`)
      must(
        namespace.every(name => utf8.encode(name).length <= limits.maxNamespaceBytes),
        'a long namespace'
      )
      must(listen.length <= 256 && data !== '' && !data.includes('\0'), 'no place')
      return result.origins.size > 0 ? 'settings' : 'defaults'
    }
  }
}
