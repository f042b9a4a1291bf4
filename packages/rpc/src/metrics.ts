/** What rpc counts, where somebody wants to know: calls as they end, everything else when somebody looks. */
import { growth, PexError, zeros } from '@pex/core'
import type { CounterGroup, Metrics, PexErrorCode } from '@pex/core'
import type { RpcCounts } from './counts.ts'

/** What of rpc is looked at. */
export interface Watched {
  readonly counts: RpcCounts
  readonly load: Readonly<Record<'calls' | 'waiting' | 'served' | 'queued', number>>
}

/** How a call of ours may end: a closed list; anything else, such as a call that makes no sense, is `other`. */
const results = [
  'ok',
  'PEX_UNREACHABLE',
  'PEX_UNSUPPORTED',
  'PEX_TIMEOUT',
  'PEX_REFUSED',
  'PEX_REJECTED',
  'PEX_BUSY',
  'PEX_ABORTED',
  'other'
] as const satisfies readonly ('ok' | 'other' | PexErrorCode)[]
const known: ReadonlySet<string> = new Set(results)

export class RpcMetrics {
  readonly #calls: CounterGroup

  constructor(metrics: Metrics, rpc: Watched) {
    this.#calls = metrics.registerCounterGroup('pex_rpc_calls_total', {
      label: 'result',
      help: 'Calls of this host, by how they ended'
    })
    this.#calls.increment(zeros(results))
    metrics.registerCounterGroup('pex_rpc_served_total', {
      label: 'result',
      help: 'Calls of others, by what they were answered with',
      calculate: growth(() => {
        const { succeeded, failed, repeated, refused } = rpc.counts
        return { ok: succeeded, failed, repeated, ...refused }
      })
    })
    metrics.registerCounterGroup('pex_rpc_rejections_total', {
      label: 'reason',
      help: 'Questions and answers that made no sense',
      calculate: growth(() => rpc.counts.rejected)
    })
    metrics.registerMetricGroup('pex_rpc_load', {
      label: 'state',
      help: 'Calls of this host under way and waiting; calls of others with a handler at work, and waiting for one',
      calculate: () => {
        const { calls, waiting, served, queued } = rpc.load
        return { calling: calls, waiting, serving: served, queued }
      }
    })
  }

  /** Counts how a call ends. */
  async call<T>(call: Promise<T>): Promise<T> {
    try {
      const reply = await call
      this.#calls.increment({ ok: 1 })
      return reply
    } catch (error) {
      const code = error instanceof PexError ? error.code : 'other'
      this.#calls.increment({ [known.has(code) ? code : 'other']: 1 })
      throw error
    }
  }
}
