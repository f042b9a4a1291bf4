/**
 * The cryptography that a SecretConnection is made of, behind one small interface: X25519 (RFC 7748), HKDF-SHA256
 * (RFC 5869), ChaCha20-Poly1305 (RFC 8439) and Ed25519 (RFC 8032). Node's own is the fast one, noble's runs everywhere.
 */

export const KEY_BYTES = 32
export const TAG_BYTES = 16
export const SIGNATURE_BYTES = 64

/** An X25519 key pair, for one handshake. */
export interface KeyPair {
  readonly publicKey: Uint8Array
  /** The shared secret; nothing where the other key is a point of low order, so that the secret would be known to all. */
  agree(publicKey: Uint8Array): Uint8Array | undefined
}

/** ChaCha20-Poly1305 under one key, without additional data; nonces are four zero bytes and the counter, little end first. */
export interface Aead {
  /** Writes ciphertext and tag: `text.length` + 16 bytes of `into`. */
  seal(counter: number, text: Uint8Array, into: Uint8Array): void
  /** The text, or nothing where it is not authentic. */
  open(counter: number, sealed: Uint8Array): Uint8Array | undefined
}

/** Who a host is: an Ed25519 key. `sign` may live elsewhere (a hardware key), hence the promise. */
export interface NodeKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** 64 bytes of plain Ed25519. */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>
}

export interface Primitives {
  /** A fresh pair, or that of 32 given bytes: for vectors. */
  keyPair(secret?: Uint8Array): KeyPair
  hkdf(secret: Uint8Array, info: Uint8Array, length: number): Uint8Array
  aead(key: Uint8Array): Aead
  /** A fresh key, or that of a seed of 32 bytes. */
  nodeKey(seed?: Uint8Array): NodeKey
  /** False as well for bytes that are no key. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  sha256(bytes: Uint8Array): Uint8Array
}

/** Writes the nonce of a counter below 2^53 into its place. */
export function writeNonce(nonce: DataView, counter: number): void {
  nonce.setUint32(4, counter >>> 0, true)
  nonce.setUint32(8, Math.floor(counter / 0x1_0000_0000), true)
}

// The y coordinates of the points of order 1, 2, 4 and 8 of Ed25519, in all their encodings, without the sign bit.
const smallOrder: ReadonlySet<string> = new Set([
  '0100000000000000000000000000000000000000000000000000000000000000',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
])

/**
 * Whether an Ed25519 key is of small order: anybody can make a signature that fits it, so it names nobody. Libraries do
 * not agree on such keys (CometBFT's own follows ZIP 215 and lets them pass); here they are refused before any is asked.
 */
export function isSmallOrder(publicKey: Uint8Array): boolean {
  const y = publicKey.slice()
  y[KEY_BYTES - 1]! &= 0x7f
  return smallOrder.has(hexOf(y))
}

export function hexOf(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return hex
}
