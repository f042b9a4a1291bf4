/**
 * Networks that swallow a whole kind of packets (UDP behind some firewalls, IPv6 on many hosts) cost every dial its delay. When
 * of the last dials of a kind hardly one has come through, that kind is left alone, but for a probe now and then; one success
 * opens it again. From go-libp2p's black hole detector.
 */
import { placeOf } from '@pex/core'

export interface BlackHoleInit {
  /** Dials of a kind that are looked at, and requests until the next probe. @default 100 (go-libp2p) */
  readonly window?: number | undefined
  /** Successes among them below which the kind is left alone. @default 5 (go-libp2p) */
  readonly minSuccesses?: number | undefined
}

class Filter {
  readonly #window: number
  readonly #minSuccesses: number
  // Bounded by the window: how the last dials went.
  readonly #results: boolean[] = []
  #requests = 0
  #blocked = false

  constructor(window: number, minSuccesses: number) {
    this.#window = window
    this.#minSuccesses = minSuccesses
  }

  blocks(): boolean {
    if (!this.#blocked) return false
    this.#requests++
    return this.#requests % this.#window !== 0
  }

  record(success: boolean): void {
    if (this.#blocked && success) {
      // The network may have changed: everything is judged anew.
      this.#blocked = false
      this.#requests = 0
      this.#results.length = 0
    }
    this.#results.push(success)
    if (this.#results.length > this.#window) this.#results.shift()
    const successes = this.#results.filter(Boolean).length
    if (this.#results.length >= this.#window) this.#blocked = successes < this.#minSuccesses
  }
}

export class BlackHoles {
  readonly #udp: Filter
  readonly #ip6: Filter

  constructor({ window = 100, minSuccesses = 5 }: BlackHoleInit = {}) {
    this.#udp = new Filter(window, minSuccesses)
    this.#ip6 = new Filter(window, minSuccesses)
  }

  /** Whether to leave the address alone. Each question counts towards the next probe. */
  blocks(address: string): boolean {
    return this.#of(address).some(filter => filter.blocks())
  }

  record(address: string, success: boolean): void {
    for (const filter of this.#of(address)) filter.record(success)
  }

  /** Only public addresses tell of the way out. */
  #of(address: string): readonly Filter[] {
    const place = placeOf(address)
    if (place.class !== 'public' || place.relayed) return []
    const filters: Filter[] = []
    if (address.includes('/udp/')) filters.push(this.#udp)
    if (place.ip?.length === 16) filters.push(this.#ip6)
    return filters
  }
}
