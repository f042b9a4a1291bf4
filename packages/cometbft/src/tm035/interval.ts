/**
 * How long to wait before the next request, from how much of the network the last answer has shown to be unknown (seed-003's
 * reactor, `calculateNextRequestTime`). (added + 1) / (total + 1) estimates that share; the wait grows with the square of its
 * inverse, and falls with the number of peers that can be asked.
 */

/** Wait while the store is as good as full, ms. */
export const FULL_CAPACITY_MS = 600_000
/** Wait while there is nobody to ask, ms; and the step by which waits grow then. */
export const NO_PEERS_MS = 1_000
/** Share of the store from which on it is as good as full. */
const FULL_RATIO = 0.95

export interface IntervalInput {
  /** Least time between two requests, ms. */
  readonly leastMs: number
  /** Addresses that the last answer has brought. */
  readonly added: number
  /** All that answers have ever brought, the last one included. */
  readonly total: number
  /** Peers that can be asked. */
  readonly available: number
  /** How full the store is; 0 without a bound. */
  readonly ratio: number
}

/** Milliseconds until the next request. */
export function nextInterval({ leastMs, added, total, available, ratio }: IntervalInput): number {
  if (ratio >= FULL_RATIO) return FULL_CAPACITY_MS
  if (available === 0) return NO_PEERS_MS
  return (leastMs / available) * ((total + 1) / (added + 1)) ** 2 + leastMs
}
