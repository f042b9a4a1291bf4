import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { createSigner, createVerifier } from '@pex/record'
import { fromString } from 'uint8arrays/from-string'
import { describe, expect, it } from 'vitest'
import { assemble, payloadOf, sealed } from './envelopes.ts'
import { makeVectors } from './vectors.ts'
import type { Vector } from './vectors.ts'

const vectors = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors.json'), 'utf8')) as Vector[]

describe.each(vectors)('the vector "$name"', ({ key, id, seq, addresses, envelope }) => {
  const privateKey = privateKeyFromProtobuf(fromString(key, 'base16'))
  const bytes = fromString(envelope, 'base16')

  it('is what signing gives, byte for byte', async () => {
    const signer = createSigner(privateKey)
    expect(signer.id).toBe(id)
    expect(await signer.sign(addresses, BigInt(seq))).toEqual({
      id,
      seq: BigInt(seq),
      addresses,
      envelope: bytes
    })
  })

  it('is verified, and read as what was signed', async () => {
    expect(await createVerifier().verify(bytes)).toEqual({ id, seq: BigInt(seq), addresses, envelope: bytes })
  })

  it('is what the description says, put together field by field', async () => {
    expect(
      assemble(await sealed(privateKey, { payload: payloadOf(privateKey, addresses, BigInt(seq)) }))
    ).toEqual(bytes)
  })
})

it('the file of vectors is what its script writes', async () => {
  expect(vectors).toEqual(await makeVectors())
})
