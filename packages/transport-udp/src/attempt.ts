/**
 * Reaching one peer at its several addresses: one after the other, each given a moment before the next is tried as well, as
 * RFC 8305 has it for TCP. The first that answers as the right peer wins.
 */
import type { Address } from './address.ts'
import type { Agenda, Timed } from './agenda.ts'
import type { Caller, Dial } from './dial.ts'
import type { UdpLimits } from './constants.ts'
import type { Manners } from './manners.ts'
import type { Peer } from './peer.ts'

export interface AttemptHost {
  readonly limits: UdpLimits
  readonly agenda: Agenda
  readonly manners: Manners
  dial(now: number, address: Address): Dial
}

export interface AttemptInit {
  /** Who has to answer; nothing: whoever does. */
  readonly expected: string | undefined
  /** Best first. */
  readonly addresses: readonly Address[]
  connected(now: number, peer: Peer): void
  /** Nobody can be reached; each address with its reason. */
  failed(now: number, reasons: readonly string[]): void
}

export class Attempt implements Caller, Timed {
  readonly expected: string | undefined
  place: number = -1
  due: number = Infinity
  readonly #host: AttemptHost
  readonly #init: AttemptInit
  // Bounded by maxAddresses, and it only shrinks.
  readonly #left: Address[]
  // Bounded by maxAddresses: one for each address that has been tried.
  readonly #dials = new Set<Dial>()
  // Bounded by maxAddresses: one for each that has failed.
  readonly #reasons: string[] = []
  #isOver = false

  constructor(init: AttemptInit, host: AttemptHost) {
    this.expected = init.expected
    this.#init = init
    this.#host = host
    this.#left = init.addresses.slice(0, host.limits.maxAddresses)
  }

  start(now: number): void {
    this.#next(now)
  }

  wake(now: number): void {
    this.#next(now)
  }

  connected(now: number, peer: Peer): void {
    this.end()
    this.#init.connected(now, peer)
  }

  failed(now: number, dial: Dial, why: string): void {
    this.#dials.delete(dial)
    this.#host.manners.failed(now, this.expected, dial.address)
    this.#note(dial.address, why)
    this.#next(now)
  }

  /** Nobody wants it any more. */
  end(): void {
    this.#isOver = true
    this.#host.agenda.cancel(this)
    for (const dial of this.#dials) dial.leave(this)
    this.#dials.clear()
  }

  #note({ host, port }: Address, why: string): void {
    this.#reasons.push(`${host} port ${port}: ${why}`)
  }

  #next(now: number): void {
    if (this.#isOver) return
    for (let address = this.#left.shift(); address !== undefined; address = this.#left.shift()) {
      const refusal = this.#host.manners.refusal(now, this.expected, address)
      if (refusal === undefined) {
        const dial = this.#host.dial(now, address)
        dial.callers.add(this)
        this.#dials.add(dial)
        break
      }
      this.#note(address, refusal)
    }
    if (this.#dials.size === 0) {
      this.end()
      this.#init.failed(now, this.#reasons)
    } else {
      this.#host.agenda.schedule(this, this.#left.length > 0 ? now + this.#host.limits.staggerMs : Infinity)
    }
  }
}
