/**
 * Core's `Metrics` for tests: remembers what was registered, and reads it as a scrape would. It behaves as libp2p's metrics on
 * Prometheus do: the first to register a name has it, and a counter adds up what its `calculate` gives at each scrape.
 */
import type { Counter, CounterGroup, Histogram, Metric, MetricGroup, Metrics } from '@pex/core'

export interface RecordedMetric {
  readonly name: string
  readonly kind: 'gauge' | 'counter' | 'histogram'
  readonly label: string | undefined
  readonly help: string | undefined
}

export interface RecordingMetrics extends Metrics {
  /** What has been registered, in its order; a copy. */
  readonly registered: readonly RecordedMetric[]
  /** Scrapes: every value by name and, of groups, by label, as `name` and `name{label}`. Of a histogram, how often. */
  scrape(): ReadonlyMap<string, number>
}

interface Options {
  readonly label?: string
  readonly help?: string
  readonly calculate?: () => number | Record<string, number>
}

/** Everything that the ways to tell of a value have in common. */
interface Handle extends Metric, Counter, Histogram {}

export function recordingMetrics(): RecordingMetrics {
  const registered = new Map<string, RecordedMetric & { readonly calculate: Options['calculate'] }>()
  const values = new Map<string, number>()
  const set = (key: string, value: number): void => void values.set(key, value)
  const add = (key: string, value: number): void => set(key, (values.get(key) ?? 0) + value)
  const take = (
    name: string,
    kind: RecordedMetric['kind'],
    { label, help, calculate }: Options = {}
  ): void => {
    if (!registered.has(name)) registered.set(name, { name, kind, label, help, calculate })
  }
  const each = (
    name: string,
    how: (key: string, value: number) => void,
    group: Record<string, number>
  ): void => {
    for (const [label, value] of Object.entries(group)) how(`${name}{${label}}`, value)
  }
  const single =
    (kind: RecordedMetric['kind']) =>
    (name: string, options?: Options): Handle => {
      take(name, kind, options)
      return {
        update: value => set(name, value),
        increment: (value = 1) => add(name, value),
        observe: () => add(name, 1)
      }
    }
  const group =
    (kind: RecordedMetric['kind']) =>
    (name: string, options?: Options): MetricGroup & CounterGroup => {
      take(name, kind, options)
      return { update: found => each(name, set, found), increment: found => each(name, add, found) }
    }
  return {
    registerMetric: single('gauge'),
    registerMetricGroup: group('gauge'),
    registerCounter: single('counter'),
    registerCounterGroup: group('counter'),
    registerHistogram: single('histogram'),
    get registered() {
      return [...registered.values()].map(({ name, kind, label, help }) => ({ name, kind, label, help }))
    },
    scrape() {
      for (const { name, kind, calculate } of registered.values()) {
        const found = calculate?.()
        const how = kind === 'counter' ? add : set
        if (typeof found === 'number') how(name, found)
        else if (found !== undefined) each(name, how, found)
      }
      return new Map(values)
    }
  }
}
