/** The primitives on Node's own cryptography. In browsers package.json maps this file to `platform.browser.ts`. */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  hkdfSync,
  sign,
  verify
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { KEY_BYTES, TAG_BYTES, writeNonce } from './primitives.ts'
import type { Aead, KeyPair, NodeKey, Primitives } from './primitives.ts'

// What stands before the raw bytes of a key in its DER form (RFC 8410).
const secretPrefix = {
  x25519: der('302e020100300506032b656e04220420'),
  ed25519: der('302e020100300506032b657004220420')
}
const publicPrefix = { x25519: der('302a300506032b656e032100'), ed25519: der('302a300506032b6570032100') }

export const primitives: Primitives = {
  keyPair(secret): KeyPair {
    const privateKey =
      secret === undefined ? generateKeyPairSync('x25519').privateKey : secretKey('x25519', secret)
    return {
      publicKey: rawOf(privateKey),
      agree(bytes) {
        try {
          return diffieHellman({ privateKey, publicKey: publicKey('x25519', bytes) })
        } catch {
          return undefined
        }
      }
    }
  },

  hkdf(secret, info, length) {
    return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), info, length))
  },

  aead(key): Aead {
    const secret = createSecretKey(key)
    // One for both directions of work: it is read before anything else can run.
    const nonce = new Uint8Array(12)
    const view = new DataView(nonce.buffer)
    const options = { authTagLength: TAG_BYTES }
    return {
      seal(counter, text, into) {
        writeNonce(view, counter)
        const cipher = createCipheriv('chacha20-poly1305', secret, nonce, options)
        into.set(cipher.update(text))
        cipher.final()
        into.set(cipher.getAuthTag(), text.length)
      },
      open(counter, sealed) {
        const end = sealed.length - TAG_BYTES
        if (end < 0) return undefined
        writeNonce(view, counter)
        const decipher = createDecipheriv('chacha20-poly1305', secret, nonce, options)
        decipher.setAuthTag(sealed.subarray(end))
        const text = decipher.update(sealed.subarray(0, end))
        try {
          decipher.final()
          return text
        } catch {
          return undefined
        }
      }
    }
  },

  nodeKey(seed): NodeKey {
    const privateKey =
      seed === undefined ? generateKeyPairSync('ed25519').privateKey : secretKey('ed25519', seed)
    return { publicKey: rawOf(privateKey), sign: message => new Uint8Array(sign(null, message, privateKey)) }
  },

  verify(bytes, message, signature) {
    try {
      return verify(null, message, publicKey('ed25519', bytes), signature)
    } catch {
      return false
    }
  },

  sha256(bytes) {
    return new Uint8Array(hash('sha256', bytes, 'buffer'))
  }
}

function secretKey(kind: 'x25519' | 'ed25519', bytes: Uint8Array): KeyObject {
  return createPrivateKey({ format: 'der', type: 'pkcs8', key: Buffer.concat([secretPrefix[kind], bytes]) })
}

function publicKey(kind: 'x25519' | 'ed25519', bytes: Uint8Array): KeyObject {
  return createPublicKey({ format: 'der', type: 'spki', key: Buffer.concat([publicPrefix[kind], bytes]) })
}

function rawOf(privateKey: KeyObject): Uint8Array {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return new Uint8Array(spki.subarray(-KEY_BYTES))
}

function der(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}
