/** Questions of the native wire: any bytes give a question or a named rejection, and what was taken is written as it was read. */
import { below, isRejection } from '@pex/core'
import type { Question } from '@pex/core'
import { decodeQuestion, encodeMessage } from '@pex/wire'
import type { ClaimedQuestion } from '@pex/wire'
import type { SeededRng } from '@pex/testkit'
import { mustEqual, twice } from '../kit/oracle.ts'
import { corpus } from '../../../packages/wire/test/corpus.ts'
import { averagesOf, claimed, listOf, mustKeepBounds, picksOf, signedRecords } from '../kit/records.ts'
import type { Target } from '../kit/target.ts'

const nearlyRight = Object.values(corpus).filter(({ length }) => length < 3_000)

export const target: Target = async () => {
  const records = await signedRecords(6)
  const make = (rng: SeededRng): Uint8Array => {
    const kind = below(rng, 8)
    if (kind === 0) return encodeMessage({ type: 'ping' })
    if (kind < 3) return encodeMessage({ type: 'settle', exchange: rng(), picks: picksOf(rng) })
    const descriptors = listOf(rng, records)
    return encodeMessage({
      type: 'ask',
      exchange: rng(),
      settles: kind < 6,
      descriptors,
      averages: averagesOf(rng)
    })
  }
  return {
    // Nearly right is where a guard is: what it refuses is a good beginning.
    seeds: [
      ...nearlyRight,
      encodeMessage({ type: 'ping' }),
      encodeMessage({ type: 'settle', exchange: 7, picks: [0, 3] })
    ],
    make,
    check(input) {
      const question = twice(input, decodeQuestion)
      if (isRejection(question)) return question.reason
      mustKeepBounds(question)
      const written = encodeMessage(asMessage(question))
      mustEqual(decodeQuestion(written), question, 'written and read again')
      return question.type
    }
  }
}

function asMessage(question: ClaimedQuestion): Question {
  if (question.type !== 'ask') return question
  const { claims, ...rest } = question
  return { ...rest, descriptors: claims.map(claimed) }
}
