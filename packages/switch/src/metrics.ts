/**
 * What a switch counts, where somebody wants to know: comings and goings as they happen, everything else when somebody looks.
 * What passes on its connections `@pex/mconnection` counts.
 */
import { growth, zeros } from '@pex/core'
import type { Metrics } from '@pex/core'
import type { Refusal } from './errors.ts'
import type { SwitchEvent } from './journal.ts'
import type { Peer } from './peer.ts'

/** What of a switch is looked at. */
export interface Watched {
  /** All peers, those included that no cap counts. */
  readonly peers: { list(): readonly { readonly direction: Peer['direction'] }[] }
  readonly counts: Readonly<Record<'dialling' | 'halfOpen' | 'sockets', number>>
  refusalsOf(direction: Peer['direction']): ReadonlyMap<Refusal, number>
  notify(listener: (event: SwitchEvent) => void): () => void
}

const directions = ['inbound', 'outbound'] as const

export function switchMetrics(metrics: Metrics, net: Watched): void {
  metrics.registerMetricGroup('pex_switch_peers', {
    label: 'direction',
    help: 'Peers: that have called, and that were dialled',
    calculate: () => {
      const counts: Record<string, number> = zeros(directions)
      for (const { direction } of net.peers.list()) counts[direction]!++
      return counts
    }
  })
  metrics.registerMetricGroup('pex_switch_pending', {
    label: 'state',
    help: 'Dials under way, callers in their handshake, and sockets in all, those of peers included',
    calculate: () => {
      const { dialling, halfOpen, sockets } = net.counts
      return { dialling, half_open: halfOpen, sockets }
    }
  })
  refusals(metrics, 'pex_switch_dial_refusals_total', 'Dials that have led to no peer, by why', () =>
    net.refusalsOf('outbound')
  )
  refusals(metrics, 'pex_switch_call_refusals_total', 'Callers that have become no peers, by why', () =>
    net.refusalsOf('inbound')
  )
  countEvents(metrics, net)
}

function refusals(
  metrics: Metrics,
  name: string,
  help: string,
  read: () => ReadonlyMap<Refusal, number>
): void {
  const calculate = growth(() => Object.fromEntries(read()))
  metrics.registerCounterGroup(name, { label: 'reason', help, calculate })
}

function countEvents(metrics: Metrics, net: Watched): void {
  const added = metrics.registerCounterGroup('pex_switch_peers_added_total', {
    label: 'direction',
    help: 'Connections that have become peers'
  })
  const removed = metrics.registerCounterGroup('pex_switch_peers_removed_total', {
    label: 'why',
    help: 'Peers that are none any more: let go by this host, or lost'
  })
  const reconnects = metrics.registerCounter('pex_switch_reconnects_total', {
    help: 'Dials of persistent peers that were set for later'
  })
  added.increment(zeros(directions))
  removed.increment(zeros(['let_go', 'lost']))
  reconnects.increment(0)
  net.notify(event => {
    if (event.kind === 'peer-added') added.increment({ [event.peer.direction]: 1 })
    else if (event.kind === 'peer-removed')
      removed.increment({ [event.reason === undefined ? 'let_go' : 'lost']: 1 })
    else if (event.kind === 'reconnecting') reconnects.increment()
  })
}
