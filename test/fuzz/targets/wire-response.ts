/** Answers of the native wire, to each kind of question. */
import { below, isRejection, rejectionReasons } from '@pex/core'
import type { Question, Response } from '@pex/core'
import { decodeResponse, encodeMessage, encodeRefusal } from '@pex/wire'
import type { ClaimedResponse } from '@pex/wire'
import type { SeededRng } from '@pex/testkit'
import { must, mustEqual, twice } from '../kit/oracle.ts'
import { corpus } from '../../../packages/wire/test/corpus.ts'
import { averagesOf, claimed, listOf, mustKeepBounds, picksOf, signedRecords } from '../kit/records.ts'
import type { Target } from '../kit/target.ts'

const questions: readonly Question[] = [
  { type: 'ask', exchange: 1, settles: true, descriptors: [], averages: [] },
  { type: 'ask', exchange: 1, settles: false, descriptors: [], averages: [] },
  { type: 'settle', exchange: 1, picks: [] },
  { type: 'ping' }
]

const nearlyRight = Object.values(corpus).filter(({ length }) => length < 3_000)

export const target: Target = async () => {
  const records = await signedRecords(6)
  const make = (rng: SeededRng): Uint8Array => {
    const kind = below(rng, 8)
    if (kind === 0) return encodeMessage({ type: 'ack' })
    if (kind === 1) return encodeRefusal(rejectionReasons[below(rng, rejectionReasons.length)]!)
    if (kind === 2) return encodeMessage({ type: 'pong', own: { record: records[below(rng, 6)]!, hop: 0 } })
    const descriptors = listOf(rng, records)
    const picks = kind < 5 ? undefined : picksOf(rng)
    return encodeMessage({ type: 'reply', descriptors, picks, averages: averagesOf(rng) })
  }
  return {
    // Nearly right is where a guard is: what it refuses is a good beginning.
    seeds: [...nearlyRight, encodeMessage({ type: 'ack' }), encodeRefusal('busy')],
    make,
    check(input) {
      const outcomes = new Set<string>()
      for (const question of questions) {
        const response = twice(input, bytes => decodeResponse(bytes, question))
        if (isRejection(response)) outcomes.add(response.reason)
        else {
          outcomes.add(response.type)
          mustKeepBounds(response)
          const written = bytesOf(response, input)
          mustEqual(decodeResponse(written, question), response, 'written and read again')
        }
      }
      // A kind answers one kind of question; another one's is of no kind there.
      outcomes.delete('unknown-kind')
      must(outcomes.size < 2, `one answer is several things: ${[...outcomes].join(' ')}`)
      return [...outcomes][0] ?? 'unknown-kind'
    }
  }
}

function bytesOf(response: ClaimedResponse, input: Uint8Array): Uint8Array {
  switch (response.type) {
    case 'refusal':
      // A number that is none of ours has no name to write it by.
      return response.reason === undefined ? input : encodeRefusal(response.reason)
    case 'pong':
      return encodeMessage({ type: 'pong', own: claimed(response.own) })
    case 'reply': {
      const { claims, ...rest } = response
      return encodeMessage({ ...rest, descriptors: claims.map(claimed) } satisfies Response)
    }
    case 'ack':
      return encodeMessage(response)
  }
}
