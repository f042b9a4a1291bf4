/**
 * Calling one address: a hello, repeated until somebody shows up or it is too late; whoever wants to reach that address
 * meanwhile waits for the same call.
 */
import { between } from '@pex/core'
import type { Rng } from '@pex/core'
import type { Address } from './address.ts'
import type { Agenda, Timed } from './agenda.ts'
import type { UdpLimits } from './constants.ts'
import { ECHO_BYTES, writeHello } from './datagram.ts'
import type { Challenge } from './datagram.ts'
import type { KeyPair } from './crypto.ts'
import type { Handshake } from './noise.ts'
import type { Peer } from './peer.ts'
import type { DatagramRejection } from './rejections.ts'

/** Who waits for a call. */
export interface Caller {
  /** Who has to answer; nothing: whoever does. */
  readonly expected: string | undefined
  connected(now: number, peer: Peer): void
  failed(now: number, dial: Dial, why: string): void
}

export interface DialHost {
  readonly limits: UdpLimits
  readonly rng: Rng
  readonly agenda: Agenda
  send(to: Address, bytes: Uint8Array): void
  /** The call is over: its index is free again. */
  dropDial(dial: Dial): void
}

export interface DialInit {
  readonly index: number
  readonly address: Address
  readonly ephemeral: KeyPair
  readonly handshake: Handshake
  /** With a network key: what hellos are marked with. */
  readonly helloKey: Uint8Array | undefined
}

export class Dial implements Timed {
  readonly kind = 'dial' as const
  readonly index: number
  readonly address: Address
  readonly handshake: Handshake
  // Bounded by the requests of this host's own code.
  readonly callers: Set<Caller> = new Set()
  place: number = -1
  due: number = Infinity
  readonly #host: DialHost
  readonly #ephemeral: Uint8Array
  readonly #noise: Uint8Array
  readonly #helloKey: Uint8Array | undefined
  readonly #startedAt: number
  #cookie: Uint8Array | undefined
  #sentAt = 0
  #waitMs: number
  /** Hellos since the last sign of the peer. */
  #hellos = 0
  #challenges = 0

  constructor(now: number, init: DialInit, host: DialHost) {
    this.index = init.index
    this.address = init.address
    this.handshake = init.handshake
    this.#ephemeral = init.ephemeral.publicKey
    this.#noise = init.handshake.writeHello(new Uint8Array())
    this.#helloKey = init.helloKey
    this.#startedAt = now
    this.#host = host
    this.#waitMs = host.limits.helloRepeatMs
    this.#send(now)
  }

  /** The last hello's round trip; nothing where it was repeated and could be either's (Karn). */
  roundTripMs(now: number): number | undefined {
    return this.#hellos === 1 ? now - this.#sentAt : undefined
  }

  /** The peer wants to see that we are where we say. */
  challenge(now: number, { echo, cookie }: Challenge): DatagramRejection | undefined {
    if (!Buffer.from(this.#ephemeral.subarray(0, ECHO_BYTES)).equals(echo)) return 'unknown-handshake'
    const isNew = this.#cookie === undefined || !Buffer.from(this.#cookie).equals(cookie)
    if (!isNew || this.#challenges >= this.#host.limits.maxChallenges) return undefined
    this.#cookie = new Uint8Array(cookie)
    this.#challenges++
    this.#hellos = 0
    this.#waitMs = this.#host.limits.helloRepeatMs
    this.#send(now)
    return undefined
  }

  wake(now: number): void {
    const { silenceMs, handshakeMs } = this.#host.limits
    const patience = this.#cookie === undefined ? silenceMs : handshakeMs
    if (now - this.#startedAt < patience) this.#send(now)
    else this.fail(now, this.#cookie === undefined ? 'nobody answers' : 'the handshake did not end in time')
  }

  /** Ends the call for all who wait. */
  fail(now: number, why: string): void {
    const callers = [...this.callers]
    this.end()
    for (const caller of callers) caller.failed(now, this, why)
  }

  /** One caller less; a call that nobody waits for is over. */
  leave(caller: Caller): void {
    this.callers.delete(caller)
    if (this.callers.size === 0) this.end()
  }

  end(): void {
    this.callers.clear()
    this.#host.agenda.cancel(this)
    this.#host.dropDial(this)
  }

  #send(now: number): void {
    const { limits, rng, agenda } = this.#host
    this.#sentAt = now
    this.#hellos++
    this.#host.send(this.address, writeHello(this.index, this.#cookie, this.#noise, this.#helloKey))
    const patience = this.#cookie === undefined ? limits.silenceMs : limits.handshakeMs
    const next = now + this.#waitMs * between(rng, 0.9, 1.1)
    agenda.schedule(this, Math.min(next, this.#startedAt + patience))
    this.#waitMs = Math.min(this.#waitMs * 1.25, limits.maxHelloRepeatMs)
  }
}
