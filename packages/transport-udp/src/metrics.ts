/**
 * What a datagram transport counts, where somebody wants to know: datagrams and their bytes as they pass, everything else when
 * somebody looks.
 */
import { growth, zeros } from '@pex/core'
import type { Metrics } from '@pex/core'
import type { Census } from './census.ts'
import { datagramRejections } from './rejections.ts'
import type { DatagramRejection } from './rejections.ts'

type Counts = Readonly<Partial<Record<DatagramRejection, number>>>

/** What of a transport is looked at. */
export interface Watched {
  /** Since its last start. */
  readonly rejections: Counts
  readonly census: Census
}

const none: Readonly<Record<string, number>> = zeros(datagramRejections)

export class UdpMetrics {
  readonly #datagrams: Record<'sent' | 'received', number> = { sent: 0, received: 0 }
  readonly #bytes: Record<'sent' | 'received', number> = { sent: 0, received: 0 }
  /** Rejections of the runs before this one. */
  #before: Readonly<Record<string, number>> = none

  constructor(metrics: Metrics, transport: Watched) {
    metrics.registerCounterGroup('pex_udp_datagrams_total', {
      label: 'way',
      help: 'Datagrams, those that are rejected included',
      calculate: growth(() => this.#datagrams)
    })
    metrics.registerCounterGroup('pex_udp_bytes_total', {
      label: 'way',
      help: 'Bytes of these datagrams, without the headers of UDP and IP',
      calculate: growth(() => this.#bytes)
    })
    metrics.registerCounterGroup('pex_udp_rejections_total', {
      label: 'reason',
      help: 'Datagrams, or parts of them, that were dropped',
      calculate: growth(() => this.#rejections(transport.rejections))
    })
    const gauge = (name: string, help: string, read: (census: Census) => number): void =>
      metrics.registerMetric(`pex_udp_${name}`, { help, calculate: () => read(transport.census) })
    gauge('peers', 'Peers that this host has sessions with', ({ peers }) => peers)
    gauge('sessions', 'Sessions', ({ sessions }) => sessions)
    gauge('handshakes', 'Handshakes of others that are half open', ({ pending }) => pending)
    gauge('dials', 'Handshakes of this host under way', ({ dials }) => dials)
    gauge('requests', 'Requests of this host under way', ({ requests }) => requests)
    gauge('servings', 'Requests of others that are being served', ({ servings }) => servings)
    gauge('incomplete_bytes', 'Room that incomplete messages take', ({ incompleteBytes }) => incompleteBytes)
  }

  datagram(way: 'sent' | 'received', bytes: number): void {
    this.#datagrams[way]++
    this.#bytes[way] += bytes
  }

  /** The run with these rejections ends. */
  ended(rejections: Counts): void {
    this.#before = this.#rejections(rejections)
  }

  #rejections(now: Counts): Readonly<Record<string, number>> {
    return Object.fromEntries(
      datagramRejections.map(reason => [reason, this.#before[reason]! + (now[reason] ?? 0)])
    )
  }
}
