/** What a swarm counts, where somebody wants to know. One of it for each host, also where the host's swarm is made anew. */
import { growth, PexError, zeros } from '@pex/core'
import type { CounterGroup, Metrics, PexErrorCode } from '@pex/core'
import type { Traffic } from './bandwidth.ts'
import type { Direction } from './gater.ts'

/** What of a swarm is looked at. */
export interface Watched {
  readonly dialling: number
  readonly limiter: { readonly descriptors: { readonly used: number; readonly waiting: number } }
  readonly bandwidth: { readonly total: Traffic }
  connections(): readonly { readonly direction: Direction; readonly streams: readonly unknown[] }[]
}

/** How a dial, or one address of it, may end: a closed list. */
const results = [
  'ok',
  'PEX_UNREACHABLE',
  'PEX_TIMEOUT',
  'PEX_WRONG_PEER',
  'PEX_BACKOFF',
  'PEX_CAPPED',
  'PEX_FILTERED',
  'PEX_GATED',
  'PEX_NO_TRANSPORT',
  'PEX_NO_KNOWN_ADDRESS',
  'PEX_DIAL_SELF',
  'PEX_ABORTED',
  'PEX_CLOSED'
] as const satisfies readonly ('ok' | PexErrorCode)[]
const known: ReadonlySet<string> = new Set(results)

const directions: readonly Direction[] = ['inbound', 'outbound']

export class SwarmMetrics {
  readonly #dials: CounterGroup
  readonly #addresses: CounterGroup
  readonly #opened: CounterGroup
  #swarm: Watched | undefined
  /** Bytes of the swarms before this one. */
  #before: Traffic = { sent: 0, received: 0 }

  constructor(metrics: Metrics) {
    this.#dials = metrics.registerCounterGroup('pex_swarm_dials_total', {
      label: 'result',
      help: 'Dials of a peer that a caller waited for, by how they ended'
    })
    this.#addresses = metrics.registerCounterGroup('pex_swarm_addresses_total', {
      label: 'result',
      help: 'Addresses that a dial has come to, those not tried included, by how that ended'
    })
    this.#opened = metrics.registerCounterGroup('pex_swarm_connections_total', {
      label: 'direction',
      help: 'Connections that came about'
    })
    for (const counter of [this.#dials, this.#addresses]) counter.increment(zeros(results))
    this.#opened.increment(zeros(directions))
    metrics.registerMetricGroup('pex_swarm_connections', {
      label: 'direction',
      help: 'Connections that are open',
      calculate: () => this.#perDirection(() => 1)
    })
    metrics.registerMetricGroup('pex_swarm_streams', {
      label: 'direction',
      help: 'Streams that are open, by the direction of their connection',
      calculate: () => this.#perDirection(({ streams }) => streams.length)
    })
    metrics.registerMetric('pex_swarm_dials_under_way', {
      help: 'Dials under way',
      calculate: () => this.#swarm?.dialling ?? 0
    })
    metrics.registerMetricGroup('pex_swarm_descriptors', {
      label: 'state',
      help: 'File descriptors in use by dials, and addresses that wait for one',
      calculate: () => {
        const { used, waiting } = this.#swarm?.limiter.descriptors ?? { used: 0, waiting: 0 }
        return { used, waiting }
      }
    })
    metrics.registerCounterGroup('pex_swarm_bytes_total', {
      label: 'way',
      help: 'Bytes on streams',
      calculate: growth(() => ({ ...this.#bytes }))
    })
  }

  /** Looks at this swarm from now on. */
  watch(swarm: Watched): void {
    this.#before = this.#bytes
    this.#swarm = swarm
  }

  /** Counts how a dial ends. */
  async dial<T>(dial: Promise<T>): Promise<T> {
    try {
      const result = await dial
      this.#dials.increment({ ok: 1 })
      return result
    } catch (error) {
      this.#dials.increment({ [labelOf(error)]: 1 })
      throw error
    }
  }

  /** One address has been dealt with: with an error, or well. */
  address(outcome: unknown): void {
    this.#addresses.increment({ [outcome instanceof PexError ? labelOf(outcome) : 'ok']: 1 })
  }

  opened(direction: Direction): void {
    this.#opened.increment({ [direction]: 1 })
  }

  get #bytes(): Traffic {
    const { sent, received } = this.#swarm?.bandwidth.total ?? { sent: 0, received: 0 }
    return { sent: this.#before.sent + sent, received: this.#before.received + received }
  }

  #perDirection(
    weigh: (connection: ReturnType<Watched['connections']>[number]) => number
  ): Record<string, number> {
    const sums = zeros(directions)
    for (const connection of this.#swarm?.connections() ?? [])
      sums[connection.direction]! += weigh(connection)
    return sums
  }
}

/** From the closed list, whatever a carrier has thrown. */
function labelOf(error: unknown): string {
  return error instanceof PexError && known.has(error.code) ? error.code : 'PEX_UNREACHABLE'
}
