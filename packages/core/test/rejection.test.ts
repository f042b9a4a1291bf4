import { codeOf, isRejection, reasonOf, reject, rejectionReasons } from '@pex/core'
import { describe, expect, it } from 'vitest'

describe('a rejection', () => {
  it('has a code of its own for each reason, from 1 on, and a code leads back to its reason', () => {
    expect(rejectionReasons.map(codeOf)).toEqual(rejectionReasons.map((_, i) => i + 1))
    expect(rejectionReasons.map(reason => reasonOf(codeOf(reason)))).toEqual(rejectionReasons)
  })

  it('of a number that is no code has no reason', () => {
    for (const code of [0, -1, 33, 2 ** 28, NaN]) expect(reasonOf(code)).toBeUndefined()
  })

  it('is one frozen value for each reason', () => {
    for (const reason of rejectionReasons) {
      expect(reject(reason)).toBe(reject(reason))
      expect(Object.isFrozen(reject(reason))).toBe(true)
      expect(isRejection(reject(reason))).toBe(true)
    }
  })

  it('is not what only looks like one: a refusal of a peer has a reason too', () => {
    expect(isRejection({ kind: 'refusal', reason: 'too-often' })).toBe(false)
    expect(isRejection({ reason: 'oversize' })).toBe(false)
    expect(isRejection([])).toBe(false)
  })

  it('keeps its codes for ever: what was released is not numbered anew', () => {
    expect(rejectionReasons.join(' ')).toBe(
      'oversize truncated trailing-bytes unknown-kind bad-varint no-records too-many-records record-oversize ' +
        'own-record-not-last hop-zero-inside duplicate-id sender-mismatch from-self malformed-record ' +
        'wrong-payload-type bad-signature signer-mismatch too-many-addresses bad-address unknown-namespace ' +
        'too-often self stale-seq hop-over-limit no-addresses ' +
        'bad-picks bad-averages busy overrepresented too-few-records unknown-exchange bad-encoding'
    )
  })
})
