/**
 * Sees that there are enough peers (`ensurePeersRoutine` of p2p/pex/pex_reactor.go): every 30 s the book names whom to dial,
 * more of the untried the more peers there are; while the book wants more, one peer is asked; and where there is nobody to
 * dial, seeds are.
 */
import { between } from '@pex/core'
import type { NetAddress } from '@pex/address-book'
import type { SwitchHandle } from '@pex/switch'
import type { Dials } from './dials.ts'
import type { Tally } from './events.ts'
import type { Options } from './options.ts'
import { Rounds } from './rounds.ts'
import type { Seeds } from './seeds.ts'
import type { Sessions } from './sessions.ts'

/** Picks for each peer that is wanted, most: some are connected already, or are waited with. */
const TRIES = 3

export interface Parts {
  readonly handle: SwitchHandle
  readonly options: Options
  readonly tally: Tally
  readonly dials: Dials
  readonly sessions: Sessions
  readonly seeds: Seeds
}

export class Ensure {
  readonly #parts: Parts
  readonly #rounds: Rounds
  /** Peers to be connected to. */
  readonly #wanted: number

  constructor(parts: Parts) {
    const { handle, options } = parts
    const { maxOutbound } = handle.limits
    this.#parts = parts
    this.#wanted =
      options.outbound ??
      (options.feelers ? Math.max(Math.min(1, maxOutbound), maxOutbound - 1) : maxOutbound)
    this.#rounds = new Rounds(handle.clock, options.ensureMs, isFast => this.#round(isFast))
  }

  /** The first round is at once where nobody is there or on the way, and otherwise at a random time, for nodes start in crowds. */
  start(): void {
    const { handle, options } = this.#parts
    const { inbound, outbound, dialling } = handle.counts
    this.#rounds.start(inbound + outbound + dialling === 0 ? 0 : between(handle.rng, 0, options.ensureMs))
  }

  /** A seed has named peers, or has hung up: a round at once, without a question and without seeds, or they would have no end. */
  fast(): void {
    this.#rounds.fast()
  }

  stop(): void {
    this.#rounds.stop()
  }

  #round(isFast: boolean): void {
    const { dials, handle, options, seeds, sessions, tally } = this.#parts
    const { book } = options
    const { outbound, dialling } = handle.counts
    const need = this.#wanted - outbound - dialling
    const picks = this.#picks(need, bias(outbound))
    for (const address of picks) void dials.dial(address)
    if (need <= 0 && this.#wanted > 0) this.#feel()
    if (book.needsMore) {
      const count = book.reinstate(handle.clock.now())
      if (count > 0) tally.tell({ kind: 'reinstated', count })
    }
    if (isFast || !book.needsMore) return
    sessions.askAnybody()
    if (need > 0 && picks.length === 0) void seeds.dial()
  }

  /** So many addresses to dial, or fewer: each once, of one host only one, and nobody who is waited with. */
  #picks(need: number, newBias: number): NetAddress[] {
    const { dials, handle, options } = this.#parts
    const picks = new Map<string, NetAddress>()
    const hosts = new Set<string>()
    for (let i = 0; i < need * TRIES && picks.size < need; i++) {
      const address = options.book.pick(handle.clock.now(), newBias)
      if (address === undefined || picks.has(address.id)) continue
      if (!options.allowDuplicateIp && hosts.has(address.ip)) continue
      if (!dials.isWanted(address) || !dials.isReady(address)) continue
      picks.set(address.id, address)
      hosts.add(address.ip)
    }
    return [...picks.values()]
  }

  /** With all slots taken, one that is left again at once: otherwise a node that is well connected would never try anybody new. */
  #feel(): void {
    const { dials, handle, options } = this.#parts
    const address = options.feelers ? options.book.feeler(handle.clock.now()) : undefined
    if (address === undefined || !dials.isWanted(address) || !dials.isReady(address)) return
    void dials.dial(address, 'feeler')
  }
}

/** The share of untried ones, per cent: 10 with no peers yet, 90 with eight or more. */
function bias(outbound: number): number {
  return 10 + 10 * Math.min(outbound, 8)
}
