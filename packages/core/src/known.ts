/**
 * What we remember of peers whether we hold them or not: the highest seq that we have seen, so that no older record ever
 * comes back, and the tombstone of those that did not answer, so that neighbours cannot hand us the dead again.
 */
import { BoundedMap } from './bounded-map.ts'
import { limits } from './limits.ts'
import type { PeerRecord } from './record.ts'

interface Knowledge {
  readonly seq: bigint
  /** The round until which hearsay of this seq is not believed. */
  readonly buriedUntil: number
}

const NEVER = Number.NEGATIVE_INFINITY

export class Known {
  // Bounded by limits.maxKnown, keyed by ids whose signature was verified; the least recently seen is forgotten.
  readonly #peers = new BoundedMap<string, Knowledge>(limits.maxKnown)

  /** True when a newer record of the same peer has been seen. */
  supersedes(record: PeerRecord): boolean {
    const known = this.#peers.get(record.id)
    return known !== undefined && known.seq > record.seq
  }

  /** True while this very record belongs to a peer that did not answer; a newer one proves that it is back. */
  buries(record: PeerRecord, round: number): boolean {
    const known = this.#peers.get(record.id)
    return known !== undefined && round < known.buriedUntil && record.seq <= known.seq
  }

  /** Hearsay: a record has been seen. */
  see(record: PeerRecord): void {
    const known = this.#peers.get(record.id)
    if (known === undefined || known.seq < record.seq)
      this.#peers.set(record.id, { seq: record.seq, buriedUntil: NEVER })
    else this.#peers.set(record.id, known)
  }

  /** The peer itself has spoken to us: it lives, even where it shows a record that is not its newest. */
  meet({ id, seq }: PeerRecord): void {
    const known = this.#peers.get(id)
    this.#peers.set(id, { seq: known !== undefined && known.seq > seq ? known.seq : seq, buriedUntil: NEVER })
  }

  /** The peer did not answer. */
  bury(record: PeerRecord, round: number): void {
    const known = this.#peers.get(record.id)
    // What we hold may be older than what we have heard of since: a tombstone never brings the seq down.
    const seq = known !== undefined && known.seq > record.seq ? known.seq : record.seq
    this.#peers.set(record.id, { seq, buriedUntil: round + limits.tombstoneRounds })
  }
}
