/** The two messages of a SecretConnection's handshake: an ephemeral key in clear, then who signs the challenge. */
import type { Fault } from './errors.ts'
import { isSmallOrder, KEY_BYTES, SIGNATURE_BYTES } from './primitives.ts'
import { bytesField, field, Fields } from './protobuf.ts'

/**
 * Bytes of one handshake message, most. CometBFT reads up to 1 MiB; honest ones have 34 and 102 bytes, and who has not
 * proved anything yet is given no more room than that needs, with some for fields to come.
 */
export const MAX_HANDSHAKE_BYTES = 1_024

/** What a side says once the stream is sealed. */
export interface AuthSig {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  /** Over the challenge, 64 bytes. */
  readonly signature: Uint8Array
}

export function encodeEphemeral(publicKey: Uint8Array): Uint8Array {
  return field(1, publicKey)
}

/** The other side's ephemeral key. CometBFT cuts longer keys and fills up shorter ones; here 32 bytes are 32 bytes. */
export function decodeEphemeral(message: Uint8Array): Uint8Array | Fault {
  const key = bytesField(message, 1)
  if (typeof key === 'string') return key
  return key.length === KEY_BYTES ? key.slice() : 'bad-key-length'
}

export function encodeAuthSig({ publicKey, signature }: AuthSig): Uint8Array {
  const key = field(1, field(1, publicKey))
  const sig = field(2, signature)
  const message = new Uint8Array(key.length + sig.length)
  message.set(key)
  message.set(sig, key.length)
  return message
}

export function decodeAuthSig(message: Uint8Array): AuthSig | Fault {
  const key = bytesField(message, 1)
  if (typeof key === 'string') return key
  const signature = bytesField(message, 2)
  if (typeof signature === 'string') return signature
  const publicKey = ed25519Of(key)
  if (typeof publicKey === 'string') return publicKey
  if (signature.length !== SIGNATURE_BYTES) return 'bad-signature'
  return { publicKey: publicKey.slice(), signature: signature.slice() }
}

/** The Ed25519 key of a `PublicKey`: one of several kinds, of which only this one may sign here. */
function ed25519Of(message: Uint8Array): Uint8Array | Fault {
  const fields = new Fields(message)
  let key: Uint8Array | undefined
  // The last kind counts, whichever it is.
  while (fields.next()) key = fields.number === 1 ? fields.bytes : undefined
  if (fields.isMalformed) return 'malformed'
  if (key === undefined || isSmallOrder(key)) return 'unsupported-key'
  return key.length === KEY_BYTES ? key : 'bad-key-length'
}
