/** LZ4 frames: never more than was allowed, whatever the frame says of itself. */
import { compress, decompress, isLz4Rejection } from '../../../packages/wire/src/lz4/index.ts'
import { randomBytes } from '../kit/inputs.ts'
import { must, mustEqual, twice } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

const MAX = 131_072

export const target: Target = () => ({
  seeds: [compress(new Uint8Array()), compress(new Uint8Array(5_000)), compress(new Uint8Array(300).fill(9))],
  make: rng => {
    const once = randomBytes(rng, rng() % 200)
    const twofold = Uint8Array.from([...once, ...once.subarray(rng() % (once.length + 1))])
    return compress(twofold)
  },
  check(input) {
    const bytes = twice(input, each => decompress(each, { maxBytes: MAX }))
    if (isLz4Rejection(bytes)) return bytes.reason
    must(bytes.length <= MAX, `${bytes.length} bytes came out`)
    mustEqual(decompress(compress(bytes), { maxBytes: MAX }), bytes, 'compressed and decompressed')
    return 'bytes'
  }
})
