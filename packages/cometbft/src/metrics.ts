/**
 * What the reactors and the crawl count, where somebody wants to know: read when somebody looks, out of what they count for
 * themselves. Labels are closed lists: kinds, reasons, verdicts.
 */
import { bookMetrics } from '@pex/address-book'
import { growth, zeros } from '@pex/core'
import type { Metrics } from '@pex/core'
import type { PexStats } from './comet/events.ts'
import { visitVerdicts } from './crawl/finding.ts'
import type { VisitVerdict } from './crawl/finding.ts'
import type { AdaptivePexStats } from './tm035/pex-events.ts'

type Numbers = () => Readonly<Record<string, number>>

/** Of the PEX reactor of CometBFT, as a node and as a seed. */
export function pexReactorMetrics(
  metrics: Metrics,
  reactor: { stats(): PexStats },
  book: Parameters<typeof bookMetrics>[1]
): void {
  const { counter, gauge } = groupsOf(metrics)
  bookMetrics(metrics, book)
  counter(
    'pex_comet_events_total',
    'kind',
    'What the PEX reactor has done and met, by kind',
    () => reactor.stats().events
  )
  counter('pex_comet_bans_total', 'reason', 'Peers that were kept out for a time', () => reactor.stats().bans)
  counter(
    'pex_comet_addresses_total',
    'way',
    'Addresses that others told, those that were new, those shown',
    () => reactor.stats().addresses
  )
  gauge(
    'pex_comet_waiting',
    'state',
    'Requests that wait for an answer, and places that have failed and are waited with',
    () => {
      const { waiting, waits } = reactor.stats()
      return { requests: waiting, places: waits }
    }
  )
  gauge(
    'pex_comet_crawl_nodes',
    'state',
    'Of a seed’s crawl: nodes visited within a day, and those to be visited in this round',
    () => ({ ...reactor.stats().crawl })
  )
}

/** Of the adaptive reactor. */
export function adaptivePexMetrics(metrics: Metrics, reactor: { stats(): AdaptivePexStats }): void {
  const { counter, gauge } = groupsOf(metrics)
  counter(
    'pex_adaptive_events_total',
    'kind',
    'What the adaptive PEX reactor has done and met, by kind',
    () => reactor.stats().events
  )
  gauge('pex_adaptive_peers', 'state', 'Peers that can be asked, and those whose answer is awaited', () => {
    const { available, asked } = reactor.stats()
    return { available, asked }
  })
  metrics.registerMetric('pex_adaptive_interval_seconds', {
    help: 'Wait between two requests, as the last answer has made it',
    calculate: () => reactor.stats().intervalMs / 1_000
  })
}

/** Of a crawl; the way to count a visit that has ended. */
export function crawlMetrics(
  metrics: Metrics,
  progress: () => Readonly<Record<'known' | 'visited' | 'ok' | 'queued' | 'running', number>>
): (verdict: VisitVerdict) => void {
  const { gauge } = groupsOf(metrics)
  const visits = metrics.registerCounterGroup('pex_crawl_visits_total', {
    label: 'verdict',
    help: 'Visits of a crawl, by how they ended'
  })
  visits.increment(zeros(visitVerdicts))
  gauge(
    'pex_crawl_nodes',
    'state',
    'Nodes of a crawl: known, visited, that have answered, that wait for a visit; and visits under way',
    () => {
      const { known, visited, ok, queued, running } = progress()
      return { known, visited, ok, queued, running }
    }
  )
  return verdict => visits.increment({ [verdict]: 1 })
}

function groupsOf(
  metrics: Metrics
): Readonly<Record<'counter' | 'gauge', (name: string, label: string, help: string, read: Numbers) => void>> {
  return {
    counter: (name, label, help, read) =>
      metrics.registerCounterGroup(name, { label, help, calculate: growth(read) }),
    gauge: (name, label, help, read) =>
      metrics.registerMetricGroup(name, { label, help, calculate: () => ({ ...read() }) })
  }
}
