/** When an address that has failed may be dialled again. */
import { between } from '@pex/core'
import type { PeerOptions } from './options.ts'

/** The cap on waits, ms; infinity for none. */
export function retryCap(options: PeerOptions, isPersistent: boolean): number {
  return (isPersistent && options.maxRetryPersistentMs) || options.maxRetryMs || Infinity
}

/** Milliseconds to wait after so many failures in a row: 0 after none, infinity where nothing is dialled again. */
export function retryDelay(options: PeerOptions, failures: number, isPersistent: boolean): number {
  if (failures === 0) return 0
  if (options.minRetryMs === 0) return Infinity
  const wait =
    options.rules.backoff(options.minRetryMs, failures) + between(options.rng, 0, options.retryJitterMs)
  return Math.min(wait, retryCap(options, isPersistent))
}

/** A connection that the other end ends so soon, ms, was none: it is full, or does not want us. Guess. */
export const BRIEF_MS = 5_000

/** Milliseconds to wait with a peer that has gone, after so many connections in a row that it ended at once. */
export function cooldown(options: PeerOptions, brief: number, isPersistent: boolean): number {
  const wait = retryDelay(options, brief, isPersistent)
  return Math.max(options.disconnectCooldownMs, wait === Infinity ? 0 : wait)
}
