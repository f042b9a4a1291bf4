/**
 * What the transport counts, and its swarm, where the node has metrics: loaded only then, so that a page without them does not
 * carry it.
 */
import { PexError, zeros } from '@pex/core'
import type { CounterGroup, Metrics, PexErrorCode } from '@pex/core'

export { SwarmMetrics } from '@pex/swarm'

/** What of a transport is looked at. */
export interface Watched {
  /** Requests of peers that are being served. */
  readonly serving: number
  /** Of these, those whose question is not complete yet. */
  readonly incoming: number
  /** Connections that only exchanges have opened. */
  readonly idle: { readonly size: number }
}

/** How a request of ours may end: a closed list; anything else is `other`. */
const results = [
  'ok',
  'PEX_UNREACHABLE',
  'PEX_UNSUPPORTED',
  'PEX_TIMEOUT',
  'PEX_BUSY',
  'PEX_ABORTED',
  'PEX_INVALID_PARAMETER',
  'other'
] as const satisfies readonly ('ok' | 'other' | PexErrorCode)[]
const known: ReadonlySet<string> = new Set(results)

const fates = ['answered', 'failed', 'refused', 'overtaken'] as const

/** What became of a peer's request: `overtaken` had to make room for others. */
export type Fate = (typeof fates)[number]

export class TransportMetrics {
  readonly #requests: CounterGroup
  readonly #served: CounterGroup

  constructor(metrics: Metrics, transport: Watched) {
    this.#requests = metrics.registerCounterGroup('pex_libp2p_requests_total', {
      label: 'result',
      help: 'Requests to peers, by how they ended'
    })
    this.#requests.increment(zeros(results))
    this.#served = metrics.registerCounterGroup('pex_libp2p_served_total', {
      label: 'result',
      help: 'Requests of peers, by what became of them'
    })
    this.#served.increment(zeros(fates))
    metrics.registerMetric('pex_libp2p_serving', {
      help: 'Requests of peers that are being served',
      calculate: () => transport.serving
    })
    metrics.registerMetric('pex_libp2p_incoming', {
      help: 'Of these, those whose question is not complete yet',
      calculate: () => transport.incoming
    })
    metrics.registerMetric('pex_libp2p_idle_connections', {
      help: 'Connections that only exchanges have opened, and that are closed when they are idle',
      calculate: () => transport.idle.size
    })
  }

  /** A request of ours has ended: with an error, or well. */
  requested(error?: unknown): void {
    this.#requests.increment({ [error === undefined ? 'ok' : labelOf(error)]: 1 })
  }

  served(fate: Fate): void {
    this.#served.increment({ [fate]: 1 })
  }
}

function labelOf(error: unknown): string {
  return error instanceof PexError && known.has(error.code) ? error.code : 'other'
}
