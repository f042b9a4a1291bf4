/** What a broadcast counts, where somebody wants to know: everything is read when somebody looks. */
import { growth } from '@pex/core'
import type { Metrics } from '@pex/core'
import type { BroadcastCounts } from './counts.ts'

/** What of a broadcast is looked at. */
export interface Watched {
  readonly counts: BroadcastCounts
  readonly census: Readonly<
    Record<'neighbours' | 'eager' | 'seen' | 'held' | 'heldBytes' | 'missing' | 'pending', number>
  >
}

export function broadcastMetrics(metrics: Metrics, broadcast: Watched): void {
  metrics.registerCounterGroup('pex_broadcast_events_total', {
    label: 'kind',
    help: 'What has happened to messages and to the tree, by kind',
    calculate: growth(() => {
      const { rejected: _, ...totals } = broadcast.counts
      return totals
    })
  })
  metrics.registerCounterGroup('pex_broadcast_rejections_total', {
    label: 'reason',
    help: 'What neighbours have sent that was rejected',
    calculate: growth(() => broadcast.counts.rejected)
  })
  metrics.registerMetricGroup('pex_broadcast_neighbours', {
    label: 'state',
    help: 'Neighbours: those that messages are pushed to, and those that they are announced to',
    calculate: () => {
      const { neighbours, eager } = broadcast.census
      return { eager, lazy: neighbours - eager }
    }
  })
  metrics.registerMetricGroup('pex_broadcast_messages', {
    label: 'state',
    help: 'Messages: kept for those that lack them, awaiting their verdict, announced and not come, remembered by id',
    calculate: () => {
      const { held, pending, missing, seen } = broadcast.census
      return { held, pending, missing, seen }
    }
  })
  metrics.registerMetric('pex_broadcast_held_bytes', {
    help: 'Bytes of the payloads that are kept for those that lack them',
    calculate: () => broadcast.census.heldBytes
  })
}
