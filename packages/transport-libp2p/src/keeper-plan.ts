/**
 * What the keeper decides, apart from what it does: whom to dial now, how many dials to give up, when to look again. And
 * its memory of failures, on which the decision rests.
 */
import { between, BoundedMap, sample } from '@pex/core'
import type { PeerRecord, Rng } from '@pex/core'

export interface Situation {
  /** Connections wanted. */
  readonly wanted: number
  /** Peers that are connected now. */
  readonly connected: number
  /** Dials of ours under way, and the most that there may be. */
  readonly dialing: number
  readonly maxDialing: number
  /** Peers of the view that are neither connected nor being dialled. */
  readonly candidates: readonly PeerRecord[]
  readonly now: number
}

export interface Plan {
  readonly dial: readonly PeerRecord[]
  /** Dials under way that are not needed any more: others have connected meanwhile. */
  readonly abandon: number
  /** When a candidate that failed may be tried again, and somebody is needed then; ms since the epoch. */
  readonly lookAgainAt: number | undefined
}

/** Random candidates up to the number wanted, never beyond it, and nobody before their time. */
export function plan(situation: Situation, backoff: Backoff, rng: Rng): Plan {
  const { wanted, connected, dialing, maxDialing, candidates, now } = situation
  const missing = wanted - connected - dialing
  if (missing <= 0) return { dial: [], abandon: Math.min(dialing, -missing), lookAgainAt: undefined }
  const ready = candidates.filter(({ id }) => backoff.readyAt(id) <= now)
  const dial = sample(rng, ready, Math.min(missing, maxDialing - dialing))
  const later = candidates.map(({ id }) => backoff.readyAt(id)).filter(at => at > now)
  const lacking = ready.length < missing && later.length > 0
  return { dial, abandon: 0, lookAgainAt: lacking ? Math.min(...later) : undefined }
}

export interface BackoffInit {
  /** Wait after the first failure, ms; it doubles with each one in a row. */
  readonly minMs: number
  readonly maxMs: number
  readonly rng: Rng
}

/** Peers of which failures are remembered, most: as many as a service's views can hold. */
const MAX_REMEMBERED = 4_096
/** A connection that has lasted so long, ms, was a good one. Guess: far longer than the refusal of a full host takes. */
const GOOD_MS = 60_000

/** Exponential backoff with jitter, per peer. */
export class Backoff {
  readonly #init: BackoffInit
  // Bounded by MAX_REMEMBERED; keyed by the ids of verified records.
  readonly #failures = new BoundedMap<string, { count: number; readyAt: number }>(MAX_REMEMBERED)

  constructor(init: BackoffInit) {
    this.#init = init
  }

  /** When the peer may be dialled; ms since the epoch, in the past for one that has never failed. */
  readyAt(id: string): number {
    return this.#failures.get(id)?.readyAt ?? -Infinity
  }

  /** The dial has failed. */
  failed(id: string, now: number): void {
    this.#count(id, (this.#failures.get(id)?.count ?? 0) + 1, now)
  }

  /** The connection is gone after `lastedMs`: one that was cut off at once is a failure in a row with others. */
  lost(id: string, lastedMs: number, now: number): void {
    if (lastedMs >= GOOD_MS) this.#failures.delete(id)
    this.failed(id, now)
  }

  #count(id: string, count: number, now: number): void {
    const { minMs, maxMs, rng } = this.#init
    const waitMs = Math.min(minMs * 2 ** (count - 1), maxMs)
    // Half of it is chance, so that peers that lost each other do not all come back at the same moment.
    this.#failures.set(id, { count, readyAt: now + between(rng, waitMs / 2, waitMs) })
  }
}

/** The candidates of several views: each peer once, by its newest record, and only those that can be dialled. */
export function newest(records: readonly PeerRecord[]): readonly PeerRecord[] {
  const byId = new Map<string, PeerRecord>()
  for (const record of records)
    if (record.addresses.length > 0 && (byId.get(record.id)?.seq ?? -1n) < record.seq)
      byId.set(record.id, record)
  return [...byId.values()]
}
