/** The tools' reader of book files, which says of each entry what is wrong with it, in whole files and in cut ones. */
import { bookOf } from '../../../apps/node/src/book/read.ts'
import { NOW } from '../kit/book-file.ts'
import { attempt, hasCode, must, Refused, textOf, utf8 } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'
import { target as addrbook } from './book-addrbook-json.ts'
import { target as peers } from './book-peers-json.ts'
import { jsonWords } from '../kit/words.ts'

export const target: Target = async () => {
  const seeds = [
    ...(await addrbook()).seeds,
    ...(await peers()).seeds,
    utf8.encode('{"key":"","addrs":null}')
  ]
  return {
    seeds,
    words: [...jsonWords, '"addrs":[', '"Addresses":[', '"Addrs":[]', '"key":"0123456789abcdef01234567"'],
    maxBytes: 6_000,
    check(input) {
      const text = textOf(input)
      const book = attempt(() => bookOf('a file', text, NOW), hasCode('PEX_BOOK'))
      if (book instanceof Refused) return 'none'
      const { entries, left, count, findings } = book
      must(
        entries.length + left.length === count,
        `of ${count} entries ${entries.length} and ${left.length} are told of`
      )
      const last = text.split('\n').length
      must(
        findings.every(({ line }) => line >= 1 && line <= last),
        'a finding stands on no line'
      )
      return findings.some(({ problem }) => problem === 'not-whole')
        ? 'cut off'
        : findings.length > 0
          ? 'findings'
          : 'sound'
    }
  }
}
