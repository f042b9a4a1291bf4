/**
 * Rounds without time: every live node, in a fresh random order, makes its round, and every exchange is over at once (the
 * cycle model of PeerSim). Messages can be lost, nothing can come late.
 */
import { below, limits, role, verdict } from '@pex/core'
import type { Sampling } from '@pex/core'
import { state } from '../snapshot.ts'
import type { Driver } from './driver.ts'
import { Exchange } from './exchange.ts'
import { roomForTries } from './network.ts'
import type { Network } from './network.ts'
import { Parties, reply } from './parties.ts'
import { Signs } from './signs.ts'

/** What comes of one try: nobody answered; somebody did, and no more; the exchange worked. */
export const outcome = { silent: 0, refused: 1, done: 2 } as const
export type Outcome = (typeof outcome)[keyof typeof outcome]

/** Nodes whose rows are fetched together, before their turn. */
const ahead = 8

/** An exchange that lacks nothing but the acknowledgement of its third message. */
interface Unsettled {
  readonly exchange: Exchange
  readonly with: number
  /** The responder has settled: a third message that comes again changes nothing. */
  readonly arrived: boolean
}

export class Immediate implements Driver {
  readonly #network: Network
  readonly #sampling: Sampling
  readonly #parties: Parties
  readonly #signs: Signs
  readonly #tries: Uint32Array = roomForTries()
  readonly #exchange: Exchange = new Exchange()
  // To be asked a last time in a node's next round, by node. Bounded by the nodes.
  readonly #unsettled = new Map<number, Unsettled>()
  #speeds: Float64Array | undefined
  /** Parts of rounds that nodes with clocks of their own have saved up. */
  #due: Float64Array | undefined

  constructor(network: Network) {
    this.#network = network
    this.#sampling = network.sampling
    this.#parties = new Parties(network)
    this.#signs = new Signs(this.#parties, network.rows, 1)
  }

  setSpeeds(speeds: Float64Array): void {
    this.#speeds = speeds
    this.#due ??= new Float64Array(speeds.length)
  }

  joined(): void {}

  play(): void {
    const { live, liveCount, rng, states, attack } = this.#network
    for (let i = liveCount - 1; i > 0; i--) {
      const j = below(rng, i + 1)
      const node = live[i]!
      live[i] = live[j]!
      live[j] = node
    }
    for (let i = 0; i < liveCount; i++) {
      if (i % ahead === 0) this.#touch(i, Math.min(i + ahead, liveCount))
      const node = live[i]!
      if (states[node] === state.hostile) attack!.act(node)
      else if (this.#speeds === undefined) this.round(node)
      else this.#tick(node)
    }
  }

  #touch(first: number, end: number): void {
    const { live } = this.#network
    for (let i = first; i < end; i++) this.#sampling.touch(live[i]!)
  }

  #tick(node: number): void {
    const due = this.#due!
    due[node]! += this.#speeds![node]!
    while (due[node]! >= 1) {
      due[node]!--
      this.round(node)
    }
  }

  round(node: number): void {
    const network = this.#network
    const signs = this.#signs
    const tries = this.#tries
    signs.begin(0, node)
    if (this.#unsettled.size > 0) this.#settleLast(node)
    const count = network.candidates(node, tries)
    for (let i = 0; i < count; i++) {
      const came = this.#try(node, tries[i]!)
      if (came === outcome.done) break
      if (came === outcome.silent) this.#ping(node, tries[i]!, 1)
    }
    const probes = this.#sampling.probes(node, tries)
    for (let i = 0; i < probes; i++) this.#ping(node, tries[i]!, 0)
  }

  /** Pings a peer until it answers, or has left enough requests unanswered; `misses` before. */
  #ping(node: number, peer: number, misses: number): void {
    const network = this.#network
    for (let missed = misses; missed < limits.missesCounted; missed++) {
      if (network.states[node] === state.honest) network.pings++
      if (!network.sends(node, peer) || !this.#parties.answers(peer, node)) continue
      this.#parties.met(peer, node)
      if (network.sends(peer, node)) return this.#signs.answered(0, node, peer)
    }
    this.#signs.silent(0, node, peer)
  }

  push(attacker: number, to: number): void {
    this.#try(attacker, to)
  }

  #try(a: number, b: number): Outcome {
    const network = this.#network
    const parties = this.#parties
    const { request, answer, given } = this.#exchange
    this.#sampling.touch(b)
    if (network.states[a] === state.honest) network.exchanges++
    parties.show(a, b, request)
    if (!network.sends(a, b) || !parties.answers(b, a)) return outcome.silent
    const came = parties.respond(b, a, request, answer, given)
    if (!network.sends(b, a)) return outcome.silent
    this.#signs.answered(0, a, b)
    if (came === reply.refusal) return outcome.refused
    if (came === reply.offer && this.#sampling.settles) return this.#settle(a, b)
    const welcome = parties.merge(a, b, role.initiator, answer, request) === verdict.welcome
    return welcome ? outcome.done : outcome.refused
  }

  /** The third message, until it is acknowledged. */
  #settle(a: number, b: number): Outcome {
    const exchange = this.#exchange
    if (this.#parties.pick(a, b, role.initiator, exchange.answer, exchange.asked) !== verdict.welcome)
      return outcome.refused
    let arrived = false
    for (let sent = 0; sent <= limits.settleRepeats; sent++) {
      const came = this.#third(a, b, exchange, arrived)
      if (came === outcome.done) return outcome.done
      arrived ||= came === outcome.refused
    }
    if (this.#network.states[a] === state.honest) {
      const kept = new Exchange()
      kept.copy(exchange)
      this.#unsettled.set(a, { exchange: kept, with: b, arrived })
    }
    return outcome.refused
  }

  /** Sends the third message once: `refused` where it arrived and its acknowledgement did not. */
  #third(a: number, b: number, exchange: Exchange, arrived: boolean): Outcome {
    const network = this.#network
    const parties = this.#parties
    if (!network.sends(a, b)) return outcome.silent
    if (!arrived) parties.settle(b, a, role.responder, exchange.responders)
    if (!network.sends(b, a)) return outcome.refused
    parties.settle(a, b, role.initiator, exchange.initiators)
    return outcome.done
  }

  /** What the last round left open is asked a last time, and then given up. */
  #settleLast(node: number): void {
    const left = this.#unsettled.get(node)
    if (left === undefined) return
    this.#unsettled.delete(node)
    this.#third(node, left.with, left.exchange, left.arrived)
  }
}
