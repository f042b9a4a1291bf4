/**
 * The side of an exchange that is asked. Every question is answered in one step; what a reply with picks promises waits
 * for its settle. A question that comes twice is answered twice and carried out once.
 */
import { admit, checkPicks } from './admission.ts'
import type { Admission } from './admission.ts'
import { BoundedMap } from './bounded-map.ts'
import { limits } from './limits.ts'
import type { Ask, Average, Question, Reply, Settle } from './message.ts'
import { reasonOf } from './node.ts'
import type { Node, Transcript } from './node.ts'
import type { Pings } from './pings.ts'
import type { PeerRecord } from './record.ts'
import { isRejection } from './rejection.ts'
import type { RejectionReason } from './rejection.ts'
import { self } from './roster.ts'
import { role, verdict } from './sampling/policy.ts'

/** An exchange that waits for its settle. */
interface Waiting {
  readonly exchange: number
  /** The time of the reply, ms. */
  readonly at: number
  readonly reply: Reply
  readonly transcript: Omit<Transcript, 'given'>
  /** What the ask said of averages. */
  readonly averages: readonly Average[]
}

export class Responder {
  readonly #node: Node
  readonly #pings: Pings
  // Bounded by limits.maxSettling, keyed by authenticated callers: one exchange each, a new one takes the older one's place.
  readonly #waiting = new BoundedMap<string, Waiting>(limits.maxSettling)
  // The last exchange of each caller that is complete. Bounded by limits.maxCallers, keyed by authenticated callers.
  readonly #complete = new BoundedMap<string, number>(limits.maxCallers)
  // Bounded by limits.maxCallers, keyed by authenticated callers, emptied when a deadline has passed.
  readonly #callers = new BoundedMap<string, number>(limits.maxCallers)
  #callsSince = 0

  constructor(node: Node, pings: Pings) {
    this.#node = node
    this.#pings = pings
  }

  /** A peer is about to ask. */
  called(now: number, from: string): void {
    const passed = now - this.#callsSince
    // A clock that was set back must not count a window for as long as it was set back.
    if (passed < 0 || passed >= this.#node.gossip.exchangeMs) {
      this.#callers.clear()
      this.#callsSince = now
    }
    const calls = (this.#callers.get(from) ?? 0) + 1
    this.#callers.set(from, calls)
    if (calls > limits.requestsPerPeer) this.#refuse(from, 'too-often')
  }

  requested(now: number, from: string, question: Question, places: readonly number[] | undefined): void {
    const { own } = this.#node.roster
    if (from === own.id) this.#refuse(from, 'from-self')
    else if (question.type === 'ask') this.#asked(now, from, question, places)
    else if (question.type === 'settle') this.#settled(now, from, question)
    else {
      this.#node.outputs.push({ type: 'answer', response: { type: 'pong', own: { record: own, hop: 0 } } })
      this.#pings.spoke(from)
    }
  }

  #refuse(peer: string, reason: RejectionReason): void {
    // Who comes when we are busy has done nothing wrong.
    if (reason !== 'busy') this.#node.rejected(peer, reason)
    this.#node.outputs.push({ type: 'refuse', reason })
  }

  #asked(now: number, from: string, ask: Ask, places: readonly number[] | undefined): void {
    const { roster, sampling } = this.#node
    const waiting = this.#waiting.get(from)
    if (waiting?.exchange === ask.exchange)
      return void this.#node.outputs.push({ type: 'answer', response: waiting.reply })
    if (this.#complete.get(from) === ask.exchange) return this.#refuse(from, 'unknown-exchange')
    const compare = (record: PeerRecord): number => roster.compare(record)
    const isCallable = (record: PeerRecord): boolean => roster.isCallable(record)
    const admission = admit(ask.descriptors, { self: roster.own.id, from, places, compare, isCallable })
    if (isRejection(admission)) return this.#refuse(from, admission.reason)
    this.#waiting.delete(from)
    const caller = this.#node.hear(admission.own.record)
    this.#pings.spoke(from)
    if (!sampling.admits(self, caller)) this.#turnAway(from, admission)
    else if (ask.settles && sampling.settles) this.#promise(now, from, ask, admission)
    else this.#merge(from, ask, admission)
  }

  /** We are busy; but whoever knows next to nobody is shown somebody. */
  #turnAway(from: string, { descriptors }: Admission): void {
    if (this.#node.sampling.teaches(descriptors.length)) this.#teach(from, 'busy')
    else this.#refuse(from, 'busy')
  }

  /** A reply without picks: the caller learns from it and gives nothing. */
  #teach(from: string, reason: RejectionReason): void {
    const shown = this.#node.teach(from)
    if (shown.length < 2) return this.#refuse(from, reason)
    const response = { type: 'reply', descriptors: shown, picks: undefined, averages: [] } as const
    this.#node.outputs.push({ type: 'answer', response })
  }

  /** The second of two messages, and the merge. */
  #merge(from: string, { exchange, averages: theirs }: Ask, { own, descriptors, dropped }: Admission): void {
    const shown = this.#node.show(from)
    const judgement = this.#node.merge(own.record, role.responder, descriptors, shown)
    if (judgement !== verdict.welcome) return this.#refuse(from, reasonOf(judgement))
    const { averaging } = this.#node.counting
    const averages = averaging.asked(theirs)
    averaging.exchanged(averages, theirs)
    const response = { type: 'reply', descriptors: shown, picks: undefined, averages } as const
    this.#node.outputs.push({ type: 'answer', response })
    for (const { reason } of dropped) this.#node.rejected(from, reason)
    this.#complete.set(from, exchange)
    this.#node.complete(from, role.responder, descriptors.length)
  }

  /** The second of three messages: nothing changes hands before the third. */
  #promise(now: number, from: string, { exchange, averages: theirs }: Ask, admission: Admission): void {
    const { own, descriptors: received, places, dropped } = admission
    const taken: number[] = []
    const judgement = this.#node.pick(own.record, role.responder, received, taken)
    if (judgement === verdict.tooShort) return this.#teach(from, reasonOf(judgement))
    if (judgement !== verdict.welcome) return this.#refuse(from, reasonOf(judgement))
    const sent = this.#node.show(from)
    const picks = taken.map(place => places[place]!)
    const averages = this.#node.counting.averaging.asked(theirs)
    const reply = { type: 'reply', descriptors: sent, picks, averages } as const
    this.#node.outputs.push({ type: 'answer', response: reply })
    for (const { reason } of dropped) this.#node.rejected(from, reason)
    const transcript = { peer: own.record, sent, received, taken }
    this.#waiting.set(from, { exchange, at: now, reply, transcript, averages: theirs })
  }

  #settled(now: number, from: string, { exchange, picks }: Settle): void {
    const ack = { type: 'answer', response: { type: 'ack' } } as const
    if (this.#complete.get(from) === exchange) return void this.#node.outputs.push(ack)
    const waiting = this.#waiting.get(from)
    if (waiting?.exchange !== exchange || now - waiting.at > limits.settleMs)
      return this.#refuse(from, 'unknown-exchange')
    const wrong = checkPicks(picks, waiting.reply.descriptors.length)
    if (wrong !== undefined) return this.#refuse(from, wrong.reason)
    this.#waiting.delete(from)
    this.#complete.set(from, exchange)
    this.#node.outputs.push(ack)
    this.#pings.spoke(from)
    const { transcript, reply, averages } = waiting
    this.#node.counting.averaging.exchanged(reply.averages, averages)
    this.#node.settle(role.responder, { ...transcript, given: picks })
    this.#node.complete(from, role.responder, transcript.received.length)
  }
}
