/** JSON bodies: a value, or an error for the rejection to count. */
import { json } from '@pex/rpc'
import { attempt, mustEqual, Refused, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { jsonWords } from '../kit/words.ts'

const codec = json().question

function isDocumented(error: unknown): boolean {
  return error instanceof SyntaxError || error instanceof TypeError
}

export const target: Target = () => ({
  seeds: ['{"a":[1,2.5,-3e9,"é\\u0000"],"b":{"c":null,"d":true}}', '"text"', '[[],{},0]'].map(text =>
    utf8.encode(text)
  ),
  words: jsonWords,
  check(input) {
    const value = attempt(() => codec.decode(input), isDocumented)
    if (value instanceof Refused) return value.error.name
    // Not a number and negative zero have no form of their own.
    const written = codec.encode(value)
    mustEqual(codec.encode(codec.decode(written)), written, 'written, read and written')
    return 'value'
  }
})
