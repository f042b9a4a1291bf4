/** Calls and cancellations. */
import { below } from '@pex/core'
import { decodeRequest, encodeCall, encodeCancel, typeBytes } from '../../../packages/rpc/src/frames.ts'
import { bounds } from '../../../packages/rpc/src/bounds.ts'
import { randomBytes } from '../kit/inputs.ts'
import { must, mustEqual, twice, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

export const target: Target = () => ({
  seeds: [
    encodeCall(new Uint8Array(16), 1, utf8.encode('é/1'), new Uint8Array()),
    encodeCancel(new Uint8Array(16).fill(255))
  ],
  make: rng => {
    if (below(rng, 4) === 0) return encodeCancel(randomBytes(rng, 16))
    const type = utf8.encode('type/'.repeat(1 + below(rng, 12)))
    return encodeCall(
      randomBytes(rng, 16),
      1 + below(rng, bounds.maxTimeoutMs),
      type,
      randomBytes(rng, below(rng, 100))
    )
  },
  check(input) {
    const request = twice(input, decodeRequest)
    if (typeof request === 'string') return request
    const id = Uint8Array.from(Buffer.from(request.id, 'hex'))
    if (request.kind === 'cancel') {
      mustEqual(encodeCancel(id), input, 'written again')
      return request.kind
    }
    const { timeoutMs } = request
    must(timeoutMs >= 1 && timeoutMs <= bounds.maxTimeoutMs, `a deadline of ${timeoutMs} ms`)
    const type = typeBytes(request.type)
    must(type !== undefined, `no type has the name ${request.type}`)
    mustEqual(encodeCall(id, request.timeoutMs, type, request.body), input, 'written again')
    return request.kind
  }
})
