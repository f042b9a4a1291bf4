/** The lines of `pex start --json`, read by another program. */
import { parseLine } from '../../../apps/node/src/shapes.ts'
import { attempt, mustEqual, Refused, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { jsonWords } from '../kit/words.ts'

const id = '12D3KooWEZXjE41uU4EL2gpkAQeDXYok6wghN7wwNVPF5bwkaNfS'
const lines = [
  { at: 1, event: 'listening', id, addrs: ['/ip4/127.0.0.1/tcp/1'], namespaces: ['pex'] },
  { at: 1, event: 'round', namespace: 'pex', round: 1, reached: null, host: 'n1' },
  { at: 1, event: 'stopped' },
  { at: 1, event: 'converged', nodes: 5, ms: 1, rounds: 2, exchanges: 3 }
]

function isDocumented(error: unknown): boolean {
  return (
    error instanceof SyntaxError ||
    error instanceof TypeError ||
    (error instanceof Error && error.name === 'ValiError')
  )
}

export const target: Target = () => ({
  seeds: lines.map(line => utf8.encode(JSON.stringify(line))),
  words: [...jsonWords, '"event":', '"host":"n2"', '"stopped"', '"toString"'],
  maxBytes: 600,
  check(input) {
    const text = textOf(input)
    const line = attempt(() => parseLine(text), isDocumented)
    if (line instanceof Refused) return line.error.name
    const written = JSON.stringify(line)
    mustEqual(JSON.stringify(parseLine(written)), written, 'written and read again')
    return 'line'
  }
})
