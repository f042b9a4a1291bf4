/**
 * Where a peer is. An address that the peer has not proved gets no more bytes than came from it: an authenticated peer could
 * name a victim's. It is proved by a token that is sent there and comes back from there (RFC 9000, §8.2).
 */
import { timingSafeEqual } from 'node:crypto'
import { assert } from '@pex/core'
import { addressKey } from './address.ts'
import type { Address } from './address.ts'

export class Path {
  #address: Address
  #proved: Address
  #token: Uint8Array | undefined
  /** Bytes that came from an unproved address, less those that went there. */
  #credit = 0

  /** A path to an address that the handshake has proved. */
  constructor(address: Address) {
    this.#address = address
    this.#proved = address
  }

  get address(): Address {
    return this.#address
  }

  /** The token to send there, until the address is proved. */
  get token(): Uint8Array | undefined {
    return this.#token
  }

  /** Bytes that may be sent there now. */
  get room(): number {
    return this.#token === undefined ? Infinity : this.#credit
  }

  is(address: Address): boolean {
    return same(this.#address, address)
  }

  /** The peer speaks from another address now. */
  follow(address: Address, token: Uint8Array): void {
    this.#address = address
    this.#credit = 0
    this.#token = same(address, this.#proved) ? undefined : token
  }

  received(address: Address, bytes: number): void {
    if (this.#token !== undefined && this.is(address)) this.#credit += bytes
  }

  sent(bytes: number): void {
    if (this.#token === undefined) return
    assert(bytes <= this.#credit, 'bytes to an unproved address never exceed bytes from it')
    this.#credit -= bytes
  }

  /** A token has come back. */
  answered(address: Address, token: Uint8Array): void {
    if (this.#token === undefined || !this.is(address) || !timingSafeEqual(token, this.#token)) return
    this.#token = undefined
    this.#proved = address
  }
}

function same(a: Address, b: Address): boolean {
  return a.via === b.via && addressKey(a) === addressKey(b)
}
