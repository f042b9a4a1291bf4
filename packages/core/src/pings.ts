/**
 * Signs of life: who is pinged, who was silent, and from when on a silent peer counts as gone.
 */
import { limits } from './limits.ts'
import type { Response } from './message.ts'
import type { Node } from './node.ts'
import type { PeerRecord } from './record.ts'
import type { RejectionReason } from './rejection.ts'
import { self } from './roster.ts'
import { nobody } from './sampling/peers.ts'

interface Ping {
  readonly record: PeerRecord
  /** Requests of this round that the peer has left unanswered before. */
  readonly misses: number
}

/**
 * The rule of misses: a peer is gone when it has left so many requests of one round unanswered, one after the other, and
 * somebody else has answered in that round. One silence may be a lost message; if nobody answers, the fault is more likely
 * ours, but not for ever: whoever is alone for long says so. `quiet`: rounds since somebody answered, 0 in one in which
 * somebody has.
 */
export function isGone(misses: number, quiet: number): boolean {
  return misses >= limits.missesCounted && (quiet === 0 || quiet > limits.quietRounds)
}

/**
 * The part of an exchange's deadline for which a ping waits after so many misses: twice as long each time, half of it the
 * last time, so that no peer is taken for dead because it is far away.
 */
function patience(misses: number): number {
  return 2 ** (misses - limits.missesCounted)
}

export class Pings {
  readonly #node: Node
  // By attempt. Bounded by limits.maxRequests; we choose whom to ping.
  readonly #underWay = new Map<number, Ping>()
  // Who was silent in this round, and how often. Bounded by the requests of a round.
  readonly #silent = new Map<string, Ping>()
  #quiet = 0

  constructor(node: Node) {
    this.#node = node
  }

  has(attempt: number): boolean {
    return this.#underWay.has(attempt)
  }

  /** A round begins: what was silence in the last one may have been our own. */
  beginRound(): void {
    this.#silent.clear()
    this.#quiet++
  }

  /** Pings whom the sampling rules want pinged. */
  probe(): void {
    const { sampling, roster } = this.#node
    const wanted = new Uint32Array(limits.maxProbes)
    const count = sampling.probes(self, wanted)
    for (let i = 0; i < count; i++) {
      const record = wanted[i] === nobody ? undefined : roster.record(wanted[i]!)
      if (record !== undefined) this.#ping(record, 0)
    }
  }

  /** A peer has spoken to us. */
  spoke(id: string): void {
    this.#silent.delete(id)
    this.#node.meet(id)
  }

  /** A peer has answered a request of ours, whatever it was. */
  answered(id: string): void {
    this.#quiet = 0
    this.spoke(id)
    this.#bury()
  }

  /** A peer has not answered a request of ours: it is given another try, or counts as gone. */
  missed(record: PeerRecord, before: number = 0): void {
    const misses = before + 1
    this.#silent.set(record.id, { record, misses })
    if (misses < limits.missesCounted) this.#ping(record, misses)
    else this.#bury()
  }

  pong(attempt: number, from: string, response: Response): void {
    const { record } = this.#end(attempt)
    const wrong = judge(response, from, record.id)
    if (wrong !== undefined) {
      this.#node.rejected(from, wrong)
      this.#node.forget(record.id)
      return
    }
    const { own } = response as Extract<Response, { type: 'pong' }>
    this.#node.hear(own.record)
    this.answered(from)
  }

  silence(attempt: number, fault: 'rejected' | 'refused' | undefined): void {
    const { record, misses } = this.#end(attempt)
    if (fault === undefined) this.missed(record, misses)
    else if (fault === 'refused') this.answered(record.id)
    else this.#node.forget(record.id)
  }

  #ping(record: PeerRecord, misses: number): void {
    // One exchange and a last settle may be under way beside these.
    if (this.#underWay.size >= limits.maxRequests - 2) return
    for (const ping of this.#underWay.values()) if (ping.record.id === record.id) return
    const { id, addresses } = record
    const ms = this.#node.gossip.exchangeMs * patience(misses)
    this.#underWay.set(this.#node.request({ id, addresses }, { type: 'ping' }, ms), { record, misses })
  }

  #end(attempt: number): Ping {
    const ping = this.#underWay.get(attempt)!
    this.#underWay.delete(attempt)
    return ping
  }

  /** Those who are gone leave the view, unless a newer record of theirs has come meanwhile. */
  #bury(): void {
    const { roster, sampling } = this.#node
    let some = false
    for (const [id, { record, misses }] of this.#silent) {
      if (!isGone(misses, this.#quiet)) continue
      this.#silent.delete(id)
      const peer = roster.find(id)
      if (peer === nobody || roster.compare(record) < 0) continue
      sampling.missed(self, peer)
      some = true
    }
    if (some) this.#node.changed()
  }
}

/** What is wrong with the answer to a ping, if anything. */
function judge(response: Response, from: string, asked: string): RejectionReason | undefined {
  if (response.type !== 'pong') return 'unknown-kind'
  if (response.own.hop !== 0) return 'own-record-not-last'
  return from === asked && response.own.record.id === from ? undefined : 'sender-mismatch'
}
