/**
 * Counts what libp2p nodes send, through the one place that sees every connection and every stream: the metrics component.
 * Bytes are counted where they are sent only, so that each counts once, however many nodes share the meter.
 */
import type { MessageStream, Metrics } from '@libp2p/interface'

export class Meter {
  #total = 0
  // Bounded by the protocols that the benchmark's own hosts speak.
  readonly #streams = new Map<string, number>()

  /** Bytes handed to the kernel: encrypted and multiplexed, handshakes included. */
  get total(): number {
    return this.#total
  }

  /** Bytes written to streams, by protocol; without the negotiation of the protocol. */
  get streams(): readonly (readonly [protocol: string, bytes: number])[] {
    return [...this.#streams]
  }

  reset(): void {
    this.#total = 0
    this.#streams.clear()
  }

  sent(bytes: number): void {
    this.#total += bytes
  }

  wrote(protocol: string, bytes: number): void {
    this.#streams.set(protocol, (this.#streams.get(protocol) ?? 0) + bytes)
  }
}

/** The meter as a metrics component. */
export function metricsOf(meter: Meter): Metrics {
  return {
    trackMultiaddrConnection: connection => onSend(connection, bytes => meter.sent(bytes)),
    trackProtocolStream: stream => onSend(stream, bytes => meter.wrote(stream.protocol, bytes)),
    registerMetric: () => unmeasured,
    registerMetricGroup: () => unmeasured,
    registerCounter: () => unmeasured,
    registerCounterGroup: () => unmeasured,
    registerHistogram: () => unmeasured,
    registerHistogramGroup: () => unmeasured,
    registerSummary: () => unmeasured,
    registerSummaryGroup: () => unmeasured,
    traceFunction: (_name: string, fn: (...args: unknown[]) => unknown) => fn,
    createTrace: () => undefined
  } as Metrics
}

function onSend(carrier: MessageStream, hear: (bytes: number) => void): void {
  const send = carrier.send.bind(carrier)
  carrier.send = data => {
    hear(data.byteLength)
    return send(data)
  }
}

function nothing(): void {}

/** Takes whatever else libp2p wants to have measured. */
const unmeasured = {
  update: nothing,
  increment: nothing,
  decrement: nothing,
  reset: nothing,
  observe: nothing,
  timer: () => nothing
}
