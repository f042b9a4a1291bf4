/** What one visit to a node finds: one connection, one request, and goodbye. */
import type { NetAddress } from '@pex/address-book'
import type { NodeInfo } from '@pex/switch'
import { verdicts } from '../probe/verdict.ts'
import type { Outcome } from '../probe/verdict.ts'

/** How a visit ended: as a probe says it, or `failed` in another way, of which `detail` tells. */
export type VisitVerdict = Exclude<Outcome['verdict'], 'bad-target' | 'dns'> | 'failed'

/** All of them: a crawl has no bad targets, and looks nothing up. */
export const visitVerdicts: readonly VisitVerdict[] = [
  ...verdicts.filter(verdict => verdict !== 'bad-target' && verdict !== 'dns'),
  'failed'
]

export interface Finding {
  readonly verdict: VisitVerdict
  /** What it says of itself; only where its id has been authenticated. */
  readonly nodeInfo?: NodeInfo | undefined
  /** With `ok`: whom it named. */
  readonly addresses?: readonly NetAddress[] | undefined
  /** Who is there instead, authenticated. */
  readonly actualId?: string | undefined
  /** Time to connect, ms. */
  readonly latencyMs?: number | undefined
  /** A few words for people. */
  readonly detail?: string | undefined
}

/** Visits one node; the signal is aborted when it takes too long or the crawl ends. Fails only with a `PexError`. */
export type Visit = (address: NetAddress, options: { readonly signal: AbortSignal }) => Promise<Finding>
