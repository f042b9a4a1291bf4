/**
 * What the keeper decides, apart from what it does: whom to dial now, how many dials to give up, when to look again.
 */
import { sample } from '@pex/core'
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
export function plan(situation: Situation, readyAt: (record: PeerRecord) => number, rng: Rng): Plan {
  const { wanted, connected, dialing, maxDialing, candidates, now } = situation
  const missing = wanted - connected - dialing
  if (missing <= 0) return { dial: [], abandon: Math.min(dialing, -missing), lookAgainAt: undefined }
  const ready = candidates.filter(record => readyAt(record) <= now)
  const dial = sample(rng, ready, Math.min(missing, maxDialing - dialing))
  const later = candidates.map(readyAt).filter(at => at > now)
  const lacking = ready.length < missing && later.length > 0
  return { dial, abandon: 0, lookAgainAt: lacking ? Math.min(...later) : undefined }
}

/** The candidates of several views: each peer once, by its newest record, and only those that can be dialled. */
export function newest(records: readonly PeerRecord[]): readonly PeerRecord[] {
  const byId = new Map<string, PeerRecord>()
  for (const record of records)
    if (record.addresses.length > 0 && (byId.get(record.id)?.seq ?? -1n) < record.seq)
      byId.set(record.id, record)
  return [...byId.values()]
}
