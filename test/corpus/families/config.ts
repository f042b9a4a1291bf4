/** Config files: each with one setting that is wrong. There is one code for all; what is wrong the message says. */
import { writeFileSync } from 'node:fs'
import { resolveSettings } from '../../../apps/node/src/config.ts'
import { bytes } from '../family.ts'
import { scratchFile } from '../../fuzz/kit/scratch.ts'
import type { Family } from '../family.ts'

const path = scratchFile('config.json')

export const family: Family = {
  extension: 'txt',
  judge(input) {
    writeFileSync(path, input)
    try {
      resolveSettings({ config: path }, {})
      return 'accepted'
    } catch (error) {
      return (error as { code?: string }).code ?? 'thrown'
    }
  },
  faults: Object.fromEntries(
    (
      [
        ['nothing', ''],
        ['no-json', 'tick: 1m'],
        ['cut', '{"tick":"1m"'],
        ['trailing-comma', '{"tick":"1m",}'],
        ['an-array', '[]'],
        ['null', 'null'],
        ['a-text', '"tick"'],
        ['unknown-key', '{"tock":"1m"}'],
        ['proto', '{"__proto__":{"tick":"1m"}}'],
        ['constructor', '{"constructor":{"prototype":{"data":"x"}}}'],
        ['tick-without-unit', '{"tick":5}'],
        ['tick-of-nought', '{"tick":"0ms"}'],
        ['tick-of-a-year', '{"tick":"8760h"}'],
        ['tick-below-nought', '{"tick":"-1s"}'],
        ['tick-in-exponents', '{"tick":"1e3ms"}'],
        ['store-of-no-kind', '{"store":"redis"}'],
        ['policy-of-no-name', '{"policy":"toString"}'],
        ['wire-of-no-name', '{"wire":"libp2p"}'],
        ['scope-null', '{"scope":null}'],
        ['namespace-empty-list', '{"namespace":[]}'],
        ['namespace-of-nothing', '{"namespace":""}'],
        ['namespace-of-65-bytes', `{"namespace":"${'é'.repeat(33)}"}`],
        ['namespace-half-a-surrogate', '{"namespace":"\\ud800"}'],
        ['namespace-with-a-newline', '{"namespace":"a\\nb"}'],
        [
          'namespace-65-of-them',
          JSON.stringify({ namespace: Array.from({ length: 65 }, (_, i) => `n${i}`) })
        ],
        [
          'listen-257-of-them',
          JSON.stringify({ listen: Array.from({ length: 257 }, (_, i) => `/ip4/127.0.0.1/tcp/${i}`) })
        ],
        ['listen-a-number', '{"listen":4001}'],
        ['bootstrap-with-null', '{"bootstrap":[null]}'],
        ['data-empty', '{"data":""}'],
        ['data-with-a-zero', '{"data":"a\\u0000b"}'],
        ['data-an-object', '{"data":{"toString":1}}'],
        ['metrics-a-name', '{"metrics":"a.example:80"}'],
        ['metrics-port-65536', '{"metrics":"127.0.0.1:65536"}'],
        ['nat-true', '{"nat":true}']
      ] as const
    ).map(([what, text]) => [`PEX_USAGE--${what}`, bytes(text)])
  )
}
