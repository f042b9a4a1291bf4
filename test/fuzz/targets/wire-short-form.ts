/** Envelopes in short form: each has one long form, which has no other short one. */
import { isRejection, limits } from '@pex/core'
import { lengthen, shorten } from '../../../packages/wire/src/short-form.ts'
import { must, mustEqual, twice } from '../kit/oracle.ts'
import { signedRecords } from '../kit/records.ts'
import type { Target } from '../kit/target.ts'

export const target: Target = async () => {
  const records = await signedRecords(8)
  const envelopes = records.map(({ envelope }) => envelope)
  return {
    seeds: [...envelopes, ...envelopes.map(envelope => shorten(envelope)!)],
    maxBytes: 2_100,
    check(input) {
      const short = twice(input, shorten)
      if (short !== undefined) {
        must(short.length < input.length, 'the short form is not shorter')
        mustEqual(lengthen(short), input, 'shortened and lengthened')
        return 'envelope'
      }
      const long = twice(input, lengthen)
      if (isRejection(long)) return long.reason
      must(long.length <= limits.maxRecordBytes, 'the long form is too long')
      mustEqual(shorten(long), input, 'lengthened and shortened')
      return 'short'
    }
  }
}
