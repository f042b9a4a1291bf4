/** Good records, damaged: nothing but the original bytes is ever accepted. PEX_FUZZ_RUNS=100000 damages more of them. */
import { below, isRejection, sample } from '@pex/core'
import type { Rng } from '@pex/core'
import { createSigner, createVerifier } from '@pex/record'
import { seeded } from '@pex/testkit/chance'
import { concat } from 'uint8arrays/concat'
import { toString } from 'uint8arrays/to-string'
import { describe, expect, it } from 'vitest'
import { ed25519, secp256k1 } from './envelopes.ts'

const runs = Number(process.env['PEX_FUZZ_RUNS'] ?? 10_000)

/** A thousand records of some 250 peers, one of the first twenty with the other kind of key. */
const originals = await Promise.all(
  Array.from({ length: 1_000 }, async (_, i) => {
    const signer = createSigner(i === 19 ? secp256k1(i + 1) : await ed25519(i + 1))
    const addresses = Array.from({ length: i % 3 }, (_, k) => `/ip4/192.0.2.${k}/tcp/${4_000 + i}`)
    return (await signer.sign(addresses, BigInt(i) << 20n)).envelope
  })
)

/** One for all, which knows the originals: no damaged envelope may be taken for one of them. */
const verifier = createVerifier()

/** What is good as it is. */
const whole = new Set(originals.map(original => toString(original, 'base64')))

async function accepts(envelope: Uint8Array): Promise<boolean> {
  return !isRejection(await verifier.verify(envelope))
}

type Mutation = (bytes: Uint8Array, rng: Rng) => Uint8Array

/** A place, and another one at or behind it. */
function span(bytes: Uint8Array, rng: Rng): [number, number] {
  const [a, b] = [below(rng, bytes.length + 1), below(rng, bytes.length + 1)]
  return [Math.min(a, b), Math.max(a, b)]
}

const mutations: readonly Mutation[] = [
  // Some bytes are others.
  (bytes, rng) => {
    const mutant = bytes.slice()
    for (let i = 0; i <= below(rng, 4); i++) mutant[below(rng, mutant.length)]! ^= 1 + below(rng, 255)
    return mutant
  },
  // Some bytes are missing.
  (bytes, rng) => {
    const [from, to] = span(bytes, rng)
    return concat([bytes.subarray(0, from), bytes.subarray(to)])
  },
  // Some bytes are there twice.
  (bytes, rng) => {
    const [from, to] = span(bytes, rng)
    return concat([bytes.subarray(0, to), bytes.subarray(from)])
  },
  // Some bytes are new.
  (bytes, rng) => {
    const at = below(rng, bytes.length + 1)
    const extra = Uint8Array.from({ length: 1 + below(rng, 8) }, () => below(rng, 256))
    return concat([bytes.subarray(0, at), extra, bytes.subarray(at)])
  },
  // Half of it is of another record.
  (bytes, rng) => {
    const at = below(rng, bytes.length + 1)
    return concat([bytes.subarray(0, at), sample(rng, originals, 1)[0]!.subarray(at)])
  }
]

describe('a record that is damaged', () => {
  it('was good before', async () => {
    expect((await Promise.all(originals.map(accepts))).every(Boolean)).toBe(true)
  })

  it('is rejected for every single bit that is flipped, in each of twenty records', async () => {
    const accepted: string[] = []
    for (const [i, original] of originals.slice(0, 20).entries()) {
      for (let bit = 0; bit < 8 * original.length; bit++) {
        const mutant = original.slice()
        mutant[bit >> 3]! ^= 1 << (bit & 7)
        if (await accepts(mutant)) accepted.push(`bit ${bit} of record ${i}`)
      }
    }
    expect(accepted).toEqual([])
  }, 600_000)

  it('is rejected however else it is damaged, of a thousand records', async () => {
    const rng = seeded(20_260_101)
    const accepted: string[] = []
    for (let i = 0; i < runs; i++) {
      const [original] = sample(rng, originals, 1)
      const mutant = mutations[i % mutations.length]!(original!, rng)
      if (whole.has(toString(mutant, 'base64'))) continue
      if (await accepts(mutant)) accepted.push(`run ${i}: ${toString(mutant, 'base16')}`)
    }
    expect(accepted).toEqual([])
  }, 600_000)
})
