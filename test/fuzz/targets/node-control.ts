/** What comes on a host's control socket: one line of JSON, an answer or a failure that is not ours. */
import { PexError } from '@pex/core'
import { answerQuestion } from '../../../apps/node/src/answers.ts'
import type { Subject } from '../../../apps/node/src/answers.ts'
import type { Question } from '../../../apps/node/src/control.ts'
import { asFailure } from '../../../apps/node/src/failure.ts'
import { must, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { jsonWords } from '../kit/words.ts'

const subject: Subject = {
  running: true,
  addrs: [],
  pex: {
    id: '12D3KooW',
    namespaces: ['pex'],
    rejections: {},
    view: () => [],
    sample: (_, count) => {
      if (!Number.isInteger(count) || count < 0)
        throw new PexError('PEX_INVALID_PARAMETER', `count is ${String(count)}`)
      return []
    }
  }
}
const questions: readonly Question[] = [
  { ask: 'id' },
  { ask: 'health' },
  { ask: 'view', namespace: 'pex' },
  { ask: 'sample', namespace: 'pex', count: 3 }
]

export const target: Target = () => ({
  seeds: questions.map(question => utf8.encode(JSON.stringify(question))),
  words: [...jsonWords, '"ask"', '"view"', '"sample"', '"pex"'],
  maxBytes: 1_024,
  check(input) {
    let question: Question
    try {
      question = JSON.parse(textOf(input)) as Question
    } catch {
      return 'no JSON'
    }
    try {
      const answer = answerQuestion(subject, question)
      JSON.stringify(answer)
      return 'answer'
    } catch (error) {
      const { code, message } = asFailure(error)
      must(code !== 'PEX_INTERNAL', `a stranger's question is a fault of ours: ${message}`)
      return code
    }
  }
})
