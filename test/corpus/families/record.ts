/** Signed envelopes: those that lie about who, what or where, and those that are no envelopes. */
import { isRejection, limits } from '@pex/core'
import { createVerifier } from '@pex/record'
import { assemble, ed25519, field, sealed, varint as short } from '../../../packages/record/test/envelopes.ts'
import { bytes, changed, varint } from '../family.ts'
import type { Family } from '../family.ts'

const [key, other] = await Promise.all([ed25519(1), ed25519(2)])
const parts = await sealed(key)
const whole = assemble(parts)
const theirs = await sealed(other)

const identity = (raw: Uint8Array): Uint8Array => bytes(0, 36, 8, 1, 18, 32, raw)
const place = bytes(4, 8, 8, 8, 8, 6, 15, 161)
const seqs = (seq: bigint | number): Uint8Array => bytes(0x10, varint(seq))
/** A payload of a peer: id, seq, and addresses one by one. */
const payload = (id: Uint8Array, seq: Uint8Array, addresses: readonly Uint8Array[]): Uint8Array =>
  bytes(field(1, id), seq, ...addresses.map(address => field(3, field(1, address))))
const me = identity(key.publicKey.raw)
const signed = async (content: Uint8Array): Promise<Uint8Array> =>
  assemble(await sealed(key, { payload: content }))
const many = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => bytes(4, 8, 8, 8, i & 255, 6, 15, i & 255))
const smallOrder = [bytes(1, new Uint8Array(31)), new Uint8Array(32)]
const publicKeyOf = (raw: Uint8Array): Uint8Array => bytes(8, 1, 18, raw.length, raw)

export const family: Family = {
  async judge(input) {
    const record = await createVerifier().verify(input)
    return isRejection(record) ? record.reason : 'accepted'
  },
  faults: {
    'record-oversize--one-byte-more': new Uint8Array(limits.maxRecordBytes + 1),
    'record-oversize--an-envelope-and-padding': bytes(whole, new Uint8Array(limits.maxRecordBytes)),
    'malformed-record--nothing': bytes(),
    'malformed-record--one-byte': bytes(10),
    'malformed-record--zeros': new Uint8Array(200),
    'malformed-record--text': bytes('peer'),
    'malformed-record--trailing-byte': bytes(whole, 0),
    'malformed-record--unknown-field': bytes(whole, 0x32, 1, 0),
    'malformed-record--field-twice': bytes(whole, field(2, parts.payloadType)),
    'malformed-record--fields-in-another-order': bytes(
      field(2, parts.payloadType),
      field(1, parts.publicKey),
      field(3, parts.payload),
      field(5, parts.signature)
    ),
    'malformed-record--length-in-more-bytes': bytes(
      0x0a,
      short(parts.publicKey.length)[0]! | 0x80,
      0,
      whole.slice(2)
    ),
    'malformed-record--length-of-2-to-31': bytes(0x0a, varint(2n ** 31n)),
    'malformed-record--length-of-2-to-64': bytes(0x0a, varint(2n ** 64n - 1n)),
    'malformed-record--length-in-eleven-bytes': bytes(0x0a, varint(5, 11), 1, 2, 3, 4, 5),
    'malformed-record--another-kind-of-field': bytes(0x08, 1, whole.slice(2)),
    'malformed-record--cut-in-half': whole.slice(0, whole.length >> 1),
    'malformed-record--without-its-last-byte': whole.slice(0, -1),
    'malformed-record--key-of-31-bytes': assemble({
      ...parts,
      publicKey: publicKeyOf(key.publicKey.raw.slice(1))
    }),
    'malformed-record--key-of-no-kind': assemble({ ...parts, publicKey: changed(parts.publicKey, 1, 9) }),
    'wrong-payload-type--empty': assemble({ ...parts, payloadType: bytes() }),
    'wrong-payload-type--casm-boot': assemble({ ...parts, payloadType: bytes(0x1f, 0) }),
    'wrong-payload-type--one-byte-more': assemble({ ...parts, payloadType: bytes(parts.payloadType, 0) }),
    'bad-signature--empty': assemble({ ...parts, signature: bytes() }),
    'bad-signature--zeros': assemble({ ...parts, signature: new Uint8Array(64) }),
    'bad-signature--a-bit': assemble({
      ...parts,
      signature: changed(parts.signature, 0, parts.signature[0]! ^ 1)
    }),
    'bad-signature--last-bit': assemble({
      ...parts,
      signature: changed(parts.signature, 63, parts.signature[63]! ^ 0x80)
    }),
    'bad-signature--one-byte-less': assemble({ ...parts, signature: parts.signature.slice(1) }),
    'bad-signature--one-byte-more': assemble({ ...parts, signature: bytes(parts.signature, 0) }),
    'bad-signature--of-another-key': assemble({ ...parts, signature: theirs.signature }),
    'bad-signature--for-another-domain': assemble(await sealed(key, { domain: 'casm-boot-record' })),
    'bad-signature--for-an-empty-domain': assemble(await sealed(key, { domain: '' })),
    'bad-signature--of-another-payload': assemble({ ...parts, payload: theirs.payload }),
    'bad-signature--key-of-small-order-1': assemble({ ...parts, publicKey: publicKeyOf(smallOrder[0]!) }),
    'bad-signature--key-of-small-order-4': assemble({ ...parts, publicKey: publicKeyOf(smallOrder[1]!) }),
    'signer-mismatch--anothers-record': assemble(await sealed(key, { payload: theirs.payload })),
    'too-many-addresses--17': await signed(payload(me, seqs(1), many(17))),
    'too-many-addresses--120': await signed(payload(me, seqs(1), many(120))),
    'bad-address--no-address': await signed(payload(me, seqs(1), [bytes(255)])),
    'bad-address--cut': await signed(payload(me, seqs(1), [bytes(4, 8, 8)])),
    'bad-address--too-long': await signed(payload(me, seqs(1), [bytes(54, varint(600), 'a'.repeat(600))])),
    'bad-address--right-to-left': await signed(payload(me, seqs(1), [bytes(54, 4, 'a\u202e')])),
    'bad-address--newline-in-a-name': await signed(payload(me, seqs(1), [bytes(54, 3, 'a\nb')])),
    'bad-address--of-an-unknown-protocol': await signed(payload(me, seqs(1), [bytes(0xff, 0x7f, 1)])),
    'bad-address--one-of-two': await signed(payload(me, seqs(1), [place, bytes(4)]))
  }
}
