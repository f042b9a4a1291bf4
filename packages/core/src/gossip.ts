/**
 * The parameters of gossip in one namespace, checked against each other.
 */
import { PexError } from './errors.ts'
import { limits } from './limits.ts'
import { balanced } from './sampling/policies/balanced.ts'
import type { Policy } from './sampling/policy.ts'

export interface GossipOptions {
  /** c: peers in the view, 2 to 64. @default 32 */
  readonly viewSize?: number
  /**
   * Records in a message, our own included, 2 to c/2. casm and Jelasity et al. use c/2; a few mix as well and cost less
   * (Cyclon's shuffle length).
   * @default what the policy asks for, or 8; c/2 where that is less
   */
  readonly exchangeSize?: number
  /** Longest wait between two rounds, ms; each wait is drawn uniformly between half of it and all of it. @default 300 000 */
  readonly tickMs?: number
  /** Deadline of one whole exchange, ms, at most half a tick. @default 30 000, or half a tick where that is less */
  readonly exchangeMs?: number
  /** Whom to ask, what to show, what to keep. @default balanced() */
  readonly policy?: Policy
}

export type Gossip = Required<GossipOptions>

/** Fills in the defaults. Throws `PEX_INVALID_PARAMETER` with what is allowed. */
export function gossip(options: GossipOptions = {}): Gossip {
  const { viewSize = limits.viewSize, tickMs = limits.tickMs, policy = balanced() } = options
  if (!Number.isInteger(viewSize) || viewSize < 2 || viewSize > limits.maxViewSize)
    throw invalid(`viewSize is ${viewSize}; give an integer from 2 to ${limits.maxViewSize}`)
  if (!(tickMs >= limits.minTickMs && tickMs < 2 ** 31))
    throw invalid(`tickMs is ${tickMs}; give a number of milliseconds from ${limits.minTickMs} up`)
  const most = Math.max(Math.floor(viewSize / 2), 2)
  const { exchangeSize = Math.min(policy.exchangeSize ?? limits.exchangeSize, most) } = options
  if (!Number.isInteger(exchangeSize) || exchangeSize < 2 || exchangeSize > most)
    throw invalid(`exchangeSize is ${exchangeSize}; give an integer from 2 to half of viewSize (${most})`)
  const { exchangeMs = Math.min(limits.exchangeMs, tickMs / 2) } = options
  if (!(exchangeMs > 0 && exchangeMs <= tickMs / 2))
    throw invalid(
      `exchangeMs is ${exchangeMs}; give a number above 0 and at most half of tickMs (${tickMs / 2})`
    )
  return { viewSize, exchangeSize, tickMs, exchangeMs, policy }
}

function invalid(message: string): PexError {
  return new PexError('PEX_INVALID_PARAMETER', message)
}
