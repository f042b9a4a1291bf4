/**
 * What we remember of peers whether we hold them or not: the highest seq that we have seen, so that no older record ever
 * comes back, and the tombstone of those that did not answer, so that neighbours cannot hand us the dead again.
 */
import { BoundedMap } from './bounded-map.ts'
import { limits } from './limits.ts'
import type { PeerRecord } from './record.ts'

interface Tombstone {
  /** The seq that did not answer; a newer one proves that the peer is back. */
  readonly seq: bigint
  /** The round until which hearsay of it is not believed. */
  readonly until: number
}

export class Known {
  // Bounded by limits.maxKnown, keyed by ids whose signature was verified; the least recently seen is forgotten.
  readonly #seqs = new BoundedMap<string, bigint>(limits.maxKnown)
  // Bounded by limits.maxKnown, keyed by peers that we have tried: whoever floods us with fresh ids unearths nobody.
  readonly #tombstones = new BoundedMap<string, Tombstone>(limits.maxKnown)

  /** True when a newer record of the same peer has been seen. */
  supersedes({ id, seq }: PeerRecord): boolean {
    return (this.#seqs.get(id) ?? -1n) > seq
  }

  /** True while this very record belongs to a peer that did not answer. */
  buries({ id, seq }: PeerRecord, round: number): boolean {
    const tombstone = this.#tombstones.get(id)
    return tombstone !== undefined && round < tombstone.until && seq <= tombstone.seq
  }

  /** Hearsay: a record has been seen. */
  see({ id, seq }: PeerRecord): void {
    const known = this.#seqs.get(id) ?? -1n
    this.#seqs.set(id, known > seq ? known : seq)
  }

  /** The peer itself has spoken to us: it lives, even where it shows a record that is not its newest. */
  meet(record: PeerRecord): void {
    this.see(record)
    this.#tombstones.delete(record.id)
  }

  /** The peer did not answer. */
  bury(record: PeerRecord, round: number): void {
    this.see(record)
    const seq = this.#seqs.get(record.id) ?? record.seq
    this.#tombstones.set(record.id, { seq, until: round + limits.tombstoneRounds })
  }
}
