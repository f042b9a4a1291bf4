/**
 * How many connections may come from one range of addresses: go-p2p's `IPRangeCounter`, done so that it means something.
 * Caps hold for the prefixes of the address itself, of IPv4 and IPv6 each their own.
 */
import { formatIp, maskIp, parseIp } from '@pex/address-book'
import { PexError } from '@pex/core'

/** By length of prefix in bits, how many at once; lengths that are not there have no cap. */
export interface RangeLimits {
  /** @default none: CometBFT has no such caps */
  readonly ip4?: Readonly<Partial<Record<8 | 16 | 24, number>>> | undefined
  /** @default none */
  readonly ip6?: Readonly<Partial<Record<32 | 48 | 64, number>>> | undefined
}

export class IpRanges {
  readonly #limits: Readonly<Record<4 | 16, readonly (readonly [bits: number, most: number])[]>>
  /** Bounded by the connections that hold a place, three prefixes each; a prefix without any leaves. */
  readonly #counts = new Map<string, number>()

  constructor({ ip4 = {}, ip6 = {} }: RangeLimits = {}) {
    this.#limits = { 4: listOf(ip4), 16: listOf(ip6) }
  }

  /** Prefixes that are counted now. */
  get size(): number {
    return this.#counts.size
  }

  /** Whether all ranges of the address have room for one more. */
  hasRoom(ip: string): boolean {
    return this.#keys(ip).every(({ key, most }) => (this.#counts.get(key) ?? 0) < most)
  }

  /** Counts one more, room or not; returns the way to give it back, once. */
  take(ip: string): () => void {
    const keys = this.#keys(ip)
    for (const { key } of keys) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      for (const { key } of keys) {
        const left = this.#counts.get(key)! - 1
        if (left === 0) this.#counts.delete(key)
        else this.#counts.set(key, left)
      }
    }
  }

  #keys(text: string): readonly { readonly key: string; readonly most: number }[] {
    const ip = parseIp(text)
    if (ip === undefined) return []
    const limits = this.#limits[ip.length === 4 ? 4 : 16]
    return limits.map(([bits, most]) => ({ key: `${formatIp(maskIp(ip, bits))}/${bits}`, most }))
  }
}

function listOf(limits: Readonly<Partial<Record<number, number>>>): readonly (readonly [number, number])[] {
  return Object.entries(limits).flatMap(([bits, most]) => {
    if (most === undefined) return []
    if (Number.isSafeInteger(most) && most >= 0) return [[Number(bits), most] as const]
    throw new PexError('PEX_INVALID_PARAMETER', `the cap of a range is a whole number, not ${most}`)
  })
}
