/** Keys and sealed values of the LevelDB store after any damage. */
import { below } from '@pex/core'
import {
  entryKey,
  fromNumbers,
  isEntry,
  isOurs,
  keyOf,
  markerKey,
  namespaceOf,
  numbersIn,
  seal,
  tallyKey,
  unseal
} from '../../../packages/store-level/src/entry.ts'
import { randomBytes } from '../kit/inputs.ts'
import { must, mustEqual, textOf, twice, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

const key = entryKey('ns', 'k')

export const target: Target = () => ({
  seeds: [
    seal(key, new Uint8Array()),
    seal(key, Uint8Array.of(1, 2, 3, 4)),
    seal(markerKey, fromNumbers(1, 2, 3)),
    utf8.encode(key),
    utf8.encode(tallyKey('\ud800"\\')),
    utf8.encode(entryKey('', '["'))
  ],
  make: rng => seal(key, randomBytes(rng, below(rng, 40))),
  maxBytes: 512,
  check(input) {
    const payload = twice(input, bytes => unseal(key, bytes))
    if (payload !== undefined) {
      mustEqual(seal(key, payload), input, 'sealed again')
      // Every burst of up to 32 bits is found.
      for (let at = 0; at < input.length; at++) {
        const damaged = input.slice()
        damaged[at]! ^= 1 + (at % 255)
        must(unseal(key, damaged) === undefined, `damage at ${at} was not found`)
      }
    }
    must(unseal(entryKey('ns', 'l'), input) === undefined || payload === undefined, 'a value fits two keys')
    const numbers = numbersIn(markerKey, input, 3)
    must(numbers.length === 0 || numbers.length === 3, `${numbers.length} numbers`)
    const text = textOf(input)
    const mine = keyOf('ns', text)
    if (mine !== undefined) mustEqual(entryKey('ns', mine), text, 'the key written again')
    const namespace = namespaceOf(text)
    if (namespace !== undefined) mustEqual(tallyKey(namespace), text, 'the tally written again')
    must(!isEntry(text) || isOurs(text), 'an entry is not ours')
    return payload !== undefined
      ? 'value'
      : numbers.length > 0
        ? 'numbers'
        : (mine ?? namespace) !== undefined
          ? 'key'
          : 'damaged'
  }
})
