/**
 * The parameters of gossip in one namespace, checked against each other.
 */
import { PexError } from './errors.ts'
import { limits } from './limits.ts'
import { casm } from './policies/casm.ts'
import type { Policy } from './policy.ts'

export interface GossipOptions {
  /** c: peers in the view, 2 to 64. @default 32 */
  readonly viewSize?: number
  /** Longest wait between two rounds, ms; each wait is drawn uniformly between half of it and all of it. @default 300 000 */
  readonly tickMs?: number
  /** Deadline of one whole exchange, ms, at most half a tick. @default 30 000, or half a tick where that is less */
  readonly exchangeMs?: number
  /** Whom to ask, what to show, what to keep. @default casm() */
  readonly policy?: Policy
}

export type Gossip = Required<GossipOptions>

/** Fills in the defaults. Throws `PEX_INVALID_PARAMETER` with what is allowed. */
export function gossip(options: GossipOptions = {}): Gossip {
  const { viewSize = limits.viewSize, tickMs = limits.tickMs, policy = casm() } = options
  if (!Number.isInteger(viewSize) || viewSize < 2 || viewSize > limits.maxViewSize)
    throw invalid(`viewSize is ${viewSize}; give an integer from 2 to ${limits.maxViewSize}`)
  if (!(tickMs >= limits.minTickMs && tickMs < 2 ** 31))
    throw invalid(`tickMs is ${tickMs}; give a number of milliseconds from ${limits.minTickMs} up`)
  const { exchangeMs = Math.min(limits.exchangeMs, tickMs / 2) } = options
  if (!(exchangeMs > 0 && exchangeMs <= tickMs / 2))
    throw invalid(
      `exchangeMs is ${exchangeMs}; give a number above 0 and at most half of tickMs (${tickMs / 2})`
    )
  return { viewSize, tickMs, exchangeMs, policy }
}

function invalid(message: string): PexError {
  return new PexError('PEX_INVALID_PARAMETER', message)
}
