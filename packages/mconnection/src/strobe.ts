/**
 * STROBE-128 (v1.0.2), the part that Merlin needs: a duplex over Keccak-f[1600] that absorbs labelled data and gives
 * pseudo-random bytes. No keys, no transport operations.
 */
import { assert } from '@pex/core'
import { keccakP } from '@noble/hashes/sha3.js'

/** Bytes of the state that data may touch: 1600 bits less twice the security level, less two bytes of padding. */
const RATE = 166

const INBOUND = 1
const APPLICATION = 2
const CIPHER = 4
const META = 16
const KEYED = 32

const greeting = new TextEncoder().encode('STROBEv1.0.2')

export class Strobe {
  readonly #lanes = new Uint32Array(50)
  readonly #state = new Uint8Array(this.#lanes.buffer)
  #at = 0
  #begun = 0
  #flags = 0

  constructor(label: Uint8Array) {
    this.#state.set([1, RATE + 2, 1, 0, 1, 12 * 8])
    this.#state.set(greeting, 6)
    keccakP(this.#lanes, 24)
    this.metaData(label, false)
  }

  /** Takes in data about the data; with `more`, as one with what the last call took in. */
  metaData(data: Uint8Array, more: boolean): void {
    this.#begin(META | APPLICATION, more)
    this.#absorb(data)
  }

  /** Takes in data that both sides know. */
  associatedData(data: Uint8Array): void {
    this.#begin(APPLICATION, false)
    this.#absorb(data)
  }

  /** So many pseudo-random bytes that depend on everything before; they are gone from the state afterwards. */
  random(length: number): Uint8Array {
    this.#begin(INBOUND | APPLICATION | CIPHER, false)
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i++) {
      bytes[i] = this.#state[this.#at]!
      this.#state[this.#at] = 0
      this.#step()
    }
    return bytes
  }

  #begin(flags: number, more: boolean): void {
    if (more) {
      assert(flags === this.#flags, 'an operation goes on as what it began')
      return
    }
    const before = this.#begun
    this.#begun = this.#at + 1
    this.#flags = flags
    this.#absorb(Uint8Array.of(before, flags))
    if ((flags & (CIPHER | KEYED)) !== 0 && this.#at !== 0) this.#permute()
  }

  #absorb(data: Uint8Array): void {
    for (const byte of data) {
      this.#state[this.#at]! ^= byte
      this.#step()
    }
  }

  #step(): void {
    if (++this.#at === RATE) this.#permute()
  }

  #permute(): void {
    this.#state[this.#at]! ^= this.#begun
    this.#state[this.#at + 1]! ^= 0x04
    this.#state[RATE + 1]! ^= 0x80
    keccakP(this.#lanes, 24)
    this.#at = 0
    this.#begun = 0
  }
}
