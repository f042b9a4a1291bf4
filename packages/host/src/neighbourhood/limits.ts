/** How many neighbours, and how patient. Defaults are libonomy-p2p's where it has one. */
import { PexError } from '@pex/core'

/** All neighbours together, most: broadcast passes on to no more, and whoever it leaves out would miss messages. */
export const MOST_NEIGHBOURS = 64

export interface NeighbourLimits {
  /** Neighbours that this host has chosen itself, as many as it wants. @default 5 (libonomy: RandomConnections) */
  readonly outbound: number
  /** Neighbours that have chosen this host, most. @default what the chosen leave of 64 (libonomy: 100) */
  readonly inbound: number
  /** Of those, most of one network group, where they have a public address. @default 16. Guess: one owner must not be all of them. */
  readonly inboundOfGroup: number
  /** Time between two signs of life, ms. @default 10_000 */
  readonly heartbeatMs: number
  /** Signs of life that may be missed; the next one ends it. @default 2 */
  readonly misses: number
  /** How soon a missed sign of life is asked for again, and how soon to look again after nobody was found, ms. @default 1_000 (libonomy: NoResultsInterval) */
  readonly retryMs: number
  /** The longest wait before looking again; waits double up to it, ms. @default 30_000 */
  readonly longestRetryMs: number
  /** Time for the answer to a greeting, ms. @default 5_000 */
  readonly greetingMs: number
  /**
   * For how long somebody who declined or took leave is not greeted again, ms; who was silent, an eighth of it at first, and twice as
   * long each further time in a row, up to all of it. @default 60_000
   */
  readonly avoidMs: number
}

export const neighbourLimits: NeighbourLimits = {
  outbound: 5,
  inbound: 59,
  inboundOfGroup: 16,
  heartbeatMs: 10_000,
  misses: 2,
  retryMs: 1_000,
  longestRetryMs: 30_000,
  greetingMs: 5_000,
  avoidMs: 60_000
}

/** The limits that a user has asked for, with the defaults for the rest. Throws `PEX_INVALID_PARAMETER`. */
export function readLimits(wanted: Partial<NeighbourLimits>): NeighbourLimits {
  const { outbound = neighbourLimits.outbound } = wanted
  const limits = { ...neighbourLimits, inbound: MOST_NEIGHBOURS - outbound, ...wanted }
  for (const [name, value] of Object.entries(limits)) {
    const least = name === 'outbound' || name === 'inbound' || name === 'misses' ? 0 : 1
    if (!Number.isSafeInteger(value) || value < least)
      throw new PexError('PEX_INVALID_PARAMETER', `${name} is a whole number from ${least}, not ${value}`)
  }
  if (limits.outbound + limits.inbound > MOST_NEIGHBOURS)
    throw new PexError('PEX_INVALID_PARAMETER', `outbound and inbound are ${MOST_NEIGHBOURS} together, most`)
  return limits
}
