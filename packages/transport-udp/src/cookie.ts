/**
 * Proof of an address without memory (as WireGuard's cookie, RFC 9000's retry token): a MAC of address, port and the hello's
 * own key under a secret that nobody else knows and that lives for a minute. Whoever brings it back can read what is sent to
 * that address; until then nothing is kept.
 */
import { timingSafeEqual } from 'node:crypto'
import { addressKey } from './address.ts'
import type { Address } from './address.ts'
import { hmac, KEY_BYTES } from './crypto.ts'

export interface CookieInit {
  readonly bytes: (length: number) => Uint8Array
  readonly secretMs: number
  readonly cookieBytes: number
}

export class Cookies {
  readonly #init: CookieInit
  #current: Uint8Array
  #previous: Uint8Array | undefined
  #epoch: number

  constructor(init: CookieInit, now: number) {
    this.#init = init
    this.#epoch = this.#epochAt(now)
    this.#current = this.#fresh()
  }

  /** The cookie for a hello with this key from this address. */
  make(now: number, from: Address, ephemeral: Uint8Array): Uint8Array {
    this.#rotate(now)
    return this.#mac(this.#current, from, ephemeral)
  }

  /** Whether a cookie is one that was made for the same, with the present secret or the one before. */
  check(now: number, from: Address, ephemeral: Uint8Array, cookie: Uint8Array): boolean {
    this.#rotate(now)
    return [this.#current, this.#previous].some(
      secret => secret !== undefined && timingSafeEqual(this.#mac(secret, from, ephemeral), cookie)
    )
  }

  #mac(secret: Uint8Array, from: Address, ephemeral: Uint8Array): Uint8Array {
    // The length of the address is told by what follows: the key has always the same.
    const message = Buffer.concat([Buffer.from(addressKey(from)), ephemeral])
    return hmac(secret, message).subarray(0, this.#init.cookieBytes)
  }

  #rotate(now: number): void {
    const epoch = this.#epochAt(now)
    if (epoch === this.#epoch) return
    // A secret that is two epochs old is forgotten with the one in between.
    this.#previous = epoch === this.#epoch + 1 ? this.#current : undefined
    this.#current = this.#fresh()
    this.#epoch = epoch
  }

  #epochAt(now: number): number {
    return Math.floor(now / this.#init.secretMs)
  }

  #fresh(): Uint8Array {
    return this.#init.bytes(KEY_BYTES)
  }
}
