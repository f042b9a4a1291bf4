import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeMessage, encodeExchange, encodeRefusal } from '@pex/wire'
import { describe, expect, it } from 'vitest'
import { hex, makeVectors, unhex } from './vectors.ts'
import type { Vector } from './vectors.ts'

const vectors = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors.json'), 'utf8')) as Vector[]

describe.each(vectors)('the vector "$name"', vector => {
  const bytes = unhex(vector.bytes)

  it('is read as what it says', () => {
    const message = decodeMessage(bytes)
    if (vector.kind === 'refusal') expect(message).toEqual({ kind: 'refusal', reason: vector.reason })
    else {
      const claims = vector.claims.map(({ hop, envelope }) => ({
        hop,
        envelope: unhex(envelope)
      }))
      expect(message).toEqual({ kind: 'exchange', claims })
    }
  })

  it('is what the encoder writes', () => {
    if (vector.kind === 'refusal') expect(hex(encodeRefusal(vector.reason))).toBe(vector.bytes)
    else {
      const descriptors = vector.claims.map(({ hop, envelope }) => ({
        hop,
        record: { id: 'p', seq: 1n, addresses: [], envelope: unhex(envelope) }
      }))
      expect(hex(encodeExchange(descriptors))).toBe(vector.bytes)
    }
  })
})

it('the file of vectors is what its script writes', () => {
  expect(vectors).toEqual(makeVectors())
})
