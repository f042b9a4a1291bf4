/**
 * Where a library counts what it does: the part of js-libp2p's metrics interface that is used here, so that a node's own metrics
 * object fits as it is. Types, and the arithmetic of counters that are read when somebody asks.
 *
 * Labels come from closed lists, or from what this host's own application has named (a namespace); never from a peer.
 */

export interface MetricOptions {
  /** What the label is called by which the values of a group differ. */
  label?: string
  /** What it is, for whoever reads it. */
  help?: string
}

export interface CalculatedMetricOptions<T = number> extends MetricOptions {
  /** Asked when somebody looks: of a metric its value, of a counter what it has grown by since it was asked last. */
  calculate: () => T
}

export interface HistogramOptions extends MetricOptions {
  /** Upper bounds, ascending. */
  buckets?: number[]
}

/** A value that rises and falls. */
export interface Metric {
  update(value: number): void
}

/** Such values, by label. */
export interface MetricGroup {
  update(values: Record<string, number>): void
}

/** A value that only grows. */
export interface Counter {
  increment(value?: number): void
}

/** Such values, by label. */
export interface CounterGroup {
  increment(values: Record<string, number>): void
}

/** How often a value was how large. */
export interface Histogram {
  observe(value: number): void
}

/** Takes metrics by name: `[a-z_]`, the unit at the end, `_total` for counters. What is calculated need not be told. */
export interface Metrics {
  registerMetric(name: string, options: CalculatedMetricOptions): void
  registerMetric(name: string, options?: MetricOptions): Metric
  registerMetricGroup(name: string, options: CalculatedMetricOptions<Record<string, number>>): void
  registerMetricGroup(name: string, options?: MetricOptions): MetricGroup
  registerCounter(name: string, options: CalculatedMetricOptions): void
  registerCounter(name: string, options?: MetricOptions): Counter
  registerCounterGroup(name: string, options: CalculatedMetricOptions<Record<string, number>>): void
  registerCounterGroup(name: string, options?: MetricOptions): CounterGroup
  registerHistogram(name: string, options?: HistogramOptions): Histogram
}

/**
 * For the `calculate` of a counter group: what each count has grown by since it was asked last. A count that has fallen began
 * anew. The keys are the labels; give all of a closed list from the start, so that each has a value before it is needed.
 */
export function growth(read: () => Readonly<Record<string, number>>): () => Record<string, number> {
  // Bounded by the keys of what is read, which are labels: a closed list.
  const before = new Map<string, number>()
  return () =>
    Object.fromEntries(
      Object.entries(read()).map(([label, count]) => {
        const last = before.get(label) ?? 0
        before.set(label, count)
        return [label, count < last ? count : count - last]
      })
    )
}

/** A zero for each label: so that it has a value before anything has happened. */
export function zeros(labels: readonly string[]): Record<string, number> {
  return Object.fromEntries(labels.map(label => [label, 0]))
}
