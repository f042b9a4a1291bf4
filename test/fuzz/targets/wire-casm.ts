/** casm's gossip: LZ4, packed words and Cap'n Proto, one in the other; what comes out is bounded whatever is announced. */
import { below, isRejection, limits } from '@pex/core'
import { casmWire, decodeGossip, encodeGossip } from '@pex/wire/casm'
import { compress, decompress } from '../../../packages/wire/src/lz4/index.ts'
import { mutate } from '../kit/mutations.ts'
import { must, mustEqual, twice } from '../kit/oracle.ts'
import { claimed, listOf, signedRecords } from '../kit/records.ts'
import type { Target } from '../kit/target.ts'

export const target: Target = async () => {
  const records = await signedRecords(6)
  const own = { record: records[0]!, hop: 0 }
  return {
    seeds: [encodeGossip([own])!, encodeGossip([{ record: records[3]!, hop: 2 }, own])!],
    make: rng => {
      const bytes = encodeGossip([...listOf(rng, records), own])!
      if (below(rng, 2) === 0) return bytes
      // What is wrong inside a sound frame: no mutation of the frame gets behind its checksums.
      const packed = decompress(bytes, { maxBytes: 2 ** 20 }) as Uint8Array
      return compress(mutate(packed, rng, { seeds: [packed], check: () => '' }, 2 ** 17))
    },
    check(input) {
      const claims = twice(input, decodeGossip)
      if (isRejection(claims)) return claims.reason
      must(claims.length > 0 && claims.length <= limits.maxRecords, `there are ${claims.length} records`)
      must(
        claims.every(({ hop }) => hop >= 0 && hop < limits.memoryHop),
        'a hop says that its peer is only remembered'
      )
      const written = encodeGossip(claims.map(claimed))!
      mustEqual(decodeGossip(written), claims, 'written and read again')
      const question = casmWire().decodeQuestion(input)
      must(
        !isRejection(question) && question.type === (input.length === 0 ? 'ping' : 'ask'),
        'it is no question'
      )
      return 'gossip'
    }
  }
}
