import { generateKeyPair } from '@libp2p/crypto/keys'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { isRejection, limits } from '@pex/core'
import type { PeerRecord as Verified, Rejection } from '@pex/core'
import { createSigner, createVerifier } from '@pex/record'
import * as fc from 'fast-check'
import { concat } from 'uint8arrays/concat'
import { describe, expect, it, vi } from 'vitest'
import { assemble, ed25519, field, payloadOf, sealed, secp256k1, varint } from './envelopes.ts'

const key = await ed25519(1)
const other = await ed25519(2)
const parts = await sealed(key)
const good = assemble(parts)

/** What a fresh verifier says. */
function verify(envelope: Uint8Array): Promise<Verified | Rejection> {
  return Promise.resolve(createVerifier().verify(envelope))
}

/** A record of the key whose payload holds these addresses. */
async function withAddresses(addresses: readonly (string | Uint8Array)[]): Promise<Uint8Array> {
  return assemble(await sealed(key, { payload: payloadOf(key, addresses) }))
}

describe('a record', () => {
  it('is who signed, its seq, its addresses and its bytes', async () => {
    expect(await verify(good)).toEqual({
      id: createSigner(key).id,
      seq: 1n,
      addresses: ['/ip4/192.0.2.1/tcp/4001'],
      envelope: good
    })
  })

  it('may have no address, and as many as the limit', async () => {
    expect(await verify(await withAddresses([]))).toMatchObject({ addresses: [] })
    const many = Array.from({ length: limits.maxAddresses }, (_, i) => `/ip4/192.0.2.${i}/tcp/1`)
    expect(await verify(await withAddresses(many))).toMatchObject({ addresses: many })
  })
})

describe('a forged record', () => {
  it('of another peer, truly signed by the forger, is rejected though libp2p itself would open it', async () => {
    const forged = assemble(await sealed(other, { payload: payloadOf(key) }))
    await RecordEnvelope.openAndCertify(forged, PeerRecord.DOMAIN)
    expect(await verify(forged)).toEqual({ reason: 'signer-mismatch' })
  })

  it("with the victim's key and the forger's signature is rejected", async () => {
    const { signature } = await sealed(other, { payload: parts.payload })
    expect(await verify(assemble({ ...parts, signature }))).toEqual({ reason: 'bad-signature' })
  })

  it('of a key that is nobody’s peer id (ECDSA) is rejected', async () => {
    const ecdsa = await generateKeyPair('ECDSA')
    const forged = assemble(await sealed(ecdsa, { payload: payloadOf(key) }))
    expect(await verify(forged)).toEqual({ reason: 'signer-mismatch' })
  })

  it('of a peer id that is an address on the web is rejected', async () => {
    const url = new TextEncoder().encode('https://example.com')
    const payload = concat([field(1, concat([Uint8Array.of(0, url.length), url])), Uint8Array.of(0x10, 1)])
    expect(await verify(assemble(await sealed(key, { payload })))).toEqual({ reason: 'signer-mismatch' })
  })

  it('signed for another domain is rejected', async () => {
    for (const domain of ['libp2p-routing-state', 'casm-boot-record', '', 'libp2p-peer-record\0'])
      expect(await verify(assemble(await sealed(key, { domain })))).toEqual({ reason: 'bad-signature' })
  })

  it('of another payload type is rejected, signed or not', async () => {
    for (const payloadType of [Uint8Array.of(3, 2), new Uint8Array(0), Uint8Array.of(3, 1, 0)]) {
      const signed = assemble(await sealed(key, { payloadType }))
      expect(await verify(signed)).toEqual({ reason: 'wrong-payload-type' })
      expect(await verify(assemble({ ...parts, payloadType }))).toEqual({ reason: 'wrong-payload-type' })
    }
  })

  it.each([0, 1, 63, 65, 1_000])('with a signature of %d bytes is rejected', async length => {
    const signature = new Uint8Array(length)
    expect(await verify(assemble({ ...parts, signature }))).toEqual({ reason: 'bad-signature' })
    const secp = await sealed(secp256k1(3))
    expect(await verify(assemble({ ...secp, signature }))).toEqual({ reason: 'bad-signature' })
  })

  it('whose payload is no record is rejected', async () => {
    const { publicKey } = parts
    for (const payload of [new Uint8Array(0), Uint8Array.of(0xff), publicKey, field(1, Uint8Array.of(0, 36))])
      expect(await verify(assemble(await sealed(key, { payload })))).toEqual({ reason: 'bad-address' })
  })
})

describe('another encoding of a good envelope', () => {
  const fields = [
    field(1, parts.publicKey),
    field(2, parts.payloadType),
    field(3, parts.payload),
    field(5, parts.signature)
  ]
  const [publicKey, payloadType, payload, signature] = fields as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array
  ]

  it('is put together here as the signer does it', () => {
    expect(concat(fields)).toEqual(good)
  })

  it.each<[string, Uint8Array[]]>([
    ['padded with an unknown field', [...fields, field(9, new Uint8Array(100))]],
    ['padded in front', [field(4, Uint8Array.of(1)), ...fields]],
    ['in another order', [signature, payload, payloadType, publicKey]],
    ['with a field twice', [...fields, signature]],
    ['with a field that a later one replaces', [field(3, Uint8Array.of(1)), ...fields]],
    ['with an empty field', [...fields, Uint8Array.of(0x22, 0)]],
    [
      'with a length in more bytes than it takes',
      [publicKey, Uint8Array.of(0x12, 0x82, 0x00, 3, 1), payload, signature]
    ],
    [
      'with a tag in more bytes than it takes',
      [Uint8Array.of(0x8a, 0x00), publicKey.subarray(1), payloadType, payload, signature]
    ],
    ['with a byte behind it', [...fields, Uint8Array.of(0)]],
    [
      'with a key that has a field more',
      [field(1, concat([parts.publicKey, varint(0x18), varint(1)])), payloadType, payload, signature]
    ],
    [
      'with a key whose fields are in another order',
      [
        field(1, concat([parts.publicKey.subarray(2), parts.publicKey.subarray(0, 2)])),
        payloadType,
        payload,
        signature
      ]
    ]
  ])('%s is rejected', async (_, encoded) => {
    expect(await verify(concat(encoded))).toEqual({ reason: 'malformed-record' })
  })

  it('is rejected too where the signature stays good', async () => {
    const padded = concat([...fields, field(9, new Uint8Array(8))])
    expect((await RecordEnvelope.openAndCertify(padded, PeerRecord.DOMAIN)).payload).toEqual(parts.payload)
    expect(await verify(padded)).toEqual({ reason: 'malformed-record' })
  })
})

describe('the limits of a record', () => {
  const name = (text: string): Uint8Array => {
    const bytes = new TextEncoder().encode(text)
    return concat([varint(54), varint(bytes.length), bytes])
  }

  it('one address more than the limit is rejected', async () => {
    const many = Array.from({ length: limits.maxAddresses + 1 }, (_, i) => `/ip4/192.0.2.${i}/tcp/1`)
    expect(await verify(await withAddresses(many))).toEqual({ reason: 'too-many-addresses' })
  })

  it('an address may be as long as the limit, and no longer', async () => {
    const longest = limits.maxAddressBytes - '/dns4/'.length
    expect(await verify(await withAddresses([name('a'.repeat(longest))]))).toMatchObject({ seq: 1n })
    const tooLong = await withAddresses([name('a'.repeat(longest + 1))])
    expect(await verify(tooLong)).toEqual({ reason: 'bad-address' })
  })

  it.each([
    ['none at all', new Uint8Array(0)],
    ['one that reads as another', name('a/tcp/1')],
    ['one that moves the cursor', name('a\u001b[2J')],
    ['one that is no text', Uint8Array.of(54, 2, 0xff, 0xfe)]
  ])('an address that is %s is rejected', async (_, address) => {
    expect(await verify(await withAddresses([address]))).toEqual({ reason: 'bad-address' })
  })

  it.each([
    ['of a protocol that nobody knows', Uint8Array.of(0xff, 0xff, 0x7f, 1)],
    ['that ends too early', Uint8Array.of(4, 192, 0)]
  ])('an address %s is rejected', async (_, address) => {
    expect(await verify(await withAddresses([address]))).toEqual({ reason: 'bad-address' })
  })

  it('an envelope may be as long as the limit; one byte more is rejected unread', async () => {
    const filled = async (length: number): Promise<Uint8Array> => {
      const unknown = field(9, new Uint8Array(length))
      return assemble(await sealed(key, { payload: concat([parts.payload, unknown]) }))
    }
    const spare = limits.maxRecordBytes - (await filled(1_000)).length
    const longest = await filled(1_000 + spare)
    expect(longest.length).toBe(limits.maxRecordBytes)
    expect(await verify(longest)).toMatchObject({ envelope: longest })
    const decode = vi.spyOn(RecordEnvelope, 'createFromProtobuf')
    expect(await verify(await filled(1_001 + spare))).toEqual({ reason: 'record-oversize' })
    expect(decode).not.toHaveBeenCalled()
    decode.mockRestore()
  })
})

describe('any bytes', () => {
  it('are verified or rejected; never does it throw', async () => {
    const anyEnvelope = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .record({
          publicKey: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(parts.publicKey)),
          payloadType: fc.oneof(fc.uint8Array({ maxLength: 4 }), fc.constant(PeerRecord.CODEC)),
          payload: fc.uint8Array({ maxLength: 60 }),
          signature: fc.uint8Array({ maxLength: 70 })
        })
        .map(assemble)
    )
    await fc.assert(
      fc.asyncProperty(anyEnvelope, async bytes => {
        expect(isRejection(await verify(bytes))).toBe(true)
      }),
      { numRuns: 500 }
    )
  })

  it('truly signed as a payload are verified or rejected; never does it throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 120 }), fc.boolean(), async (bytes, asAddress) => {
        const payload = asAddress ? payloadOf(key, [bytes]) : bytes
        const verdict = await verify(assemble(await sealed(key, { payload })))
        if (!isRejection(verdict)) expect(verdict.addresses.length).toBeLessThanOrEqual(1)
      })
    )
  })
})
