import { RecordEnvelope } from '@libp2p/peer-record'
import { createSigner, createVerifier } from '@pex/record'
import { concat } from 'uint8arrays/concat'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MockInstance } from 'vitest'
import { ed25519 } from './envelopes.ts'

const signer = createSigner(await ed25519(1))

async function envelopeOf(seq: bigint): Promise<Uint8Array> {
  return (await signer.sign(['/ip4/192.0.2.1/tcp/1'], seq)).envelope
}

describe('an envelope that was verified before', () => {
  let checks: MockInstance
  beforeEach(() => {
    checks = vi.spyOn(RecordEnvelope.prototype, 'validate')
  })
  afterEach(() => checks.mockRestore())

  it('gives the same object, at once, and costs no signature', async () => {
    const verifier = createVerifier()
    const envelope = await envelopeOf(1n)
    const first = await verifier.verify(envelope)
    expect(checks).toHaveBeenCalledTimes(1)
    expect(verifier.verify(envelope)).toBe(first)
    expect(verifier.verify(envelope.slice())).toBe(first)
    expect(checks).toHaveBeenCalledTimes(1)
  })

  it('is found as a window on a message, and kept without the message', async () => {
    const verifier = createVerifier()
    const envelope = await envelopeOf(1n)
    const packed = concat([new Uint8Array(100), envelope, new Uint8Array(60_000)])
    const window = packed.subarray(100, 100 + envelope.length)
    const record = await verifier.verify(window)
    expect(record).toMatchObject({ envelope })
    expect((record as { envelope: Uint8Array }).envelope.buffer.byteLength).toBe(envelope.length)
    expect(verifier.verify(envelope)).toBe(record)
  })

  it.each([
    ['bytes', (bytes: Uint8Array) => bytes.slice()],
    ["Node's buffers, whose slices share their memory", (bytes: Uint8Array) => Buffer.from(bytes)]
  ])('is not changed by what the caller does to its %s, not even while it waits', async (_, copy) => {
    const verifier = createVerifier()
    const envelope = await envelopeOf(1n)
    const handed = copy(envelope)
    const verdict = verifier.verify(handed)
    handed.fill(0)
    expect(await verdict).toMatchObject({ seq: 1n, envelope })
    expect(verifier.verify(envelope)).toBe(await verdict)
    expect(await verifier.verify(handed)).toEqual({ reason: 'malformed-record' })
  })

  it('is not mistaken for another one that ends in the same bytes', async () => {
    const verifier = createVerifier()
    const envelope = await envelopeOf(1n)
    await verifier.verify(envelope)
    const other = envelope.slice()
    other[other.length - 80]! ^= 1
    expect(await verifier.verify(other)).toEqual({ reason: 'bad-signature' })
    expect(verifier.verify(envelope), 'and stays known').toMatchObject({ seq: 1n })
  })

  it('is forgotten when too many others have come since', async () => {
    const verifier = createVerifier({ max: 3 })
    const envelopes = await Promise.all([1n, 2n, 3n, 4n].map(envelopeOf))
    for (const envelope of envelopes) await verifier.verify(envelope)
    expect(checks).toHaveBeenCalledTimes(4)
    for (const envelope of envelopes.slice(1)) expect(verifier.verify(envelope)).toMatchObject({ envelope })
    expect(checks).toHaveBeenCalledTimes(4)
    await verifier.verify(envelopes[0]!)
    expect(checks).toHaveBeenCalledTimes(5)
  })

  it('and rejected is not remembered: nobody can fill the memory with rubbish', async () => {
    const verifier = createVerifier({ max: 2 })
    const good = await verifier.verify(await envelopeOf(1n))
    for (let i = 0; i < 10; i++) {
      const bad = await envelopeOf(BigInt(i + 2))
      bad[bad.length - 1]! ^= 1
      expect(await verifier.verify(bad)).toEqual({ reason: 'bad-signature' })
    }
    expect(verifier.verify(await envelopeOf(1n))).toBe(good)
  })
})
