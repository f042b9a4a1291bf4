/**
 * Numbers for records: the sampling rules know peers by number (sampling/peers.ts), messages by record. Beside it the
 * highest seq seen of each peer, so that no older record ever comes back.
 *
 * A number keeps its meaning while anything holds it: the view, recovery memory, a tombstone, the policy. Of those that
 * nothing holds, the one least recently seen is given to a new peer when all are in use.
 */
import { assert } from './assert.ts'
import { hashText } from './hash.ts'
import type { HashKey } from './hash.ts'
import { limits } from './limits.ts'
import { netgroupOf } from './netgroup.ts'
import type { Rng } from './random.ts'
import type { PeerRecord } from './record.ts'
import type { Peers } from './sampling/peers.ts'
import { nobody } from './sampling/peers.ts'

/** The number of the namespace's own peer. */
export const self = 0

interface Known {
  readonly number: number
  /** The highest seen. */
  seq: bigint
  /** The newest record that says where the peer can be called. Kept while something holds the number, and for one step. */
  record: PeerRecord | undefined
}

export class Roster implements Peers {
  readonly hashes: Uint32Array
  readonly groups: Uint32Array
  readonly #key: HashKey
  readonly #holds: (peer: number) => boolean
  readonly #own: string
  readonly #reaches: (addresses: readonly string[]) => boolean
  // Bounded by the size given, keyed by ids whose signature was verified, in the order in which they were last seen.
  readonly #known = new Map<string, Known>()
  // By number: bounded by the size given, as the map above.
  readonly #ids: string[] = []
  // Seen in the step under way: bounded by what one input brings, emptied at its end.
  readonly #seen = new Set<Known>()

  /**
   * `holds`: whether a number is in use beyond the step under way. `reaches`: whether a peer with these addresses can be
   * called from here; by default, whether it has any.
   */
  constructor(
    own: PeerRecord,
    rng: Rng,
    holds: (peer: number) => boolean,
    size: number = limits.maxKnown,
    reaches: (addresses: readonly string[]) => boolean = addresses => addresses.length > 0
  ) {
    this.#own = own.id
    this.#holds = holds
    this.#reaches = reaches
    this.#key = { low: rng(), high: rng() }
    this.hashes = new Uint32Array(size)
    this.groups = new Uint32Array(size)
    this.see(own)
  }

  /** The own record; there is always one. */
  get own(): PeerRecord {
    return this.#known.get(this.#own)!.record!
  }

  /** Our own record has been signed anew. */
  renew(own: PeerRecord): void {
    const known = this.#known.get(this.#own)!
    known.record = own
    known.seq = own.seq
    this.groups[self] = this.#groupOf(own)
    this.#reconsider()
  }

  /** Whether the record says where its peer can be called from here. */
  isCallable({ addresses }: PeerRecord): boolean {
    return this.#reaches(addresses)
  }

  /** The peer's number; `nobody` for one that has none. */
  find(id: string): number {
    return this.#known.get(id)?.number ?? nobody
  }

  /** The newest record of a peer that can be called. */
  record(peer: number): PeerRecord | undefined {
    const id = this.#ids[peer]
    return id === undefined ? undefined : this.#known.get(id)?.record
  }

  /** How much newer the record is than what was seen of its peer: above 0 for news, below it for what is outdated. */
  compare({ id, seq }: PeerRecord): number {
    const known = this.#known.get(id)
    return known === undefined || seq > known.seq ? 1 : seq < known.seq ? -1 : 0
  }

  /** Takes note of a record and gives the number of its peer. */
  see(record: PeerRecord): number {
    const { id, seq, addresses } = record
    const known = this.#known.get(id) ?? this.#enroll(id, seq)
    if (known.number === self && known.record !== undefined) return self
    this.#known.delete(id)
    this.#known.set(id, known)
    this.#seen.add(known)
    if (seq > known.seq) known.seq = seq
    // Of those whose record was forgotten the seq is remembered: an older one does not come in its place.
    const isNewest = seq === known.seq && (known.record === undefined || seq > known.record.seq)
    if (isNewest && (id === this.#own || this.#reaches(addresses))) {
      known.record = record
      this.groups[known.number] = this.#groupOf(record)
    }
    return known.number
  }

  /** The end of a step: of those that nothing holds only the seq is remembered. */
  endStep(): void {
    for (const known of this.#seen)
      if (known.number !== self && !this.#holds(known.number)) known.record = undefined
    this.#seen.clear()
  }

  /** Where this host is, and so whom it can call, may have changed with its addresses. */
  #reconsider(): void {
    for (const known of this.#known.values()) {
      const { number, record } = known
      if (number !== self && record !== undefined && !this.#reaches(record.addresses))
        known.record = undefined
    }
  }

  #enroll(id: string, seq: bigint): Known {
    const number = this.#known.size < this.hashes.length ? this.#known.size : this.#free()
    const known = { number, seq, record: undefined }
    this.#known.set(id, known)
    this.#ids[number] = id
    this.hashes[number] = hashText(this.#key, id)
    this.groups[number] = 0
    return known
  }

  /** Forgets the peer least recently seen among those that nothing holds. Returns the number that is free now. */
  #free(): number {
    let left = this.#known.size
    for (const [id, known] of this.#known) {
      if (left-- === 0) break
      this.#known.delete(id)
      if (known.number !== self && !this.#seen.has(known) && !this.#holds(known.number)) return known.number
      // Still needed: back in at the end, so that the next search does not stumble over it.
      this.#known.set(id, known)
    }
    assert(false, 'there are more numbers than are ever held at once')
  }

  #groupOf({ addresses }: PeerRecord): number {
    const group = netgroupOf(addresses)
    // 0 means: of no group.
    return group === undefined ? 0 : hashText(this.#key, group) || 1
  }
}
