/** The two messages of a SecretConnection's handshake. */
import {
  decodeAuthSig,
  decodeEphemeral,
  encodeAuthSig,
  encodeEphemeral
} from '../../../packages/mconnection/src/handshake.ts'
import { randomBytes } from '../kit/inputs.ts'
import { must, mustEqual, twice } from '../kit/oracle.ts'
import type { Target } from '../kit/target.ts'

export const target: Target = () => ({
  seeds: [
    encodeEphemeral(new Uint8Array(32).fill(5)),
    encodeAuthSig({ publicKey: new Uint8Array(32).fill(9), signature: new Uint8Array(64).fill(1) }),
    encodeAuthSig({
      publicKey: Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0)),
      signature: new Uint8Array(64)
    })
  ],
  make: rng =>
    rng() % 2 === 0
      ? encodeEphemeral(randomBytes(rng, 32))
      : encodeAuthSig({ publicKey: randomBytes(rng, 32), signature: randomBytes(rng, 64) }),
  maxBytes: 1_024,
  check(input) {
    const key = twice(input, decodeEphemeral)
    const proof = twice(input, decodeAuthSig)
    if (typeof key !== 'string') {
      must(key.length === 32 && key.buffer !== input.buffer, 'a key is 32 bytes of its own')
      mustEqual(decodeEphemeral(encodeEphemeral(key)), key, 'the key written and read again')
    }
    if (typeof proof === 'string') return typeof key === 'string' ? `${key}, ${proof}` : 'key'
    must(proof.publicKey.length === 32 && proof.signature.length === 64, 'wrong lengths')
    mustEqual(decodeAuthSig(encodeAuthSig(proof)), proof, 'the proof written and read again')
    return 'proof'
  }
})
