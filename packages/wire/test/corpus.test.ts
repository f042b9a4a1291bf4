import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeQuestion, decodeResponse } from '@pex/wire'
import { describe, expect, it } from 'vitest'
import { questions, read } from './bytes.ts'
import { corpus, folder } from './corpus.ts'

const files = readdirSync(folder)

/** What the decoder itself can find wrong; the rest of the list is about what records say, and circumstances. */
const reasons = [
  'oversize',
  'truncated',
  'trailing-bytes',
  'unknown-kind',
  'bad-varint',
  'no-records',
  'too-many-records',
  'record-oversize',
  'bad-picks',
  'bad-averages',
  'malformed-record'
]

function contentOf(file: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, file)))
}

describe('malformed messages', () => {
  it.each(files)('%s is rejected with the reason in its name', file => {
    const [reason] = file.split('--')
    expect(read(contentOf(file))).toEqual({ reason })
  })

  it.each(files.filter(file => file.startsWith('unknown-kind')))(
    '%s is of no kind, whatever is expected',
    file => {
      const content = contentOf(file)
      expect(decodeQuestion(content)).toEqual({ reason: 'unknown-kind' })
      for (const question of Object.values(questions))
        expect(decodeResponse(content, question)).toEqual({ reason: 'unknown-kind' })
    }
  )

  it('there is a file for each reason', () => {
    expect(new Set(files.map(file => file.split('--')[0]))).toEqual(new Set(reasons))
  })

  it('the files are what their script writes', () => {
    expect(files.sort()).toEqual(
      Object.keys(corpus)
        .map(name => `${name}.bin`)
        .sort()
    )
    for (const [name, bytes] of Object.entries(corpus))
      expect(readFileSync(join(folder, `${name}.bin`)).equals(bytes), name).toBe(true)
  })
})
