/** One visit with its deadline: whatever the visitor does, it ends. */
import { PexError } from '@pex/core'
import type { Clock } from '@pex/core'
import type { NetAddress } from '@pex/address-book'
import type { Finding, Visit } from './finding.ts'

export interface VisitingInit {
  readonly visit: Visit
  readonly clock: Clock
  readonly visitMs: number
  /** Aborted when the crawl ends. */
  readonly ending: AbortSignal
}

/** What the visit found; nothing where the crawl ended first. Fails with what is no fault of the world. */
export async function visitWithin(address: NetAddress, init: VisitingInit): Promise<Finding | undefined> {
  const { visit, clock, visitMs, ending } = init
  const abort = new AbortController()
  const overdue = new PexError('PEX_TIMEOUT', 'the visit took too long')
  const cancel = clock.after(visitMs, () => abort.abort(overdue))
  const onEnd = (): void => abort.abort(new PexError('PEX_ABORTED', 'the crawl ends'))
  ending.addEventListener('abort', onEnd)
  if (ending.aborted) onEnd()
  try {
    const gone = new Promise<never>((_, reject) => {
      if (abort.signal.aborted) reject(abort.signal.reason as Error)
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error))
    })
    return await Promise.race([visit(address, { signal: abort.signal }), gone])
  } catch (error) {
    if (!(error instanceof PexError)) throw error
    if (error === overdue) return { verdict: 'timeout', detail: error.message }
    return ending.aborted ? undefined : { verdict: 'failed', detail: `${error.code}: ${error.message}` }
  } finally {
    cancel()
    ending.removeEventListener('abort', onEnd)
  }
}
