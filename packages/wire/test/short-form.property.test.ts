/** The short form against envelopes that peers sign, these damaged, and any bytes. PEX_FUZZ_RUNS=1000000 tries more. */
import { generateKeyPair, generateKeyPairFromSeed, privateKeyFromRaw } from '@libp2p/crypto/keys'
import { RecordEnvelope } from '@libp2p/peer-record'
import { isRejection, limits } from '@pex/core'
import { createSigner } from '@pex/record'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lengthen, shorten } from '../src/short-form.ts'
import { bytes, counted, envelopeOf, lengthened, varint } from './bytes.ts'

const numRuns = Number(process.env['PEX_FUZZ_RUNS'] ?? 5_000)
const { maxRecordBytes } = limits

const part = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })
/** Bytes of any length that a rest of a payload can have, and above; a fault in them is found small quickly. */
const anyRest = fc.tuple(fc.nat(2_100), fc.nat(255)).map(([length, first]) => counted(length, first))
const anyParts = fc.tuple(part(32), part(64), anyRest)

const addresses = [
  '/ip4/192.0.2.1/tcp/4001',
  '/dns4/relay.example.com/tcp/443/tls/ws',
  '/ip6/2001:db8::1/udp/4001/quic-v1'
]

async function signed(seed: number, seq: bigint, count: number): Promise<Uint8Array> {
  const key = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(seed))
  const shown = Array.from({ length: count }, (_, i) => addresses[i % addresses.length]!)
  return (await createSigner(key).sign(shown, seq)).envelope
}

/** Envelopes of Ed25519 peers, with payloads on both sides of 128 bytes. */
const samples = await Promise.all(
  [0, 1, 2, 3, 5, 16].flatMap((count, seed) =>
    [0n, 1n, 1_700_000_000_000n].map(seq => signed(seed, seq, count))
  )
)

/** Fails if the envelope's short form, should it have one, is not of it alone. */
function expectNoLoss(envelope: Uint8Array): void {
  const short = shorten(envelope)
  if (short !== undefined) expect(lengthen(short)).toEqual(envelope)
}

describe('the short form', () => {
  it('of what an Ed25519 peer signs is 54 or 55 bytes shorter and gives it back', () => {
    for (const envelope of samples) {
      const short = shorten(envelope)!
      expect(lengthen(short)).toEqual(envelope)
      expect(envelope.length - short.length).toBe(envelope.length < 238 ? 54 : 55)
    }
  })

  it('is key, signature and what follows the peer id in the payload, whatever these are', () => {
    fc.assert(
      fc.property(anyParts, ([key, signature, rest]) => {
        const envelope = envelopeOf(key, signature, rest)
        const short = bytes(key, signature, rest)
        if (envelope.length > maxRecordBytes) {
          expect(shorten(envelope)).toBe(undefined)
          expect(lengthen(short)).toEqual({ reason: 'record-oversize' })
        } else {
          expect(shorten(envelope)).toEqual(short)
          expect(lengthen(short)).toEqual(envelope)
        }
      }),
      { numRuns: 1_000 }
    )
  })

  it('has 96 bytes or more, and no more than make an envelope of the most bytes', () => {
    for (let length = 0; length < maxRecordBytes + 10; length++) {
      const envelope = lengthen(counted(length))
      if (length < 96) expect(envelope, `${length} bytes`).toEqual({ reason: 'malformed-record' })
      else if (length > maxRecordBytes - 55)
        expect(envelope, `${length} bytes`).toEqual({ reason: 'record-oversize' })
      else expect(envelope, `${length} bytes`).toEqual(lengthened(0, length))
    }
    expect(lengthened(0, maxRecordBytes - 55).length).toBe(maxRecordBytes)
  })

  it('of any bytes is that of the envelope which they give', () => {
    fc.assert(
      fc.property(anyRest, short => {
        const envelope = lengthen(short)
        if (!isRejection(envelope)) expect(shorten(envelope)).toEqual(short)
      }),
      { numRuns: 1_000 }
    )
  })

  it('does not exist for keys of other kinds', async () => {
    const secp256k1 = privateKeyFromRaw(new Uint8Array(32).fill(7))
    const rsa = await generateKeyPair('RSA', 2048)
    for (const key of [secp256k1, rsa])
      expect(shorten((await createSigner(key).sign(addresses, 7n)).envelope), key.type).toBe(undefined)

    // Nobody's peer id is made of this kind of key, but it can sign.
    const ecdsa = await generateKeyPair('ECDSA')
    const payload = samples[1]!.subarray(44, -66)
    const record = {
      domain: 'libp2p-peer-record',
      codec: Uint8Array.of(3, 1),
      marshal: () => payload,
      equals: () => false
    }
    expect(shorten((await RecordEnvelope.seal(record, ecdsa)).marshal())).toBe(undefined)
  })

  it('exists as long as only the signature and the rest of the payload change, and no other byte', () => {
    for (const envelope of [lengthened(0, 116), lengthened(0, 200)]) {
      const restAt = 43 + (envelope.length < 238 ? 1 : 2) + 40
      for (let place = 0; place < envelope.length; place++) {
        const signatureAt = envelope.length - 64
        const free = place >= signatureAt || (place >= restAt && place < signatureAt - 2)
        for (let bit = 1; bit < 256; bit <<= 1) {
          const changed = envelope.with(place, envelope[place]! ^ bit)
          expect(shorten(changed) !== undefined, `byte ${place} of ${envelope.length}`).toBe(free)
          expectNoLoss(changed)
        }
      }
    }
  })

  it('does not exist for another encoding of the same fields', () => {
    const envelope = samples[0]!
    const [publicKey, type, payload, signature] = [
      envelope.subarray(0, 38),
      envelope.subarray(38, 42),
      envelope.subarray(42, -66),
      envelope.subarray(-66)
    ]
    expect(shorten(bytes(publicKey, type, payload, signature))).toBeDefined()
    const others = [
      bytes(type, publicKey, payload, signature),
      bytes(publicKey, payload, type, signature),
      bytes(publicKey, type, signature, payload),
      bytes(publicKey, type, type, payload, signature),
      bytes(publicKey, type, payload, signature, signature),
      bytes(publicKey, type, payload, signature, [0x32, 0]),
      bytes(publicKey, type, payload, [0x2a, 0], signature),
      bytes(publicKey, type, 0x1a, varint(payload.length - 2, 2), payload.subarray(2), signature),
      bytes(0x0a, varint(36, 2), publicKey.subarray(2), type, payload, signature),
      bytes(publicKey, type, payload, 0x2a, varint(64, 2), signature.subarray(2)),
      bytes(publicKey, type, payload),
      bytes(publicKey, type, payload, signature, 0)
    ]
    for (const other of others) expect(shorten(other)).toBe(undefined)
  })

  it('does not exist where the payload ends within the key, and the key looks like what follows a payload', () => {
    for (let end = 0; end < 32; end++) {
      // Key and filler, with tag and length of a signature at the place where the payload ends.
      const tail = counted(end + 66)
        .with(end, 0x2a)
        .with(end + 1, 0x40)
      const key = tail.subarray(0, 32)
      const head = envelopeOf(key, new Uint8Array(0), new Uint8Array(0)).subarray(0, 42)
      const peerId = [0x0a, 0x26, 0x00, 0x24, 0x08, 0x01, 0x12, 0x20]
      expect(shorten(bytes(head, 0x1a, 8 + end, peerId, tail)), `payload of ${8 + end} bytes`).toBe(undefined)
    }
    // With the whole key in the payload it is an envelope like any other.
    const key = counted(32)
    expect(shorten(envelopeOf(key, new Uint8Array(64), new Uint8Array(0)))).toBeDefined()
  })

  it('of a damaged envelope loses nothing, if there is one', () => {
    const anyDamage = fc.tuple(
      fc.constantFrom(...samples),
      fc.nat(),
      fc.nat(4),
      fc.uint8Array({ maxLength: 4 })
    )
    fc.assert(
      fc.property(anyDamage, ([envelope, where, removed, inserted]) => {
        const place = where % (envelope.length + 1)
        expectNoLoss(bytes(envelope.subarray(0, place), inserted, envelope.subarray(place + removed)))
      }),
      { numRuns }
    )
  })

  it('of any bytes loses nothing, if there is one', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), expectNoLoss), { numRuns })
  })

  it('does not depend on where the bytes stand', () => {
    const whole = bytes(9, 9, samples[0]!, 9)
    expect(shorten(whole.subarray(2, -1))).toEqual(shorten(samples[0]!))
    const short = shorten(samples[0]!)!
    expect(lengthen(bytes(9, short, 9).subarray(1, -1))).toEqual(samples[0])
  })
})
