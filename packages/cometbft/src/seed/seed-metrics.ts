/** What a seed tells of itself, to whoever looks. Labels are closed lists: reasons, kinds, directions. */
import { bookMetrics } from '@pex/address-book'
import { growth } from '@pex/core'
import type { Metrics } from '@pex/core'
import type { SeedStatus } from './seed-node.ts'

/** One look at all values takes one status, ms: it goes through the whole book. */
const SAME_LOOK_MS = 1_000

/** Registers a seed's metrics; `now` is a clock, ms. */
export function seedMetrics(metrics: Metrics, read: () => SeedStatus, now: () => number): void {
  let last: { readonly at: number; readonly status: SeedStatus } | undefined
  const status = (): SeedStatus => {
    if (last === undefined || now() >= last.at + SAME_LOOK_MS) last = { at: now(), status: read() }
    return last.status
  }
  bookMetrics(metrics, () => ({ counts: status().book }))
  metrics.registerMetric('pex_seed_showable_peers', {
    help: 'Nodes that were met recently enough to be shown',
    calculate: () => status().book.showable
  })
  metrics.registerMetricGroup('pex_seed_connections', {
    label: 'state',
    help: 'Connections: callers, nodes that are visited or held, dials under way, callers in their handshake',
    calculate: () => {
      const { inbound, outbound, dialling, halfOpen } = status().peers
      return { inbound, outbound, dialling, half_open: halfOpen }
    }
  })
  metrics.registerMetric('pex_seed_save_failing', {
    help: '1 while the last save of the book has failed',
    calculate: () => Number(status().saves.isFailing)
  })
  countersOf(metrics, status)
}

function countersOf(metrics: Metrics, status: () => SeedStatus): void {
  const counters: readonly (readonly [string, string, string, () => Readonly<Record<string, number>>])[] = [
    ['pex_seed_events_total', 'kind', 'What has happened, by kind', () => status().pex.events],
    ['pex_seed_bans_total', 'reason', 'Nodes that were kept out for a time', () => status().pex.bans],
    [
      'pex_seed_addresses_total',
      'way',
      'Addresses that others told, those that were new, those shown',
      () => status().pex.addresses
    ],
    [
      'pex_seed_refusals_total',
      'reason',
      'Connections that came to nothing, both ways',
      () => status().refusals
    ],
    [
      'pex_seed_saves_total',
      'result',
      'Saves of the book',
      () => {
        const { done, failed } = status().saves
        return { done, failed }
      }
    ]
  ]
  for (const [name, label, help, read] of counters)
    metrics.registerCounterGroup(name, { label, help, calculate: growth(read) })
}
