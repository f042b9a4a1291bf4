import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { read } from './bytes.ts'
import { encode, hex, makeVectors, unhex } from './vectors.ts'
import type { Said, Vector } from './vectors.ts'

const vectors = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors.json'), 'utf8')) as Vector[]

/** What the decoder says of such a message. */
function claimed(said: Said): object {
  switch (said.type) {
    case 'ask':
    case 'reply': {
      const { descriptors, ...others } = said
      const claims = descriptors.map(({ hop, envelope }) => ({ hop, envelope: unhex(envelope) }))
      return { ...others, claims }
    }
    case 'pong':
      return { type: 'pong', own: { hop: 0, envelope: unhex(said.envelope) } }
    case 'refusal':
      return { type: 'refusal', reason: said.reason }
    default:
      return said
  }
}

describe.each(vectors)('the vector "$name"', vector => {
  it('is read as what it says', () => {
    expect(read(unhex(vector.bytes))).toEqual(claimed(vector.message))
  })

  it('is what the encoder writes', () => {
    expect(hex(encode(vector.message))).toBe(vector.bytes)
  })
})

it('the file of vectors is what its script writes', () => {
  expect(vectors).toEqual(JSON.parse(JSON.stringify(makeVectors())))
})
