/**
 * What drives a network through its rounds: at once (immediate.ts) or with messages under way (delayed.ts).
 */
export interface Driver {
  /** One round of everybody. */
  play(): void
  /** An attacker begins an exchange. */
  push(attacker: number, to: number): void
  /** A round of one attacker that poses as an honest node. */
  round(attacker: number): void
  /** Somebody has joined. */
  joined(node: number): void
  /** Clocks differ from now on: rounds of its own that each node makes in one round, by node. */
  setSpeeds(speeds: Float64Array): void
  /** Messages take up to so many rounds, and who waits for one gives up after `timeout` rounds. Where messages take time. */
  readonly setLatency?: (rounds: number, timeout: number) => void
  /** So large a share of the messages arrives twice. Where messages take time. */
  readonly setDuplicates?: (share: number) => void
}
