/** Results, refusals and failures. */
import { below } from '@pex/core'
import { refusals } from '../../../packages/rpc/src/errors.ts'
import {
  decodeResponse,
  encodeFailure,
  encodeRefusal,
  encodeResult
} from '../../../packages/rpc/src/frames.ts'
import { randomBytes } from '../kit/inputs.ts'
import { mustEqual, twice } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

export const target: Target = () => ({
  seeds: [...refusals.map(encodeRefusal), encodeResult(Uint8Array.of(1, 2, 3))!],
  make: rng => {
    if (below(rng, 3) === 0) return encodeResult(randomBytes(rng, below(rng, 100)))!
    return encodeFailure({ code: 'é'.repeat(below(rng, 40)), message: 'text '.repeat(below(rng, 300)) })
  },
  check(input) {
    const response = twice(input, decodeResponse)
    if (typeof response === 'string') return response
    if (response.kind === 'result') mustEqual(encodeResult(response.body), input, 'written again')
    else if (response.kind === 'refusal') mustEqual(encodeRefusal(response.refusal), input, 'written again')
    else mustEqual(encodeFailure(response.failure), input, 'written again')
    return response.kind
  }
})
