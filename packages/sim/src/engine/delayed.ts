/**
 * Rounds in virtual time: every node ticks by its own clock, and every message is under way for a while; it can be lost,
 * come late, overtake another or come twice. An exchange has its own state on both sides, as on hosts: a message that comes
 * again is answered again and changes nothing.
 */
import { below, between, chance, limits, role, verdict } from '@pex/core'
import { state } from '../snapshot.ts'
import { Calendar } from './calendar.ts'
import type { Driver } from './driver.ts'
import { Hangar, phase, stage } from './flight.ts'
import type { Flight } from './flight.ts'
import { mostTries, roomForTries } from './network.ts'
import type { Network } from './network.ts'
import { Parties, reply } from './parties.ts'
import { Signs } from './signs.ts'

/** Slots of virtual time in a round. */
const slots = 64

/** The longest delay: a timeout of 16 rounds, or a tick of the slowest clock. */
const span = 16 * slots

/** Rounds between two ticks, as a host's half to whole tick, with one round as the mean. */
const tick = { least: 2 / 3, most: 4 / 3 } as const

type Letter =
  | { readonly type: 'ask' | 'answer' | 'settle' | 'ack'; readonly flight: Flight }
  | { readonly type: 'timer'; readonly flight: Flight; readonly timer: number }
  | { readonly type: 'ping' | 'pong' | 'silence'; readonly ping: Ping }

interface Ping {
  readonly from: number
  readonly to: number
  /** Requests of this round that the peer has left unanswered before. */
  readonly misses: number
  over: boolean
}

export class Delayed implements Driver {
  readonly #network: Network
  readonly #parties: Parties
  readonly #signs: Signs
  readonly #hangar = new Hangar()
  readonly #mail = new Calendar<Letter>(span)
  readonly #ticks = new Calendar<number>(span)
  readonly #tries: Uint32Array = roomForTries()
  /** Whom each node tries in its round, how many, and which is next. */
  readonly #wanted: Uint32Array
  readonly #counts: Uint8Array
  readonly #next: Uint8Array
  /** 1 while a node's round is on. */
  readonly #busy: Uint8Array
  // Exchanges to be settled a last time in a node's next round, by node. Bounded by the nodes.
  readonly #left = new Map<number, Flight>()
  #speeds: Float64Array | undefined
  /** The longest time that a message takes, and how long to wait for one, slots. */
  #latency = 0
  #timeout = 1
  #duplicates = 0

  constructor(network: Network) {
    const { rows, live, liveCount, rng } = network
    this.#network = network
    this.#parties = new Parties(network)
    this.#signs = new Signs(this.#parties, rows, rows)
    this.#wanted = new Uint32Array(rows * mostTries)
    this.#counts = new Uint8Array(rows)
    this.#next = new Uint8Array(rows)
    this.#busy = new Uint8Array(rows)
    for (let i = 0; i < liveCount; i++) this.#ticks.post(below(rng, slots), live[i]!)
  }

  setSpeeds(speeds: Float64Array): void {
    this.#speeds = speeds
  }

  /** Without a timeout of its own, a node waits for as long as an answer can take. */
  setLatency(rounds: number, timeout: number): void {
    this.#latency = Math.round(rounds * slots)
    this.#timeout = timeout === 0 ? 2 * this.#latency + 1 : Math.max(1, Math.round(timeout * slots))
  }

  setDuplicates(share: number): void {
    this.#duplicates = share
  }

  joined(node: number): void {
    this.#ticks.post(below(this.#network.rng, slots), node)
  }

  play(): void {
    for (let slot = 0; slot < slots; slot++) {
      this.#mail.deliver(letter => this.#deliver(letter))
      this.#ticks.deliver(node => this.#tick(node))
      // What takes no time at all belongs to the same slot.
      this.#mail.deliver(letter => this.#deliver(letter))
      this.#mail.advance()
      this.#ticks.advance()
    }
  }

  #tick(node: number): void {
    const { states, rng, attack } = this.#network
    if (states[node] === state.dead) return
    const rounds = between(rng, tick.least, tick.most) / (this.#speeds?.[node] ?? 1)
    this.#ticks.post(Math.max(1, Math.round(rounds * slots)), node)
    if (states[node] === state.hostile) attack!.act(node)
    else this.round(node)
  }

  round(node: number): void {
    if (this.#busy[node] === 1) {
      this.#network.sampling.pass(node)
      this.#probe(node)
      return
    }
    this.#signs.begin(node, node)
    this.#settleLast(node)
    const count = this.#network.candidates(node, this.#tries)
    this.#wanted.set(this.#tries.subarray(0, count), node * mostTries)
    this.#counts[node] = count
    this.#next[node] = 0
    this.#busy[node] = 1
    this.#proceed(node)
  }

  /** Tries the next candidate of a round, or ends it. */
  #proceed(node: number): void {
    const next = this.#next[node]!++
    if (next < this.#counts[node]!) this.#ask(node, this.#wanted[node * mostTries + next]!, true)
    else this.#endRound(node)
  }

  #endRound(node: number): void {
    this.#busy[node] = 0
    this.#probe(node)
  }

  #probe(node: number): void {
    const count = this.#network.sampling.probes(node, this.#tries)
    for (let i = 0; i < count; i++) this.#ping(node, this.#tries[i]!, 0)
  }

  push(attacker: number, to: number): void {
    this.#ask(attacker, to, false)
  }

  #send(from: number, to: number, letter: Letter): void {
    const { rng } = this.#network
    if (!this.#network.sends(from, to)) return
    this.#post(below(rng, this.#latency + 1), letter)
    if (this.#duplicates > 0 && chance(rng, this.#duplicates))
      this.#post(below(rng, this.#latency + 1), letter)
  }

  #post(delay: number, letter: Letter): void {
    if ('flight' in letter) letter.flight.references++
    this.#mail.post(delay, letter)
  }

  #deliver(letter: Letter): void {
    if ('ping' in letter) return this.#deliverPing(letter.type, letter.ping)
    const { flight } = letter
    const { initiator, responder } = flight
    const { states } = this.#network
    if (letter.type === 'ask' || letter.type === 'settle') {
      if (this.#network.reaches(initiator, responder) && this.#parties.answers(responder, initiator)) {
        if (letter.type === 'ask') this.#asked(flight)
        else this.#settled(flight)
      }
    } else if (states[initiator] === state.dead) flight.phase = phase.over
    else if (letter.type === 'timer') {
      if (letter.timer === flight.timer) this.#expired(flight)
    } else if (this.#network.reaches(responder, initiator)) {
      if (letter.type === 'answer') this.#answered(flight)
      else this.#acknowledged(flight)
    }
    this.#hangar.release(flight)
  }

  #wait(flight: Flight): void {
    this.#post(this.#timeout, { type: 'timer', flight, timer: ++flight.timer })
  }

  #ask(initiator: number, responder: number, ofRound: boolean): void {
    const flight = this.#hangar.take()
    flight.begin(initiator, responder, ofRound)
    if (this.#network.isHonest(initiator)) this.#network.exchanges++
    this.#parties.show(initiator, responder, flight.exchange.request)
    this.#send(initiator, responder, { type: 'ask', flight })
    this.#wait(flight)
  }

  /** The responder's side: an ask that comes again gets the same answer again. */
  #asked(flight: Flight): void {
    const { initiator, responder, exchange } = flight
    if (flight.stage === stage.fresh) {
      const { request, answer, given } = exchange
      flight.reply = this.#parties.respond(responder, initiator, request, answer, given)
      const promises = flight.reply === reply.offer && this.#network.sampling.settles
      flight.stage = promises ? stage.waiting : stage.complete
    }
    this.#send(responder, initiator, { type: 'answer', flight })
  }

  #answered(flight: Flight): void {
    if (flight.phase !== phase.asking) return
    const { initiator, responder, exchange } = flight
    const parties = this.#parties
    this.#signs.answered(initiator, initiator, responder)
    if (flight.reply === reply.refusal) return this.#conclude(flight, false)
    if (flight.reply === reply.lesson || !this.#network.sampling.settles) {
      const judgement = parties.merge(initiator, responder, role.initiator, exchange.answer, exchange.request)
      return this.#conclude(flight, judgement === verdict.welcome)
    }
    const judgement = parties.pick(initiator, responder, role.initiator, exchange.answer, exchange.asked)
    if (judgement !== verdict.welcome) return this.#conclude(flight, false)
    flight.phase = phase.settling
    this.#settle(flight)
  }

  /** Sends the third message. */
  #settle(flight: Flight): void {
    flight.sent++
    this.#send(flight.initiator, flight.responder, { type: 'settle', flight })
    this.#wait(flight)
  }

  #settled(flight: Flight): void {
    const { initiator, responder, exchange } = flight
    if (flight.stage === stage.waiting) {
      flight.stage = stage.complete
      this.#parties.met(responder, initiator)
      this.#parties.settle(responder, initiator, role.responder, exchange.responders)
    }
    this.#send(responder, initiator, { type: 'ack', flight })
  }

  #acknowledged(flight: Flight): void {
    if (flight.phase !== phase.settling && flight.phase !== phase.last) return
    const { initiator, responder, exchange } = flight
    this.#signs.answered(initiator, initiator, responder)
    this.#parties.settle(initiator, responder, role.initiator, exchange.initiators)
    this.#conclude(flight, true)
  }

  /** The exchange is over for its initiator; its round is, too, where it has worked, and goes on where it has not. */
  #conclude(flight: Flight, hasWorked: boolean): void {
    flight.phase = phase.over
    if (!flight.ofRound) return
    if (hasWorked) this.#endRound(flight.initiator)
    else this.#proceed(flight.initiator)
  }

  /** Nothing has come in time. */
  #expired(flight: Flight): void {
    const { initiator, responder, ofRound } = flight
    if (flight.phase === phase.asking) {
      if (ofRound) this.#missed(initiator, responder, 1)
      this.#conclude(flight, false)
    } else if (flight.phase === phase.last) flight.phase = phase.over
    else if (flight.phase === phase.settling) {
      if (flight.sent <= limits.settleRepeats) return this.#settle(flight)
      this.#conclude(flight, false)
      if (!ofRound) return
      flight.ofRound = false
      flight.phase = phase.left
      this.#left.set(initiator, flight)
    }
  }

  /** What the last round left open is asked a last time, and then given up. */
  #settleLast(node: number): void {
    const flight = this.#left.get(node)
    if (flight === undefined) return
    this.#left.delete(node)
    flight.phase = phase.last
    this.#settle(flight)
  }

  /** A peer is given another try, or has left enough requests unanswered. */
  #missed(node: number, peer: number, misses: number): void {
    if (misses < limits.missesCounted) this.#ping(node, peer, misses)
    else this.#signs.silent(node, node, peer)
  }

  #ping(from: number, to: number, misses: number): void {
    const ping = { from, to, misses, over: false }
    if (this.#network.isHonest(from)) this.#network.pings++
    this.#send(from, to, { type: 'ping', ping })
    // Twice as long each time: the last time as long as an exchange waits for its answer.
    const wait = Math.ceil(this.#timeout * 2 ** (misses + 1 - limits.missesCounted))
    this.#mail.post(wait, { type: 'silence', ping })
  }

  #deliverPing(type: 'ping' | 'pong' | 'silence', ping: Ping): void {
    const { from, to } = ping
    if (type === 'ping') {
      if (!this.#network.reaches(from, to) || !this.#parties.answers(to, from)) return
      this.#parties.met(to, from)
      return this.#send(to, from, { type: 'pong', ping })
    }
    if (ping.over || this.#network.states[from] === state.dead) return
    if (type === 'pong' && !this.#network.reaches(to, from)) return
    ping.over = true
    if (type === 'pong') this.#signs.answered(from, from, to)
    else this.#missed(from, to, ping.misses + 1)
  }
}
