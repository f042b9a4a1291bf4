/**
 * The side of an exchange that asks: a round tries one candidate after the other until one exchange works.
 */
import { admit, checkPicks } from './admission.ts'
import type { Admission } from './admission.ts'
import { assert } from './assert.ts'
import type { Descriptor } from './descriptor.ts'
import { limits } from './limits.ts'
import type { Average, Reply, Response } from './message.ts'
import { reasonOf } from './node.ts'
import type { Node } from './node.ts'
import type { Pings } from './pings.ts'
import type { Contact } from './ports.ts'
import type { PeerRecord } from './record.ts'
import { isRejection } from './rejection.ts'
import type { RejectionReason } from './rejection.ts'
import { self } from './roster.ts'
import { Round } from './round.ts'
import type { Candidate } from './round.ts'
import { role, verdict } from './sampling/policy.ts'
import { Settler } from './settler.ts'
import type { Outcome } from './settler.ts'

interface Asking {
  readonly attempt: number
  readonly candidate: Candidate
  readonly exchange: number
  readonly shown: readonly Descriptor[]
  readonly averages: readonly Average[]
}

export class Initiator {
  readonly #node: Node
  readonly #pings: Pings
  readonly #settler: Settler
  #round: Round | undefined
  #probing = false
  #asking: Asking | undefined

  constructor(node: Node, pings: Pings) {
    this.#node = node
    this.#pings = pings
    this.#settler = new Settler(node, pings)
  }

  /** Begins a round, unless one is on; time goes on in either case, and whoever is to be pinged is. */
  tick(): void {
    const { sampling, roster } = this.#node
    if (this.#round !== undefined) {
      sampling.pass(self)
      this.#pings.probe()
      return
    }
    const wanted = new Uint32Array(limits.triesPerRound)
    const count = sampling.begin(self, wanted)
    const partners: PeerRecord[] = []
    for (let i = 0; i < count; i++) {
      const record = roster.record(wanted[i]!)
      if (record !== undefined) partners.push(record)
    }
    this.#begin(new Round(roster.own.id, partners), true)
  }

  /** A round with these contacts and nobody else. */
  bootstrap(contacts: readonly Contact[]): void {
    assert(this.#round === undefined, 'a node runs one round at a time')
    const round = new Round(this.#node.roster.own.id, [], contacts.length)
    for (const contact of contacts) round.found(contact)
    round.endDiscovery()
    this.#begin(round, false)
  }

  /** Discovery has found somebody, or has nobody more. */
  discovered(contact: Contact | undefined): void {
    if (contact === undefined) this.#round?.endDiscovery()
    else this.#round?.found(contact)
    if (this.#asking === undefined && !this.#settler.busy) this.#proceed()
  }

  has(attempt: number): boolean {
    return attempt === this.#asking?.attempt || this.#settler.has(attempt)
  }

  answered(attempt: number, from: string, response: Response, places: readonly number[] | undefined): void {
    const asking = this.#asking
    if (attempt !== asking?.attempt)
      return this.#conclude(this.#settler.answered(attempt, from, response), from)
    this.#asking = undefined
    const wrong = this.#read(asking, from, response, places)
    if (wrong === undefined) return
    this.#node.rejected(from, wrong)
    this.#node.forget(asking.candidate.record?.id ?? from)
    this.#proceed()
  }

  /** Who is silent is missed; who answers wrongly is let go; who refuses is alive, and stays. */
  unanswered(attempt: number, fault: 'rejected' | 'refused' | undefined): void {
    const asking = this.#asking
    if (attempt !== asking?.attempt)
      return this.#conclude(this.#settler.unanswered(attempt, fault), undefined)
    const { record } = asking.candidate
    this.#asking = undefined
    if (record !== undefined) {
      if (fault === undefined) this.#pings.missed(record)
      else if (fault === 'refused') this.#pings.answered(record.id)
      else this.#node.forget(record.id)
    }
    this.#proceed()
  }

  #begin(round: Round, probing: boolean): void {
    this.#pings.beginRound()
    this.#settler.beginRound()
    this.#round = round
    this.#probing = probing
    this.#proceed()
  }

  /** Tries the next candidate of the round, or ends it. */
  #proceed(): void {
    const next = this.#round?.next()
    if (next === undefined || next === 'asking') return
    if (next === 'ask') this.#node.outputs.push({ type: 'discover' })
    else if (next === 'over') this.#endRound(undefined)
    else this.#ask(next)
  }

  #ask(candidate: Candidate): void {
    const { gossip, sampling } = this.#node
    const { settles } = sampling
    const exchange = this.#node.nextExchange()
    const shown = this.#node.show(candidate.contact.id)
    const averages = this.#node.counting.averaging.offered()
    const question = { type: 'ask', exchange, settles, descriptors: shown, averages } as const
    // One half of the time is for the settle.
    const ms = settles ? gossip.exchangeMs / 2 : gossip.exchangeMs
    const attempt = this.#node.request(candidate.contact, question, ms)
    this.#asking = { attempt, candidate, exchange, shown, averages }
  }

  #endRound(reached: string | undefined): void {
    this.#round = undefined
    if (this.#probing) this.#pings.probe()
    this.#node.outputs.push({ type: 'round', reached })
  }

  /** What a settle that is over, or not yet, means for the round. */
  #conclude(outcome: Outcome, from: string | undefined): void {
    if (outcome === 'settled') this.#endRound(from)
    else if (outcome === 'failed') this.#proceed()
  }

  /** Reads the answer to an ask and goes on with it; or says what is wrong with it. */
  #read(
    asking: Asking,
    from: string,
    response: Response,
    places: readonly number[] | undefined
  ): RejectionReason | undefined {
    if (response.type !== 'reply') return 'unknown-kind'
    const { roster, sampling } = this.#node
    const compare = (record: PeerRecord): number => roster.compare(record)
    const isCallable = (record: PeerRecord): boolean => roster.isCallable(record)
    const admission = admit(response.descriptors, { self: roster.own.id, from, places, compare, isCallable })
    if (isRejection(admission)) return admission.reason
    const { picks } = response
    // Nobody picks for whoever does not settle.
    if (picks !== undefined && !sampling.settles) return 'bad-picks'
    const wrong = picks && checkPicks(picks, asking.shown.length)
    if (wrong !== undefined) return wrong.reason
    for (const { reason } of admission.dropped) this.#node.rejected(from, reason)
    const partner = this.#node.hear(admission.own.record)
    this.#pings.answered(from)
    // Who was asked as a contact is held from now on, as partners are, if there is a record by which to call it again.
    const isContact = asking.candidate.record === undefined
    if (isContact && roster.record(partner) !== undefined) sampling.learn(self, partner, 1)
    this.#carryOn(asking, from, admission, response)
    return undefined
  }

  /** Merges, or picks and settles. A reply that the policy does not want has not worked, though its giver is no liar. */
  #carryOn(asking: Asking, from: string, admission: Admission, { picks: given, averages }: Reply): void {
    const { own, descriptors, places } = admission
    const taken: number[] = []
    const judgement =
      given === undefined
        ? this.#node.merge(own.record, role.initiator, descriptors, asking.shown)
        : this.#node.pick(own.record, role.initiator, descriptors, taken)
    // Of two messages the responder has moved already; of three it moves with the settle.
    if (given === undefined || judgement === verdict.welcome)
      this.#node.counting.averaging.exchanged(asking.averages, averages)
    if (judgement !== verdict.welcome) {
      this.#node.rejected(from, reasonOf(judgement))
      return this.#proceed()
    }
    if (given === undefined) {
      this.#node.complete(from, role.initiator, descriptors.length)
      this.#endRound(from)
    } else {
      const { exchange, shown, candidate } = asking
      const transcript = { peer: own.record, sent: shown, received: descriptors, taken, given }
      const picks = taken.map(place => places[place]!)
      const to = { id: from, addresses: candidate.contact.addresses }
      this.#settler.settle({ to, exchange, transcript, picks })
    }
  }
}
