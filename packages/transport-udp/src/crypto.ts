/**
 * The primitives of Noise_XX_25519_ChaChaPoly_SHA256 (Noise, revision 34, §12) on the platform's own cryptography: keys
 * travel as 32 raw bytes, secrets live as key objects.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  sign,
  verify
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** A key that the platform holds. Only a name for it here, so that who uses this package needs no types of Node. */
export interface HeldKey {
  readonly type: 'private' | 'public' | 'secret'
}

export const KEY_BYTES = 32
export const TAG_BYTES = 16
export const SIGNATURE_BYTES = 64

/** An X25519 key pair. */
export interface KeyPair {
  readonly publicKey: Uint8Array
  readonly secret: HeldKey
}

// What stands before the raw bytes of a key in its DER form (RFC 8410).
const secretPrefix = {
  x25519: der('302e020100300506032b656e04220420'),
  ed25519: der('302e020100300506032b657004220420')
}
const publicPrefix = { x25519: der('302a300506032b656e032100'), ed25519: der('302a300506032b6570032100') }

/** A fresh key pair from the platform's chance. */
export function generateKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  return { publicKey: rawOf(publicKey), secret: privateKey }
}

/** The key pair of 32 secret bytes: for tests and vectors. */
export function keyPairFrom(secretBytes: Uint8Array): KeyPair {
  const secret = secretKey('x25519', secretBytes)
  return { publicKey: rawOf(createPublicKey(held(secret))), secret }
}

/** X25519; nothing where the other key is a point of small order, so that the secret would be known to all. */
export function dh(secret: HeldKey, publicBytes: Uint8Array): Uint8Array | undefined {
  try {
    return diffieHellman({ privateKey: held(secret), publicKey: publicKey('x25519', publicBytes) })
  } catch {
    return undefined
  }
}

export function sha256(...parts: Uint8Array[]): Uint8Array {
  return hash('sha256', parts.length === 1 ? parts[0]! : Buffer.concat(parts), 'buffer')
}

/** SHA-256's block. */
const BLOCK_BYTES = 64
// Two for all, the block of the key in front: they are read before anything else can run.
const inner = Buffer.alloc(BLOCK_BYTES + 128)
const outer = Buffer.alloc(BLOCK_BYTES + KEY_BYTES)

/** HMAC (RFC 2104) with a key of 32 bytes, of at most 128 bytes: on the one-shot hash, a third of the time of a Hmac object. */
export function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  for (let i = 0; i < BLOCK_BYTES; i++) {
    const byte = i < KEY_BYTES ? key[i]! : 0
    inner[i] = byte ^ 0x36
    outer[i] = byte ^ 0x5c
  }
  inner.set(data, BLOCK_BYTES)
  outer.set(hash('sha256', inner.subarray(0, BLOCK_BYTES + data.length), 'buffer'), BLOCK_BYTES)
  return hash('sha256', outer, 'buffer')
}

const one = Uint8Array.of(1)
const two = Uint8Array.of(2)
const three = Uint8Array.of(3)

/** HKDF as Noise has it (§4.3), with two outputs. */
export function hkdf2(chainingKey: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array] {
  const temp = hmac(chainingKey, input)
  const first = hmac(temp, one)
  return [first, hmac(temp, Buffer.concat([first, two]))]
}

/** The same with three outputs. */
export function hkdf3(chainingKey: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
  const temp = hmac(chainingKey, input)
  const first = hmac(temp, one)
  const second = hmac(temp, Buffer.concat([first, two]))
  return [first, second, hmac(temp, Buffer.concat([second, three]))]
}

/** A key for `seal` and `open`. */
export function cipherKey(bytes: Uint8Array): HeldKey {
  return createSecretKey(bytes)
}

// One for all: it is read before anything else can run.
const nonce = Buffer.alloc(12)
const nothing = new Uint8Array()

/** ChaCha20-Poly1305 with Noise's nonce: four zero bytes and the counter, little end first. Ciphertext and tag. */
export function seal(
  key: HeldKey,
  counter: number,
  text: Uint8Array,
  ad: Uint8Array = nothing
): [Uint8Array, Uint8Array] {
  nonce.writeUInt32LE(counter >>> 0, 4)
  const cipher = createCipheriv('chacha20-poly1305', held(key), nonce, { authTagLength: TAG_BYTES })
  if (ad.length > 0) cipher.setAAD(ad, { plaintextLength: text.length })
  const sealed = cipher.update(text)
  cipher.final()
  return [sealed, cipher.getAuthTag()]
}

/** The text behind a ciphertext and its tag; nothing where it is not authentic. */
export function open(
  key: HeldKey,
  counter: number,
  sealed: Uint8Array,
  ad: Uint8Array = nothing
): Uint8Array | undefined {
  const end = sealed.length - TAG_BYTES
  if (end < 0) return undefined
  nonce.writeUInt32LE(counter >>> 0, 4)
  const decipher = createDecipheriv('chacha20-poly1305', held(key), nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(sealed.subarray(end))
  if (ad.length > 0) decipher.setAAD(ad, { plaintextLength: end })
  const text = end === 0 ? nothing : decipher.update(sealed.subarray(0, end))
  try {
    decipher.final()
    return text
  } catch {
    return undefined
  }
}

/** Signs with an Ed25519 key. */
export function signWith(secret: HeldKey, message: Uint8Array): Uint8Array {
  return sign(null, message, held(secret))
}

/** Checks an Ed25519 signature; false as well for bytes that are no key. */
export function verifyWith(publicBytes: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, message, publicKey('ed25519', publicBytes), signature)
  } catch {
    return false
  }
}

/** The secret key of 32 raw bytes. */
export function secretKey(kind: 'x25519' | 'ed25519', bytes: Uint8Array): HeldKey {
  return createPrivateKey({ format: 'der', type: 'pkcs8', key: Buffer.concat([secretPrefix[kind], bytes]) })
}

/** Every key of ours is one that this module has made. */
function held(key: HeldKey): KeyObject {
  return key as KeyObject
}

function publicKey(kind: 'x25519' | 'ed25519', bytes: Uint8Array): KeyObject {
  return createPublicKey({ format: 'der', type: 'spki', key: Buffer.concat([publicPrefix[kind], bytes]) })
}

function rawOf(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES))
}

function der(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}
