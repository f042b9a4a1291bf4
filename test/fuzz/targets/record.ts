/** Signed records: no bytes but the signed ones are ever believed, and nothing is thrown. */
import { isRejection, limits } from '@pex/core'
import { createVerifier } from '@pex/record'
import { must, mustEqual } from '../kit/oracle.ts'
import { signedRecords } from '../kit/records.ts'
import type { Target } from '../kit/target.ts'

export const target: Target = async () => {
  const records = await signedRecords(8)
  const known = new Map(records.map(record => [Buffer.from(record.envelope).toString('hex'), record]))
  const verifier = createVerifier({ max: 16 })
  return {
    seeds: records.map(({ envelope }) => envelope),
    maxBytes: limits.maxRecordBytes + 64,
    async check(input) {
      const verified = await createVerifier().verify(input)
      mustEqual(await verifier.verify(input.slice()), verified, 'verified by one that remembers')
      if (isRejection(verified)) return verified.reason
      const signed = known.get(Buffer.from(input).toString('hex'))
      must(signed !== undefined, 'nobody has signed this')
      mustEqual({ ...verified, envelope: input }, { ...signed, envelope: input }, 'it says something else')
      return 'verified'
    }
  }
}
