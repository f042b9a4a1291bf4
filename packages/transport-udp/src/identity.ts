/**
 * Who a static Noise key belongs to: the payload of a handshake carries the peer's Ed25519 key, and its signature of the static
 * key under a tag of our own. The construction is that of libp2p's noise; the tag keeps signatures of one from serving
 * the other.
 */
import { PexError } from '@pex/core'
import { base58btc } from 'multiformats/bases/base58'
import { KEY_BYTES, secretKey, SIGNATURE_BYTES, signWith, verifyWith } from './crypto.ts'
import type { KeyPair } from './crypto.ts'

/** The payload of a response and of a finish: key and signature. */
export const IDENTITY_BYTES: number = KEY_BYTES + SIGNATURE_BYTES

const tag = Buffer.from('pex-udp-static-key:')
// An Ed25519 key's id: identity multihash (0x00) of 36 bytes, the key as libp2p's protobuf (type 1, 32 bytes).
const idPrefix = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)

/** A libp2p private key, as `@libp2p/crypto` makes it: only `Ed25519` will do. */
export interface IdentityKey {
  readonly type: string
  /** 64 bytes: the seed, and the public key. */
  readonly raw: Uint8Array
}

/** This host: its id, its static keys, and the proof that they are its own. */
export interface Identity {
  readonly id: string
  readonly staticKeys: KeyPair
  readonly proof: Uint8Array
}

/** Binds static keys to a host's key. Fails with `PEX_INVALID_PARAMETER` for a key that is not Ed25519. */
export function identity(key: IdentityKey, staticKeys: KeyPair): Identity {
  const publicBytes = key.raw.subarray(KEY_BYTES)
  if (key.type !== 'Ed25519' || publicBytes.length !== KEY_BYTES)
    throw new PexError('PEX_INVALID_PARAMETER', `an Ed25519 private key is needed, not ${key.type}`)
  const secret = secretKey('ed25519', key.raw.subarray(0, KEY_BYTES))
  const signature = signWith(secret, Buffer.concat([tag, staticKeys.publicKey]))
  return { id: idOf(publicBytes), staticKeys, proof: Buffer.concat([publicBytes, signature]) }
}

/** The id that a proof gives to a static key; nothing where the proof does not hold. */
export function provenId(proof: Uint8Array, staticKey: Uint8Array): string | undefined {
  if (proof.length !== IDENTITY_BYTES) return undefined
  const publicBytes = proof.subarray(0, KEY_BYTES)
  const message = Buffer.concat([tag, staticKey])
  return verifyWith(publicBytes, message, proof.subarray(KEY_BYTES)) ? idOf(publicBytes) : undefined
}

/** The peer id of an Ed25519 key, in its canonical text form. */
function idOf(publicBytes: Uint8Array): string {
  return base58btc.baseEncode(Buffer.concat([idPrefix, publicBytes]))
}
