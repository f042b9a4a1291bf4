/** The primitives in plain JavaScript, by noble: the same answers as Node's, wherever JavaScript runs. */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { writeNonce } from './primitives.ts'
import type { Aead, KeyPair, NodeKey, Primitives } from './primitives.ts'

export const primitives: Primitives = {
  keyPair(secret = x25519.utils.randomSecretKey()): KeyPair {
    return {
      publicKey: x25519.getPublicKey(secret),
      agree(publicKey) {
        try {
          return x25519.getSharedSecret(secret, publicKey)
        } catch {
          return undefined
        }
      }
    }
  },

  hkdf(secret, info, length) {
    return hkdf(sha256, secret, undefined, info, length)
  },

  aead(key): Aead {
    const nonce = new Uint8Array(12)
    const view = new DataView(nonce.buffer)
    return {
      seal(counter, text, into) {
        writeNonce(view, counter)
        into.set(chacha20poly1305(key, nonce).encrypt(text))
      },
      open(counter, sealed) {
        writeNonce(view, counter)
        try {
          return chacha20poly1305(key, nonce).decrypt(sealed)
        } catch {
          return undefined
        }
      }
    }
  },

  nodeKey(seed = ed25519.utils.randomSecretKey()): NodeKey {
    return { publicKey: ed25519.getPublicKey(seed), sign: message => ed25519.sign(message, seed) }
  },

  verify(publicKey, message, signature) {
    try {
      // As RFC 8032 has it; the default, ZIP 215, takes more. Only of keys with a part of small order, which nobody honest
      // has, does this take signatures that Node refuses.
      return ed25519.verify(signature, message, publicKey, { zip215: false })
    } catch {
      return false
    }
  },

  sha256
}
