/** The second message of a SecretConnection: who signs the challenge. */
import { decodeAuthSig, encodeAuthSig } from '../../../packages/mconnection/src/handshake.ts'
import { primitives } from '../../../packages/mconnection/src/platform.ts'
import { bytes } from '../family.ts'
import type { Family } from '../family.ts'

const challenge = new Uint8Array(32).fill(4)
const key = primitives.nodeKey(new Uint8Array(32).fill(2))
const { publicKey } = key
const signature = await key.sign(challenge)
const whole = encodeAuthSig({ publicKey, signature })
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const proof = (one: Uint8Array, other: Uint8Array): Uint8Array =>
  encodeAuthSig({ publicKey: one, signature: other })
const smallOrder: readonly (readonly [name: string, point: Uint8Array])[] = [
  ['0', new Uint8Array(32)],
  ['1', bytes(1, new Uint8Array(31))],
  ['1-with-the-sign', bytes(1, new Uint8Array(30), 0x80)],
  ['p-less-1', hex(`ec${'ff'.repeat(30)}7f`)],
  ['p', hex(`ed${'ff'.repeat(30)}7f`)],
  ['order-8', hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')],
  ['order-8-other', hex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')]
]

export const family: Family = {
  judge(input) {
    const read = decodeAuthSig(input)
    if (typeof read === 'string') return read
    return primitives.verify(read.publicKey, challenge, read.signature) ? 'accepted' : 'bad-signature'
  },
  faults: {
    'malformed--key-is-a-varint': bytes(8, 1, whole.slice(36)),
    'malformed--cut': whole.slice(0, -1),
    'malformed--group': bytes(0x0b, 0x0c),
    'malformed--field-0': bytes(2, 0),
    'malformed--key-within-is-cut': bytes(10, 3, 10, 32, 1),
    'unsupported-key--none': bytes(0x12, 64, signature),
    'unsupported-key--secp256k1': bytes(10, 35, 0x12, 33, 2, publicKey, whole.slice(36)),
    'unsupported-key--another-kind-last': bytes(10, 36, 10, 32, publicKey, 0x12, 0, whole.slice(36)),
    ...Object.fromEntries(
      smallOrder.map(([name, point]) => [`unsupported-key--small-order-${name}`, proof(point, signature)])
    ),
    'bad-key-length--31-bytes': proof(publicKey.slice(1), signature),
    'bad-key-length--33-bytes': proof(bytes(publicKey, 1), signature),
    'bad-signature--none': bytes(10, 34, 10, 32, publicKey),
    'bad-signature--63-bytes': proof(publicKey, signature.slice(1)),
    'bad-signature--65-bytes': proof(publicKey, bytes(signature, 0)),
    'bad-signature--zeros': proof(publicKey, new Uint8Array(64)),
    'bad-signature--a-bit': proof(
      publicKey,
      signature.map((byte, i) => (i === 5 ? byte ^ 1 : byte))
    ),
    'bad-signature--of-another-challenge': proof(publicKey, await key.sign(new Uint8Array(32)))
  }
}
