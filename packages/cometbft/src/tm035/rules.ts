/**
 * Where two generations of the peer manager differ: seed-003's fork of Tendermint (May 2023) and Tendermint v0.35.9. Scores,
 * retries and defaults as parameters of one manager.
 */

/** What a score is made of. */
export interface Merits {
  readonly isPersistent: boolean
  readonly isUnconditional: boolean
  /** What events have made of it: `startScore`, plus the good ones, minus the bad ones. */
  readonly earned: number
  /** Failed dials since the last one that did not fail, over all of its addresses. */
  readonly dialFailures: number
  readonly disconnections: number
}

export interface PeerRules {
  readonly name: 'sei' | 'tm035'
  /** Score of a peer of which nothing is known. */
  readonly startScore: number
  /** Bounds of what events may make of a score, so that no past outweighs the present for ever. */
  readonly earned: { readonly least: number; readonly most: number }
  score(merits: Merits): number
  /** Wait before the n-th retry, ms, without jitter and cap; n is at least 1. */
  backoff(minRetryMs: number, failures: number): number
  /** Whether an address whose wait has reached its cap is forgotten. */
  readonly forgetsAtMaxRetry: boolean
  readonly maxRetryMs: number
  readonly maxRetryPersistentMs: number
  readonly disconnectCooldownMs: number
  /** Dials stop at this many outgoing connections; 0 for no bound of their own. */
  maxOutgoing(maxConnected: number): number
  maxPeers(maxConnected: number): number
  /** Least time between two requests of one peer, ms; our own polling keeps to it too. */
  readonly requestIntervalMs: number
}

/** Disconnections that cost one point, in the fork. */
const DISCONNECTIONS_PER_POINT = 3
const MINUTE = 60_000

/** Seed-003's fork: 8 bits, doubling waits, and addresses that are forgotten. */
const sei: PeerRules = {
  name: 'sei',
  startScore: 10,
  earned: { least: 0, most: 253 },
  score: ({ isPersistent, isUnconditional, earned, dialFailures, disconnections }) => {
    if (isUnconditional) return 255
    const score =
      (isPersistent ? 254 : earned) - dialFailures - Math.floor(disconnections / DISCONNECTIONS_PER_POINT)
    return Math.max(Math.min(score, isPersistent ? 254 : 253), 0)
  },
  backoff: (minRetryMs, failures) => minRetryMs * 2 ** failures,
  forgetsAtMaxRetry: true,
  maxRetryMs: 2 * MINUTE,
  maxRetryPersistentMs: 2 * MINUTE,
  disconnectCooldownMs: 0,
  maxOutgoing: () => 0,
  maxPeers: maxConnected => 4 + 2 * maxConnected,
  requestIntervalMs: 100
}

/** Tendermint v0.35.9: 16 bits with a sign, waits that grow by the same step, and nothing forgotten. */
const tm035: PeerRules = {
  name: 'tm035',
  startScore: 10,
  earned: { least: -32_768, most: 32_766 },
  score: ({ isPersistent, isUnconditional, earned, dialFailures }) =>
    isPersistent || isUnconditional ? 32_767 : Math.max(Math.min(earned - dialFailures, 32_766), -32_768),
  backoff: (minRetryMs, failures) => minRetryMs * failures,
  forgetsAtMaxRetry: false,
  maxRetryMs: 30 * MINUTE,
  maxRetryPersistentMs: 5 * MINUTE,
  disconnectCooldownMs: 2_000,
  maxOutgoing: maxConnected => Math.floor(maxConnected / 2),
  maxPeers: maxConnected => 4 + 4 * maxConnected,
  requestIntervalMs: 200
}

/** The rules by name. */
export const peerRules: { readonly sei: PeerRules; readonly tm035: PeerRules } = { sei, tm035 }
