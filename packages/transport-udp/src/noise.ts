/**
 * The handshake XX of the Noise Protocol Framework, revision 34, as Noise_XX_25519_ChaChaPoly_SHA256; with a pre-shared
 * key as Noise_XXpsk0_25519_ChaChaPoly_SHA256:
 *
 *     -> [psk,] e
 *     <- e, ee, s, es
 *     -> s, se
 *
 * Messages are read and written in this order; one that is not authentic makes the read give nothing, and changes
 * nothing.
 */
import { assert } from '@pex/core'
import { cipherKey, dh, hkdf2, hkdf3, KEY_BYTES, open, seal, sha256, TAG_BYTES } from './crypto.ts'
import type { HeldKey, KeyPair } from './crypto.ts'

/** What both sides have in common before the first message: computed once for all handshakes. */
export interface Suite {
  readonly chainingKey: Uint8Array
  readonly hash: Uint8Array
  readonly key: HeldKey | undefined
  readonly psk: boolean
}

/** The two keys of a session. */
export interface Keys {
  readonly sending: HeldKey
  readonly receiving: HeldKey
  /** The handshake's hash: the same at both ends, and unique. */
  readonly hash: Uint8Array
}

/** The suite for a prologue (whatever both sides must agree on) and an optional pre-shared key of 32 bytes. */
export function suite(prologue: Uint8Array, psk?: Uint8Array): Suite {
  const name = Buffer.from(`Noise_XX${psk === undefined ? '' : 'psk0'}_25519_ChaChaPoly_SHA256`)
  // A name of up to 32 bytes is filled up with zeros, a longer one is hashed (§5.2).
  const start =
    name.length <= 32 ? new Uint8Array(Buffer.concat([name, Buffer.alloc(32 - name.length)])) : sha256(name)
  const mixed = sha256(start, prologue)
  if (psk === undefined) return { chainingKey: start, hash: mixed, key: undefined, psk: false }
  const [chainingKey, hash, key] = hkdf3(start, psk)
  return { chainingKey, hash: sha256(mixed, hash), key: cipherKey(key), psk: true }
}

export class Handshake {
  readonly #psk: boolean
  readonly #static: KeyPair
  readonly #ephemeral: KeyPair
  #chainingKey: Uint8Array
  #hash: Uint8Array
  #key: HeldKey | undefined
  #counter = 0
  #remoteEphemeral: Uint8Array = new Uint8Array()
  #remoteStatic: Uint8Array = new Uint8Array()

  constructor({ chainingKey, hash, key, psk }: Suite, staticKeys: KeyPair, ephemeral: KeyPair) {
    this.#psk = psk
    this.#chainingKey = chainingKey
    this.#hash = hash
    this.#key = key
    this.#static = staticKeys
    this.#ephemeral = ephemeral
  }

  /** The other side's static key, once its message has been read. */
  get remoteStatic(): Uint8Array {
    return this.#remoteStatic
  }

  /** The initiator's first message. */
  writeHello(payload: Uint8Array): Uint8Array {
    return Buffer.concat([this.#writeEphemeral(), ...this.#seal(payload)])
  }

  /** The responder reads it: no key of this side is used yet. */
  readHello(message: Uint8Array): Uint8Array | undefined {
    if (message.length < KEY_BYTES) return undefined
    this.#readEphemeral(message.subarray(0, KEY_BYTES))
    return this.#open(message.subarray(KEY_BYTES))
  }

  /** The responder's message; nothing where the initiator's ephemeral key is of small order. */
  writeResponse(payload: Uint8Array): Uint8Array | undefined {
    const ephemeral = this.#writeEphemeral()
    if (!this.#mixDh(this.#ephemeral, this.#remoteEphemeral)) return undefined
    const sealed = this.#seal(this.#static.publicKey)
    if (!this.#mixDh(this.#static, this.#remoteEphemeral)) return undefined
    return Buffer.concat([ephemeral, ...sealed, ...this.#seal(payload)])
  }

  /** The initiator reads it. */
  readResponse(message: Uint8Array): Uint8Array | undefined {
    return this.#orNothing(() => this.#readResponse(message))
  }

  /** The initiator's last message. */
  writeFinish(payload: Uint8Array): Uint8Array | undefined {
    const sealed = this.#seal(this.#static.publicKey)
    if (!this.#mixDh(this.#static, this.#remoteEphemeral)) return undefined
    return Buffer.concat([...sealed, ...this.#seal(payload)])
  }

  /** The responder reads it. */
  readFinish(message: Uint8Array): Uint8Array | undefined {
    return this.#orNothing(() => this.#readFinish(message))
  }

  /** The keys for what follows (§5.2, Split). */
  split(initiator: boolean): Keys {
    const [first, second] = hkdf2(this.#chainingKey, new Uint8Array())
    const [sending, receiving] = initiator ? [first, second] : [second, first]
    return { sending: cipherKey(sending), receiving: cipherKey(receiving), hash: this.#hash }
  }

  /** What is not authentic leaves no trace: a forged message must not spoil the handshake for the true one. */
  #orNothing(read: () => Uint8Array | undefined): Uint8Array | undefined {
    const before = [this.#chainingKey, this.#hash, this.#key, this.#counter] as const
    const payload = read()
    if (payload === undefined) [this.#chainingKey, this.#hash, this.#key, this.#counter] = before
    return payload
  }

  #readResponse(message: Uint8Array): Uint8Array | undefined {
    const end = KEY_BYTES + KEY_BYTES + TAG_BYTES
    if (message.length < end) return undefined
    this.#readEphemeral(message.subarray(0, KEY_BYTES))
    if (!this.#mixDh(this.#ephemeral, this.#remoteEphemeral)) return undefined
    if (!this.#readStatic(message.subarray(KEY_BYTES, end))) return undefined
    if (!this.#mixDh(this.#ephemeral, this.#remoteStatic)) return undefined
    return this.#open(message.subarray(end))
  }

  #readFinish(message: Uint8Array): Uint8Array | undefined {
    const end = KEY_BYTES + TAG_BYTES
    if (message.length < end || !this.#readStatic(message.subarray(0, end))) return undefined
    if (!this.#mixDh(this.#ephemeral, this.#remoteStatic)) return undefined
    return this.#open(message.subarray(end))
  }

  #writeEphemeral(): Uint8Array {
    this.#mixEphemeral(this.#ephemeral.publicKey)
    return this.#ephemeral.publicKey
  }

  #readEphemeral(bytes: Uint8Array): void {
    // A copy: the datagram it came in is not to be kept alive.
    this.#remoteEphemeral = new Uint8Array(bytes)
    this.#mixEphemeral(this.#remoteEphemeral)
  }

  #mixEphemeral(bytes: Uint8Array): void {
    this.#hash = sha256(this.#hash, bytes)
    // With a pre-shared key an ephemeral key is mixed into the keys as well (§9.2).
    if (this.#psk) this.#mixKey(bytes)
  }

  #readStatic(sealed: Uint8Array): boolean {
    const opened = this.#open(sealed)
    if (opened !== undefined) this.#remoteStatic = new Uint8Array(opened)
    return opened !== undefined
  }

  #mixDh(own: KeyPair, other: Uint8Array): boolean {
    const shared = dh(own.secret, other)
    if (shared !== undefined) this.#mixKey(shared)
    return shared !== undefined
  }

  #mixKey(input: Uint8Array): void {
    const [chainingKey, key] = hkdf2(this.#chainingKey, input)
    this.#chainingKey = chainingKey
    this.#key = cipherKey(key)
    this.#counter = 0
  }

  #seal(text: Uint8Array): Uint8Array[] {
    const sealed = this.#key === undefined ? [text] : seal(this.#key, this.#counter++, text, this.#hash)
    this.#hash = sha256(this.#hash, ...sealed)
    return sealed
  }

  #open(sealed: Uint8Array): Uint8Array | undefined {
    const text = this.#key === undefined ? sealed : open(this.#key, this.#counter++, sealed, this.#hash)
    if (text === undefined) return undefined
    this.#hash = sha256(this.#hash, sealed)
    assert(this.#counter < 4, 'no key of a handshake seals more than a few texts')
    return text
  }
}
