/**
 * What a host counts, where somebody wants to know: comings and goings as they happen, everything else when somebody looks.
 * Peer exchange, rpc and broadcast count for themselves.
 */
import { bookMetrics } from '@pex/address-book'
import { zeros } from '@pex/core'
import type { Metrics } from '@pex/core'
import { statuses } from './greeting.ts'
import { leavings } from './neighbourhood/events.ts'
import type { Neighbours } from './neighbours.ts'

/** What of a host is looked at, beside its neighbours. */
export interface Watched {
  readonly book:
    | { readonly counts: { readonly tried: number; readonly fresh: number; readonly banned: number } }
    | undefined
  readonly ports: { readonly places: readonly unknown[] } | undefined
}

const sides = ['outbound', 'inbound'] as const
const declines = statuses.filter(status => status !== 'welcome')

export function groundMetrics(metrics: Metrics, { book, ports }: Watched): void {
  if (book !== undefined) bookMetrics(metrics, () => book)
  metrics.registerMetric('pex_host_mapped_ports', {
    help: 'Public places that lead to this host through routers',
    calculate: () => ports?.places.length ?? 0
  })
}

export function neighbourMetrics(metrics: Metrics, peers: Neighbours): void {
  countEvents(metrics, peers)
  metrics.registerMetricGroup('pex_host_neighbours', {
    label: 'side',
    help: 'Neighbours: that this host has chosen, and that have chosen it',
    calculate: () => {
      const counts: Record<string, number> = zeros(sides)
      for (const { side } of peers.list()) counts[side]!++
      return counts
    }
  })
  metrics.registerMetric('pex_host_clock_skew_seconds', {
    help: 'How far the clocks of most neighbours are ahead of this host’s',
    calculate: () => (peers.clock?.skewMs ?? NaN) / 1_000
  })
  metrics.registerMetric('pex_host_clock_wrong', {
    help: '1 while most neighbours say that this host’s clock is wrong',
    calculate: () => Number(peers.clock?.isWrong ?? false)
  })
}

function countEvents(metrics: Metrics, peers: Neighbours): void {
  const counter = (name: string, label: string, labels: readonly string[], help: string) => {
    const group = metrics.registerCounterGroup(name, { label, help })
    group.increment(zeros(labels))
    return (key: string): void => group.increment({ [key]: 1 })
  }
  const added = counter('pex_host_neighbours_added_total', 'side', sides, 'Peers that have become neighbours')
  const removed = counter(
    'pex_host_neighbours_removed_total',
    'why',
    leavings,
    'Neighbours that are none any more, by why'
  )
  const declined = counter(
    'pex_host_declined_total',
    'why',
    declines,
    'Peers that this host has not taken for neighbours, by why'
  )
  const turnedDown = counter(
    'pex_host_turned_down_total',
    'why',
    declines,
    'Peers that have not taken this host, by the reason that they gave'
  )
  peers.addEventListener('peer:added', ({ detail: { side } }) => added(side))
  peers.addEventListener('peer:removed', ({ detail: { why } }) => removed(why))
  peers.addEventListener('peer:declined', ({ detail: { why, byUs } }) => (byUs ? declined : turnedDown)(why))
}
