/**
 * Dials, and what they teach. A place that failed n times is left alone for 2^n s and up to a second more, and after more than
 * 16 failures its peer is banned for a day (`dialPeer` of p2p/pex/pex_reactor.go). The swarm under the switch has waits and caps
 * of its own, which bind whoever dials from this host; this rule is PEX's, since it ends in a ban. Where the switch declines,
 * nothing was dialled, and nothing is learnt.
 */
import { dialString } from '@pex/address-book'
import type { NetAddress } from '@pex/address-book'
import { between, BoundedMap, PexError } from '@pex/core'
import { SwitchError } from '@pex/switch'
import type { Peer, Refusal, SwitchHandle } from '@pex/switch'
import type { Tally } from './events.ts'
import type { Options } from './options.ts'

interface Failures {
  readonly count: number
  readonly last: number
  readonly waitMs: number
}

/** What a dial is for, besides having one more peer: to learn who is there, or a visit of a seed's crawl. */
export type Purpose = 'feeler' | 'visit'

/** Places remembered. Derived: as many as a book of CometBFT's size holds. */
const MAX_PLACES = 20_480

/** Refusals that say nothing about the place: the switch did not want to dial it, or not now. */
const ours: ReadonlySet<Refusal> = new Set([
  'duplicate',
  'duplicate-ip',
  'filtered',
  'full',
  'not-now',
  'stopped'
])
/** Refusals by which an authenticated peer is of no use. */
const foreign: ReadonlySet<Refusal> = new Set(['no-common-channel', 'wrong-block', 'wrong-network'])

export class Dials {
  readonly #handle: SwitchHandle
  readonly #options: Options
  readonly #tally: Tally
  readonly #stopped = new AbortController()
  /** By `ip:port`: many ids may be said to be at one place. Bounded by MAX_PLACES; strangers name the places. */
  readonly #failures = new BoundedMap<string, Failures>(MAX_PLACES)

  /** Whom is being dialled, and what for. Bounded by the dials under way. */
  readonly #purposes = new Map<string, Purpose>()

  constructor(handle: SwitchHandle, options: Options, tally: Tally) {
    this.#handle = handle
    this.#options = options
    this.#tally = tally
  }

  /** Places that have failed. */
  get waits(): number {
    return this.#failures.size
  }

  get signal(): AbortSignal {
    return this.#stopped.signal
  }

  stop(): void {
    this.#stopped.abort(new PexError('PEX_ABORTED', 'the reactor has stopped'))
  }

  /** Failed dials of a place since the last that did not fail. */
  attempts(address: NetAddress): number {
    return this.#failures.get(dialString(address))?.count ?? 0
  }

  /** Whether to dial such an address at all: not port 0, not ourselves, nor whom the switch has or dials, or keeps connected by itself. */
  isWanted(address: NetAddress): boolean {
    const { id, ip } = address
    const { peers, id: own } = this.#handle
    if (
      address.port === 0 ||
      id === own ||
      this.#handle.isOwn(address) ||
      peers.has(id) ||
      this.#handle.isDialling(id) ||
      this.#handle.isPersistent(id)
    )
      return false
    return this.#options.allowDuplicateIp || !this.#handle.hasIp(ip)
  }

  /** Whether the place is not waited with. One that has failed too often is banned instead. */
  isReady(address: NetAddress): boolean {
    const failures = this.#failures.get(dialString(address))
    if (failures === undefined) return true
    const now = this.#handle.clock.now()
    if (failures.count > this.#options.maxDialAttempts) {
      // With the ban the count is over too: when the ban is, the place gets another chance.
      this.#failures.delete(dialString(address))
      this.ban(address.id, 'unreachable')
      return false
    }
    return now - failures.last >= failures.waitMs
  }

  /** What a peer that has just been reached was dialled for; nothing for the ordinary reason. */
  purposeOf(id: string): Purpose | undefined {
    return this.#purposes.get(id)
  }

  /** Dials; the peer, or nothing. Never rejects. */
  async dial(address: NetAddress, purpose?: Purpose): Promise<Peer | undefined> {
    if (purpose !== undefined) this.#purposes.set(address.id, purpose)
    try {
      const peer = await this.#handle.dial(address, { signal: this.signal })
      this.#failures.delete(dialString(address))
      this.#tally.tell({ kind: 'reached', address })
      return peer
    } catch (error) {
      if (!this.signal.aborted) this.#missed(address, error)
      return undefined
    } finally {
      this.#purposes.delete(address.id)
    }
  }

  ban(id: string, reason: 'unreachable' | 'incompatible'): void {
    this.#options.book.ban(id, this.#options.banMs, this.#handle.clock.now())
    this.#tally.tell({ kind: 'banned', id, reason })
  }

  #missed(address: NetAddress, error: unknown): void {
    if (!(error instanceof SwitchError)) {
      this.#tally.tell({ kind: 'failed', cause: error })
      return
    }
    const { refusal } = error
    this.#tally.tell({ kind: 'missed', address, refusal })
    if (ours.has(refusal)) return
    this.#fail(address)
    const { book } = this.#options
    const known = book.get(address.id)
    if (known === undefined) return
    // The address is a lie, and whom it lies about is to blame for nothing. Somebody who was met there once may have moved.
    if (refusal === 'self' || (refusal === 'wrong-id' && !known.isTried)) book.remove(address.id)
    else if (foreign.has(refusal)) this.ban(address.id, 'incompatible')
    else book.attempt(address.id, this.#handle.clock.now())
  }

  #fail(address: NetAddress): void {
    const place = dialString(address)
    const count = (this.#failures.get(place)?.count ?? 0) + 1
    const waitMs = 1_000 * 2 ** count + between(this.#handle.rng, 0, 1_000)
    this.#failures.set(place, { count, last: this.#handle.clock.now(), waitMs })
  }
}
