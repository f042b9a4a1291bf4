/**
 * Which bucket an address belongs to: keyed hashing as in go-p2p's addrbook.go and btcd's addrmanager. Who does not know the
 * key cannot choose addresses that meet in one bucket, and one group, whatever it has, reaches only its share of them.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import type { Rng } from '@pex/core'
import { bytesOf } from './kind.ts'
import type { BookRules } from './rules.ts'

export class Placement {
  readonly #rules: BookRules
  readonly #key: Uint8Array

  /** `key` in hexadecimal digits, two for each of `rules.keyBytes`. */
  constructor(rules: BookRules, key: string) {
    this.#rules = rules
    this.#key = rules.isKeyText ? bytesOf(key) : hexToBytes(key)
  }

  /** The new bucket of an address that somebody of the source group has told of. */
  newBucket(group: string, sourceGroup: string): number {
    const { newBuckets, newBucketsPerGroup } = this.#rules
    const nth = this.#hash([bytesOf(group), bytesOf(sourceGroup)], newBucketsPerGroup)
    return Number(this.#hash([bytesOf(sourceGroup), this.#number(nth)], newBuckets))
  }

  /** The tried bucket of an address. */
  triedBucket(group: string, place: Uint8Array): number {
    const { triedBuckets, triedBucketsPerGroup } = this.#rules
    const nth = this.#hash([place], triedBucketsPerGroup)
    return Number(this.#hash([bytesOf(group), this.#number(nth)], triedBuckets))
  }

  /** The first eight bytes of SHA-256 twice over key and parts, modulo `below`. */
  #hash(parts: readonly Uint8Array[], below: number): bigint {
    const inner = sha256.create().update(this.#key)
    for (const part of parts) inner.update(part)
    const digest = sha256(inner.digest())
    const number = new DataView(digest.buffer, digest.byteOffset).getBigUint64(0, this.#rules.isLittleEndian)
    return number % BigInt(below)
  }

  #number(value: bigint): Uint8Array {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, value, this.#rules.isLittleEndian)
    return bytes
  }
}

/** The key that is given, where it is one for these rules; otherwise a new one. */
export function keyOf({ keyBytes }: BookRules, rng: Rng, given: string | undefined): string {
  if (given !== undefined && given.length === 2 * keyBytes && /^[0-9a-f]+$/.test(given)) return given
  const words = Array.from({ length: Math.ceil(keyBytes / 4) }, () => rng().toString(16).padStart(8, '0'))
  return words.join('').slice(0, 2 * keyBytes)
}
