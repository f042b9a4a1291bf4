/**
 * What peer exchange counts, where somebody wants to know. Labels are closed lists and the namespaces that the application has
 * joined. What can be read is read when somebody looks; only events are counted as they happen.
 */
import { growth, limits, rejectionReasons, zeros } from '@pex/core'
import type { Metrics, PexErrorCode, RejectionReason, SizeEstimate } from '@pex/core'
import type { Counts } from './metered.ts'
import type { Pex } from './pex.ts'

/** How an exchange that we began may end: a closed list; anything else is `other`. */
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

/** Seconds: from a loopback's exchange to the deadline. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Registers all that is counted of a host, and looks at it from now on. Returns what wants to be told by its parts. */
export function count(metrics: Metrics, pex: Pex, hasStore: boolean): Counts {
  countEvents(metrics, pex)
  readNamespaces(metrics, pex)
  return { ...messageCounts(metrics), ...(hasStore ? storeCounts(metrics) : { done: () => {} }) }
}

function messageCounts(metrics: Metrics): Pick<Counts, 'message'> {
  const ways = zeros(['sent', 'received'])
  const messages = metrics.registerCounterGroup('pex_messages_total', {
    label: 'way',
    help: 'Messages of exchanges, and of whatever else uses the transport of the host'
  })
  const bytes = metrics.registerCounterGroup('pex_message_bytes_total', {
    label: 'way',
    help: 'Bytes of these messages, without what carries them'
  })
  for (const counter of [messages, bytes]) counter.increment(ways)
  return {
    message(way, length) {
      messages.increment({ [way]: 1 })
      bytes.increment({ [way]: length })
    }
  }
}

function storeCounts(metrics: Metrics): Pick<Counts, 'done'> {
  const operations = metrics.registerCounterGroup('pex_store_operations_total', {
    label: 'result',
    help: 'Times that the store was read or written'
  })
  operations.increment(zeros(['loaded', 'saved', 'load_failed', 'save_failed']))
  let failing = 0
  metrics.registerMetric('pex_store_failing', {
    help: '1 while the last use of the store has failed: what is learned now is lost in a crash',
    calculate: () => failing
  })
  return {
    done(what, ok) {
      failing = ok ? 0 : 1
      const done = what === 'load' ? 'loaded' : 'saved'
      operations.increment({ [ok ? done : `${what}_failed`]: 1 })
    }
  }
}

function countEvents(metrics: Metrics, pex: Pex): void {
  const counter = (name: string, label: string, labels: readonly string[], help: string) => {
    const group = metrics.registerCounterGroup(name, { label, help })
    group.increment(zeros(labels))
    return (key: string, count: number = 1): void => group.increment({ [key]: count })
  }
  const exchange = counter('pex_exchanges_total', 'result', results, 'Exchanges that this host began')
  const answered = metrics.registerCounter('pex_exchanges_answered_total', {
    help: 'Exchanges that others began'
  })
  const round = counter(
    'pex_rounds_total',
    'result',
    ['reached', 'alone'],
    'Rounds in which somebody was reached, or nobody'
  )
  const records = metrics.registerCounter('pex_records_total', {
    help: 'Records of other peers that counted'
  })
  const damaged = metrics.registerCounter('pex_store_damaged_total', {
    help: 'Entries of the store that were damaged, and dropped'
  })
  const duration = metrics.registerHistogram('pex_exchange_duration_seconds', {
    help: 'From the question to the end, of exchanges that this host began and that were complete',
    buckets: BUCKETS
  })
  for (const each of [answered, records, damaged]) each.increment(0)
  pex.addEventListener('exchange:complete', ({ detail: { role, received, ms } }) => {
    if (role === 'initiator') exchange('ok')
    else answered.increment()
    records.increment(received)
    if (ms !== undefined) duration.observe(ms / 1_000)
  })
  pex.addEventListener('exchange:fail', ({ detail: { error } }) =>
    exchange(known.has(error.code) ? error.code : 'other')
  )
  pex.addEventListener('round', ({ detail: { reached } }) =>
    round(reached === undefined ? 'alone' : 'reached')
  )
  pex.addEventListener('store:damage', ({ detail: { dropped } }) => damaged.increment(dropped))
  const noRejections = zeros(rejectionReasons) as Record<RejectionReason, number>
  metrics.registerCounterGroup('pex_rejections_total', {
    label: 'reason',
    help: 'Messages and records of peers that were rejected',
    calculate: growth(() => ({ ...noRejections, ...pex.rejections }))
  })
}

function readNamespaces(metrics: Metrics, pex: Pex): void {
  // Bounded by limits.maxNamespaces; the application names them. One more than that is counted, but not by its name.
  const seen = new Set<string>()
  const gauge = (name: string, help: string, read: (namespace: string) => number | undefined): void =>
    metrics.registerMetricGroup(name, {
      label: 'namespace',
      help,
      calculate() {
        const joined = new Set(pex.namespaces)
        for (const namespace of joined) if (seen.size < limits.maxNamespaces) seen.add(namespace)
        // A value that was once told stays until another is: of a namespace that has been left, none is right.
        return Object.fromEntries(
          [...seen].map(namespace => [
            namespace,
            (joined.has(namespace) ? read(namespace) : undefined) ?? NaN
          ])
        )
      }
    })
  const size = (of: (estimate: SizeEstimate) => number) => (namespace: string) => {
    const estimate = pex.estimate(namespace)
    return estimate && of(estimate)
  }
  metrics.registerMetric('pex_namespaces', {
    help: 'Namespaces that this host has joined',
    calculate: () => pex.namespaces.length
  })
  gauge('pex_view_size', 'Peers in the view', namespace => pex.view(namespace).length)
  gauge(
    'pex_recovery_size',
    'Peers that stopped answering, and are tried now and then',
    namespace => pex.recovery(namespace).length
  )
  gauge(
    'pex_network_size',
    'Nodes in the namespace, estimated',
    size(estimate => estimate.size)
  )
  gauge(
    'pex_network_size_low',
    'Lower end of that estimate',
    size(estimate => estimate.low)
  )
  gauge(
    'pex_network_size_high',
    'Upper end of that estimate',
    size(estimate => estimate.high)
  )
  gauge('pex_network_size_alarm', '1 while the two ways to count contradict each other', namespace =>
    Number(pex.estimate(namespace)?.alarm ?? false)
  )
}
