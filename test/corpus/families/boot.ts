/** casm's boot packets in signed envelopes. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { BootRejection, encodePacket, openPacket, sealPacket } from '@pex/discovery'
import { pack, writeMessage } from '@pex/wire/capnp'
import { assemble, sealed } from '../../../packages/record/test/envelopes.ts'
import { bytes, changed } from '../family.ts'
import type { Family } from '../family.ts'

const key = await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(1))
const peer = bytes(0, 36, 8, 1, 18, 32, key.publicKey.raw)
const common = { namespace: 'ns', peer }
const domain = 'casm-boot-record'
const payloadType = bytes(0x1f, 0)
const whole = await sealPacket({ kind: 'request', ...common }, key)
const parts = await sealed(key, {
  domain,
  payloadType,
  payload: encodePacket({ kind: 'request', ...common })
})
const signed = async (payload: Uint8Array): Promise<Uint8Array> =>
  assemble(await sealed(key, { domain, payloadType, payload }))
const place = bytes(4, 8, 8, 8, 8, 6, 15, 161)
const packet = (kind: number, pointers: Parameters<typeof writeMessage>[0]['pointers']): Uint8Array =>
  pack(writeMessage({ data: bytes(kind, new Uint8Array(7)), pointers }))

export const family: Family = {
  async judge(input) {
    const opened = openPacket(input)
    if (opened instanceof BootRejection) return opened.reason
    const proved = await opened.prove()
    return proved instanceof BootRejection ? proved.reason : 'accepted'
  },
  faults: {
    'oversize--one-byte-more': new Uint8Array(2_049),
    'oversize--65-507': new Uint8Array(65_507),
    'malformed-envelope--nothing-of-it': bytes('boot'),
    'malformed-envelope--cut': whole.slice(0, 40),
    'malformed-envelope--length-of-2-to-32': bytes(10, 255, 255, 255, 255, 15),
    'wrong-payload-type--none': assemble({ ...parts, payloadType: bytes() }),
    'wrong-payload-type--of-peer-records': assemble(await sealed(key)),
    'malformed-packet--empty': await signed(bytes()),
    'malformed-packet--text': await signed(bytes('packet')),
    'malformed-packet--cut': await signed(encodePacket({ kind: 'request', ...common }).slice(0, -3)),
    'malformed-packet--without-a-peer': await signed(packet(0, [{ text: 'ns' }])),
    'malformed-packet--namespace-is-no-utf-8': await signed(
      packet(0, [{ text: bytes(0xff) }, { text: peer }])
    ),
    'malformed-packet--namespace-is-a-struct': await signed(
      packet(0, [{ struct: { data: new Uint8Array(8), pointers: [] } }, { text: peer }])
    ),
    'malformed-packet--addresses-are-a-struct': await signed(
      packet(2, [{ text: 'ns' }, { text: peer }, { struct: { data: new Uint8Array(8), pointers: [] } }])
    ),
    'malformed-packet--unpacks-to-too-much': await signed(
      bytes(...Array.from({ length: 8 }, () => [0, 255]))
    ),
    'unknown-kind--3': await signed(packet(3, [{ text: 'ns' }, { text: peer }])),
    'unknown-kind--255': await signed(packet(255, [{ text: 'ns' }, { text: peer }])),
    'too-many-addresses--17': await sealPacket(
      { kind: 'response', ...common, addresses: Array.from({ length: 17 }, () => place) },
      key
    ),
    'signer-mismatch--of-nobody': await sealPacket(
      { kind: 'request', namespace: 'ns', peer: new Uint8Array(38) },
      key
    ),
    'signer-mismatch--without-an-id': await sealPacket(
      { kind: 'request', namespace: 'ns', peer: bytes() },
      key
    ),
    'bad-signature--zeros': assemble({ ...parts, signature: new Uint8Array(64) }),
    'bad-signature--a-bit': assemble({
      ...parts,
      signature: changed(parts.signature, 3, parts.signature[3]! ^ 1)
    }),
    'bad-signature--for-another-domain': assemble(await sealed(key, { payloadType, payload: parts.payload }))
  }
}
